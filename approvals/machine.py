"""How a case moves: the pure core. Nothing here reads a clock, a table or a directory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from approvals.definition import ChainDefinition, Stage
from approvals.models import SETTLED, CaseState
from core.conditions import condition


class Move(StrEnum):
    """What can happen to a case."""

    OPEN = "open"
    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    RESUBMIT = "resubmit"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    LAPSE = "lapse"
    EXPIRE = "expire"
    REVIVE = "revive"
    FILE = "file"
    MIGRATE = "migrate"
    SKIP = "skip"
    REDO = "redo"
    SUSPEND = "suspend"
    RESUME = "resume"


class Who(StrEnum):
    """Who may do it."""

    APPROVER = "approver"  # whoever the task entitles; at an external stage HR, who records the answer
    REPAIRER = "repairer"  # the one it was returned to
    OWNER = "owner"  # its subject or its requester
    HR = "hr"
    OPERATOR = "operator"
    PROCESS = "process"  # the system, through a flow
    CLOCK = "clock"  # the system, when a term has run out; it never approves


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table."""

    move: Move
    sources: frozenset[CaseState]
    targets: frozenset[CaseState]
    who: frozenset[Who]


def _line(move: Move, sources: str, targets: str, *who: Who) -> Transition:
    return Transition(
        move,
        frozenset(map(CaseState, sources.split())),
        frozenset(map(CaseState, targets.split())),
        frozenset(who),
    )


TRANSITIONS = (
    #     what happens    from                            to                who may
    _line(Move.OPEN, "draft", "open", Who.PROCESS, Who.HR),
    _line(Move.APPROVE, "open", "open approved", Who.APPROVER),
    _line(Move.REJECT, "open", "rejected", Who.APPROVER),
    _line(Move.RETURN, "open", "returned", Who.APPROVER),
    _line(Move.RESUBMIT, "returned", "open", Who.REPAIRER),
    _line(Move.CORRECT, "open", "open", Who.HR),
    _line(Move.CORRECT, "returned", "returned", Who.HR),
    _line(Move.SKIP, "open", "open", Who.HR),
    _line(Move.REDO, "open", "open", Who.HR, Who.APPROVER),
    _line(Move.SUSPEND, "open returned", "suspended", Who.HR, Who.OPERATOR),
    _line(Move.RESUME, "suspended", "open returned", Who.HR, Who.OPERATOR, Who.CLOCK),
    _line(Move.WITHDRAW, "open returned suspended", "withdrawn", Who.OWNER),
    _line(Move.FILE, "open", "open", Who.OWNER, Who.APPROVER, Who.HR),
    _line(Move.FILE, "returned", "returned", Who.REPAIRER, Who.HR),
    _line(Move.LAPSE, "open", "suspended", Who.CLOCK),
    _line(Move.EXPIRE, "suspended", "expired", Who.HR),
    _line(Move.REVIVE, "suspended", "open", Who.HR),
    _line(Move.CANCEL, "draft open returned suspended", "cancelled", Who.PROCESS, Who.HR),
    _line(Move.MIGRATE, "open", "open", Who.HR),
    _line(Move.MIGRATE, "returned", "returned", Who.HR),
)
"""Every way a case may move. What is not here can't happen."""


class Forbidden(Exception):
    """The table has no such transition; the shell says so in a sentence that people understand."""


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """Where a case stands."""

    state: CaseState
    stage: str | None
    """While returned, the stage that returned it; None before it opens and when it is settled."""
    round: int = 1
    version: int = 1
    before: CaseState | None = None
    """While suspended by somebody: the state it goes back to."""

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stage whose condition does not hold."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Passed:
    """An automatic stage whose rule holds: nobody is asked."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Entered:
    """A stage begins: its tasks open, or the case waits for an authority outside."""

    stage: Stage
    left: str | None
    """The stage before; None when the case was just opened or sent in again."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The open tasks of the case end with the stage, whoever held them."""


@dataclass(frozen=True, slots=True)
class Returned:
    """It waits for its repair."""

    by: Stage


@dataclass(frozen=True, slots=True)
class Settled:
    """It is over."""

    state: CaseState


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A stage's term has run out: the case stops there, its tasks wait."""

    at: Stage


@dataclass(frozen=True, slots=True)
class Revived:
    """It goes on where it stopped, with a new term."""

    at: Stage


@dataclass(frozen=True, slots=True)
class Suspended:
    """Somebody stopped it: its tasks and their clocks stand still."""

    at: Stage
    before: CaseState


@dataclass(frozen=True, slots=True)
class Resumed:
    """It goes on, with the time that was left."""

    at: Stage


Effect = Skipped | Passed | Entered | Ended | Returned | Settled | Lapsed | Revived | Suspended | Resumed


def may_move(state: CaseState, move: Move) -> bool:
    """Whether the table lets a case in this state move so."""
    return any(line.move is move and state in line.sources for line in TRANSITIONS)


def who_may(state: CaseState, move: Move) -> frozenset[Who]:
    """Who may move a case in this state so; nobody when the table does not say."""
    lines = [line.who for line in TRANSITIONS if line.move is move and state in line.sources]
    return frozenset[Who]().union(*lines)


def advance(
    definition: ChainDefinition,
    status: CaseStatus,
    move: Move,
    facts: Mapping[str, Any],
    *,
    corrects: bool = False,
    to: str | None = None,
) -> tuple[CaseStatus, tuple[Effect, ...]]:
    """Where a case stands after a move, and what that brings about, in order.

    `facts` are the case's data, which the stages' conditions read; `corrects` says that a resubmission
    changes them; `to` is the stage to which it is sent back, not said the same.
    Raises Forbidden when the table has no such transition, NoStage when no stage applies,
    BadCondition when a condition reads a fact that is missing.
    """
    if not may_move(status.state, move):
        raise Forbidden(f"{move} of a case that is {status.state}")
    if move is Move.REDO:
        after, effects = _back(definition, status, to)
    else:
        after, effects = _move(definition, status, move, facts, corrects)
    if not any(
        line.move is move and status.state in line.sources and after.state in line.targets
        for line in TRANSITIONS
    ):
        raise Forbidden(f"{move} of a case that is {status.state}")
    return after, effects


class NoStage(Exception):
    """No stage of the chain applies to the case: nobody would decide it."""


def _move(
    definition: ChainDefinition, status: CaseStatus, move: Move, facts: Mapping[str, Any], corrects: bool
) -> tuple[CaseStatus, tuple[Effect, ...]]:
    match move:
        case Move.OPEN | Move.MIGRATE:
            opens = move is Move.OPEN
            return _open(definition, status, facts) if opens else _migrate(definition, status, facts)
        case Move.APPROVE | Move.SKIP:
            # passing over is never approving: somebody must decide after it
            must = move is Move.SKIP
            return _enter(status, definition.following(status.stage), facts, left=status.stage, must=must)
        case Move.RETURN | Move.LAPSE | Move.REVIVE | Move.SUSPEND | Move.RESUME:
            state, effects = _STAYS[move](definition.stage(status.stage or ""), status)
            before = status.state if move is Move.SUSPEND else None
            return replace(status, state=state, before=before), effects
        case Move.RESUBMIT:
            here = definition.stage(status.stage or "")
            again = replace(status, round=status.round + 1, version=status.version + corrects)
            stages = definition.stages if here.after_return == "restart" else (here,)
            return _enter(again, stages, facts, left=None, must=True, always=here)
        case Move.CORRECT | Move.FILE:
            return replace(status, version=status.version + 1), ()
        case _:
            ended = _ENDS[move]
            return replace(status, state=ended, stage=None), (Ended(), Settled(ended))


def _back(
    definition: ChainDefinition, status: CaseStatus, to: str | None
) -> tuple[CaseStatus, tuple[Effect, ...]]:
    """To a stage that is not ahead, whatever its condition says now, in the next round."""
    back = definition.stage(to or status.stage or "")
    if back in definition.following(status.stage):
        raise Forbidden(f"{back.name} is still ahead")
    return replace(status, stage=back.name, round=status.round + 1), (Ended(), Entered(back, None))


_STAYS: Mapping[Move, Callable[[Stage, CaseStatus], tuple[CaseState, tuple[Effect, ...]]]] = {
    Move.RETURN: lambda here, _: (CaseState.RETURNED, (Ended(), Returned(here))),
    Move.LAPSE: lambda here, _: (CaseState.SUSPENDED, (Lapsed(here),)),
    Move.REVIVE: lambda here, _: (CaseState.OPEN, (Revived(here),)),
    Move.SUSPEND: lambda here, status: (CaseState.SUSPENDED, (Suspended(here, status.state),)),
    Move.RESUME: lambda here, status: (status.before or CaseState.OPEN, (Resumed(here),)),
}
"""Moves that leave a case at its stage, but in another state."""

_ENDS = {
    Move.REJECT: CaseState.REJECTED,
    Move.WITHDRAW: CaseState.WITHDRAWN,
    Move.CANCEL: CaseState.CANCELLED,
    Move.EXPIRE: CaseState.EXPIRED,
}


def _open(
    definition: ChainDefinition, status: CaseStatus, facts: Mapping[str, Any]
) -> tuple[CaseStatus, tuple[Effect, ...]]:
    return _enter(status, definition.stages, facts, left=None, must=True)


def _migrate(
    definition: ChainDefinition, status: CaseStatus, facts: Mapping[str, Any]
) -> tuple[CaseStatus, tuple[Effect, ...]]:
    """On by another definition: from the status's stage there, or from its first when it names none.

    It is never approved by that. What was returned goes on waiting for its repair.
    """
    here = None if status.stage is None else definition.stage(status.stage)
    stages = definition.stages if here is None else (here, *definition.following(here.name))
    if status.state is CaseState.RETURNED:
        first = here or next((stage for stage in stages if applies(stage, facts)), None)
        if first is None:
            raise NoStage
        return replace(status, stage=first.name), ()
    after, effects = _enter(status, stages, facts, left=None, must=True)
    return after, (Ended(), *effects)


def _enter(
    status: CaseStatus,
    stages: Sequence[Stage],
    facts: Mapping[str, Any],
    *,
    left: str | None,
    must: bool = False,
    always: Stage | None = None,
) -> tuple[CaseStatus, tuple[Effect, ...]]:
    """Go on to the first of these stages that applies; after the last, the case is approved.

    The stage that returned a case applies again whatever its condition or its rule says now: a repair can't
    make its judge disappear.
    """
    skipped: list[Effect] = [] if left is None else [Ended()]
    for stage in stages:
        if stage is always or (applies(stage, facts) and not passes(stage, facts)):
            return (
                replace(status, state=CaseState.OPEN, stage=stage.name),
                (*skipped, Entered(stage, left)),
            )
        skipped.append(Passed(stage) if applies(stage, facts) else Skipped(stage))
    if must:
        raise NoStage
    return (
        replace(status, state=CaseState.APPROVED, stage=None),
        (*skipped, Settled(CaseState.APPROVED)),
    )


def applies(stage: Stage, facts: Mapping[str, Any]) -> bool:
    """Whether a stage's condition holds of a case's data; a stage without one always applies."""
    return stage.when is None or condition(stage.when).holds(facts)


def passes(stage: Stage, facts: Mapping[str, Any]) -> bool:
    """Whether a case passes a stage by its rule alone; only an automatic stage has one."""
    return stage.pass_when is not None and condition(stage.pass_when).holds(facts)


def check_facts(stages: Iterable[Stage], facts: Mapping[str, Any]) -> None:
    """Raise BadCondition now if a stage's condition or rule reads a fact that is missing, not weeks later."""
    for stage in stages:
        if applies(stage, facts):
            passes(stage, facts)
