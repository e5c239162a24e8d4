"""Opening the tasks of stages: many at once, each for somebody who may decide it, each with its clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from approvals.candidates import Assignment, Wanted, assign
from approvals.deadlines import Deadlines
from approvals.directory import Directory
from approvals.models import Task
from approvals.stage import Stage
from core.events import Event
from core.ids import new_id
from core.worktime import WorkCalendar


@dataclass(frozen=True, slots=True)
class Opening:
    """A stage of a case that begins."""

    case_id: UUID
    unit_id: UUID
    round: int
    stage: Stage
    barred: frozenset[UUID]
    familiar: UUID | None = None


def open_stages(
    session: Session, openings: Sequence[Opening], *, directory: Directory, now: datetime
) -> dict[UUID, list[Event]]:
    """Begin stages: tasks for people, a wait for authorities outside. Returns what to record, by case."""
    events: dict[UUID, list[Event]] = {o.case_id: [_waiting(o)] for o in openings if o.stage.is_external}
    people = [o for o in openings if not o.stage.is_external]
    if not people:
        return events
    clocks = _Clocks(directory.calendars({o.unit_id for o in people}), now)
    assignments = assign([_wanted(o) for o in people], directory, now)
    rows: list[dict[str, Any]] = []
    for opening, assignment in zip(people, assignments, strict=True):
        row = _row(opening, assignment, clocks)
        rows.append(row)
        events[opening.case_id] = opened(row, assignment)
    # nulls are written too: rows of one shape go in one statement
    session.execute(insert(Task), rows, execution_options={"render_nulls": True})
    return events


def opened(row: Mapping[str, Any], assignment: Assignment) -> list[Event]:
    """What the stream says of a new task."""
    case_id = row["case_id"]
    keys = ("stage", "state", "queue", "due_at")
    facts = {key: row[key] for key in keys} | {
        "task": row["id"],
        "case": case_id,
        "assignee": row["assignee_id"],
        "capacity": row["assignee_capacity"],
        "position": row["position_id"],
    }
    events = [Event("task.opened", case_id, "case", facts)]
    if assignment.unfilled:
        events.append(unfilled(row["id"], case_id, row["stage"], row["position_id"]))
    return events


def unfilled(task_id: UUID, case_id: UUID, stage: str, position_id: UUID | None) -> Event:
    """Nobody could be found for a task; HR is offered it."""
    facts = {"task": task_id, "case": case_id, "stage": stage, "position": position_id}
    return Event("task.unfilled", case_id, "case", facts)


class _Clocks:
    """Due dates of tasks that all open now: one computation for each stage and unit, however many tasks."""

    def __init__(self, calendars: Mapping[UUID, WorkCalendar], now: datetime) -> None:
        self.calendars = calendars
        self.now = now
        self._known: dict[tuple[str, UUID], tuple[datetime | None, datetime | None]] = {}

    def of(self, stage: Stage, unit_id: UUID) -> tuple[datetime | None, datetime | None]:
        """When it is due, and when the sweep must look at it."""
        key = (stage.name, unit_id)
        if key not in self._known:
            deadlines = Deadlines(stage, self.calendars[unit_id], self.now)
            self._known[key] = deadlines.due_at, deadlines.next_alarm(self.now)
        return self._known[key]


def _wanted(opening: Opening) -> Wanted:
    stage = opening.stage
    if stage.candidates is None:
        raise ValueError(f"nobody is meant to decide {stage.name}")
    return Wanted(stage.candidates, opening.unit_id, stage.acting, opening.barred, opening.familiar)


def _row(opening: Opening, assignment: Assignment, clocks: _Clocks) -> dict[str, Any]:
    due_at, alarm_at = clocks.of(opening.stage, opening.unit_id)
    return {
        "id": new_id(),
        "case_id": opening.case_id,
        "stage": opening.stage.name,
        "round": opening.round,
        "state": assignment.state,
        "queue": assignment.queue,
        "position_id": assignment.position_id,
        "acting": [*opening.stage.acting],
        "barred": sorted(opening.barred),
        "assignee_id": assignment.assignee_id,
        "assignee_capacity": assignment.capacity,
        "order_number": assignment.order_number,
        "opened_at": clocks.now,
        "claimed_at": None,
        "due_at": due_at,
        "alarm_at": alarm_at,
        "reminded": 0,
        "escalated_at": None,
        "escalated_from": None,
        "ended_at": None,
    }


def _waiting(opening: Opening) -> Event:
    facts = {"case": opening.case_id, "stage": opening.stage.name}
    return Event("case.waiting_outside", opening.case_id, "case", facts)
