"""Which events other systems may hear of, under which names, and what is said of them. Pure."""

from collections.abc import Mapping
from typing import Any

TYPES: Mapping[str, str] = {
    "case.opened": "case.opened",
    "case.returned": "case.returned",
    "case.resubmitted": "case.resubmitted",
    "case.suspended": "case.suspended",
    "case.resumed": "case.resumed",
    "case.waiting_outside": "case.waiting_outside",
    "case.answered_outside": "case.answered_outside",
    "case.approved": "case.approved",
    "case.rejected": "case.rejected",
    "case.withdrawn": "case.withdrawn",
    "case.cancelled": "case.cancelled",
    "case.expired": "case.expired",
    "case.appealed": "case.appealed",
    "task.opened": "task.opened",
    "task.claimed": "task.claimed",
    "task.decided": "task.decided",
    "task.escalated": "task.escalated",
    "task.reassigned": "task.reassigned",
    "task.cancelled": "task.cancelled",
    "process.started": "cycle.started",
    "process.waiting": "cycle.waiting",
    "process.passed": "cycle.passed",
    "process.completed": "cycle.completed",
    "process.cancelled": "cycle.cancelled",
    "process.failed": "cycle.failed",
    "decree.issued": "decree.issued",
    "chain.published": "chain.published",
}
"""By the event's name in the log, the type under which it goes out."""

NAMES = tuple(dict.fromkeys(TYPES.values()))
TEST = "webhook.test"

SAID = frozenset(
    {
        *("case", "task", "process", "decision", "decree", "version", "employee"),
        *("stage", "from_stage", "to_stage", "round", "kind", "code", "outcome", "part"),
        *("by", "assignee", "acting_for", "capacity", "via", "cause"),
        *("due_at", "statutory_due_at", "opens_at", "effective_on", "effective_from"),
        *("gate", "cases", "counts", "fence", "chain", "number", "content_hash"),
    }
)
"""Facts that go to every endpoint: ids, codes, numbers, moments. The rest only where people may be named."""
KEPT: Mapping[str, frozenset[str]] = {"decree.issued": frozenset({"code"})}
"""A decree's code opens its public page, with a name on it."""


def data_of(type_: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What every endpoint may hear of an event."""
    said = SAID - KEPT.get(type_, frozenset())
    return {name: value for name, value in facts.items() if name in said}
