"""Which stages a change of a case's facts turns: where others would be asked, or nobody, or a rule would
answer otherwise. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from approvals.candidacy import ByCapability, ByCondition, ByRole
from approvals.definition import ChainDefinition
from approvals.machine import applies, passes
from approvals.opening import rank_of
from approvals.stage import Stage
from core.conditions import BadCondition, condition


def turned(
    definition: ChainDefinition, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Stage, ...]:
    """The stages that apply before and not after, or the reverse; whose rule answers otherwise; or whose
    candidates, or how far acting for them reaches, are found by a fact that differs."""
    return tuple(
        stage
        for stage in definition.stages
        if _way(stage, before) != _way(stage, after) or _asked_by(stage, before) != _asked_by(stage, after)
    )


def _way(stage: Stage, facts: Mapping[str, Any]) -> tuple[bool, bool] | None:
    """Whether it applies, and whether its rule lets a case pass; None where that can't be told."""
    try:
        here = applies(stage, facts)
        return here, here and passes(stage, facts)
    except BadCondition:
        return None


def _asked_by(stage: Stage, facts: Mapping[str, Any]) -> list[Any]:
    """The facts that say whom it asks: those that its candidates' conditions name, and the rank that an
    order to act is limited by."""
    read = [facts.get(name) for source in _conditions(stage) for name in condition(source).reads]
    return [*read, rank_of(facts) if stage.acting else None]


def _conditions(stage: Stage) -> Iterator[str]:
    for candidate in stage.wanted:
        match candidate:
            case ByRole(where=source) | ByCapability(where=source) if source:
                yield source
            case ByCondition(people=source):
                yield source
            case _:
                pass
