"""Where a case stands when it goes on by another version of its chain, and what that costs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any, Literal

from approvals.definition import ChainDefinition
from approvals.machine import (
    CaseStatus,
    Effect,
    Forbidden,
    Move,
    NoStage,
    advance,
    applies,
    check_facts,
    may_move,
    passes,
)
from approvals.stage import Stage
from core.conditions import BadCondition

Choice = Literal["stay", "move", "restart"]
RESTART = ""
"""Where a stage that is gone leads when its cases are to begin again."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A case's status by the new version, what that brings about, and what is left behind."""

    after: CaseStatus
    effects: tuple[Effect, ...]
    kept: bool = False
    """The stage is the same, word by word: its tasks and the votes so far stand."""
    restarts: bool = False
    passed: tuple[Stage, ...] = ()
    """Stages of the new version that apply, lie before, and were never decided."""
    lost: tuple[str, ...] = ()
    """Stages whose decisions do not count any more."""


class Unsigned(Exception):
    """It would go on behind a stage that signs, without that signature."""


class Gone(Exception):
    """The new version has no stage for where the case stands, and none was chosen."""


@dataclass(frozen=True, slots=True)
class Way:
    """How cases go over to another version: they move or restart; from stages that are gone, to which."""

    choice: Choice
    targets: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it stands: its status, its facts, and at which stages something was decided."""

    status: CaseStatus
    facts: Mapping[str, Any]
    decided: tuple[str, ...] = ()
    voted: tuple[str, ...] = ()
    """Those with decisions in the present round."""
    approved: frozenset[str] = frozenset()
    """Those whose approval stands: the case did not go back behind it since."""


def cross(old: ChainDefinition, new: ChainDefinition, case: Standing, way: Way) -> Crossing:
    """Take a case over.

    Raises Forbidden when its state does not allow it, Gone, NoStage, BadCondition when a condition of the
    new version reads a fact that the case lacks, Unsigned when it would pass a signature by.
    """
    status = case.status
    if not may_move(status.state, Move.MIGRATE):
        raise Forbidden(f"{Move.MIGRATE} of a case that is {status.state}")
    here = status.stage or ""
    target = RESTART if way.choice == "restart" else _target(new, here, way.targets)
    check_facts(new.stages, case.facts)
    if target == here and _find(old, here) == _find(new, target):
        gone = tuple(_lost(new, case, None))
        _must_be_signed(old, new, target, case)
        return Crossing(status, (), kept=True, passed=_passed(new, target, case), lost=gone)
    restarts = target == RESTART
    # what was decided there in this round must not count by other rules: it goes on in a round of its own
    again = restarts or target in case.voted
    there = replace(status, stage=None if restarts else target, round=status.round + again)
    after, effects = advance(new, there, Move.MIGRATE, case.facts)
    _must_be_signed(old, new, after.stage or "", case)
    return Crossing(
        after,
        effects,
        restarts=restarts,
        passed=() if restarts else _passed(new, after.stage or "", case),
        lost=tuple(_lost(new, case, target)),
    )


def _target(new: ChainDefinition, here: str, targets: Mapping[str, str]) -> str:
    """The stage at which a case goes on: the one that is chosen for its own, else its own."""
    chosen = targets.get(here, here)
    if chosen != RESTART and _find(new, chosen) is None:
        raise Gone(here)
    return chosen


def _find(definition: ChainDefinition, name: str) -> Stage | None:
    return next((stage for stage in definition.stages if stage.name == name), None)


def _passed(new: ChainDefinition, at: str, case: Standing) -> tuple[Stage, ...]:
    return tuple(s for s in _asked_before(new, at, case) if s.name not in case.decided)


def _must_be_signed(old: ChainDefinition, new: ChainDefinition, at: str, case: Standing) -> None:
    """What is to be signed can't be passed over, in this way neither. Raises Unsigned."""
    signed = {s.name for s in old.stages if s.sign and s.name in case.approved}
    if any(s.sign and s.name not in signed for s in _asked_before(new, at, case)):
        raise Unsigned


def _asked_before(new: ChainDefinition, at: str, case: Standing) -> list[Stage]:
    before = takewhile(lambda stage: stage.name != at, new.stages)
    return [s for s in before if applies(s, case.facts) and not passes(s, case.facts)]


def _lost(new: ChainDefinition, case: Standing, target: str | None) -> list[str]:
    """Stages whose decisions are left behind when a case begins at another; at none, it stays where it is."""
    if target == RESTART:
        return [*case.decided]
    known = {stage.name for stage in new.stages}
    return [name for name in case.decided if name not in known or (name == target and name in case.voted)]


def problem_of(error: Exception) -> str:
    """Why a case can't go over, as a code: gone, nowhere, fact, unsigned, state."""
    match error:
        case Gone():
            return "gone"
        case NoStage():
            return "nowhere"
        case BadCondition():
            return "fact"
        case Unsigned():
            return "unsigned"
        case _:
            return "state"
