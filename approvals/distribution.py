"""How a task begins: on offer, held back for a free hand, with somebody, or already in work. Pure."""

from collections.abc import Mapping
from typing import Any

from approvals.candidates import Assignment
from approvals.models import TaskState
from approvals.stage import Stage


def state_with(stage: Stage, state: TaskState) -> TaskState:
    """The state of a task that somebody just got: in work at once where its stage says so."""
    begins = state is TaskState.ALLOCATED and stage.start == "on-allocation"
    return TaskState.STARTED if begins else state


def held_back(stage: Stage, assignment: Assignment) -> bool:
    """Whether it is shown to nobody until somebody has a free hand; what falls to HR never is."""
    on_offer = assignment.state is TaskState.OFFERED and not assignment.unfilled
    return on_offer and stage.distribute == "late"


def said_of(assignment: Assignment, *, held: bool) -> dict[str, Any]:
    """What the event of a new task adds about how it was handed out."""
    facts: dict[str, Any] = {"held_back": True} if held else {}
    if assignment.how:
        facts["allocation"] = dict[str, Mapping[str, Any]](assignment.how)
    return facts
