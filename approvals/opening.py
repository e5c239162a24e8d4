"""Opening the tasks of stages: many at once, each for somebody who may decide it, each with its clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.allocation import Place, allocated
from approvals.candidacy import ByRole
from approvals.candidates import Assignment, Wanted, assign
from approvals.crowds import NOTHING, About, Crowds
from approvals.deadlines import Deadlines
from approvals.directory import Directory
from approvals.distribution import held_back, said_of, state_with
from approvals.models import Task, TaskState
from approvals.panels import CONVENER, Panel, PanelSeat, is_crowd, panel
from approvals.stage import Stage
from approvals.strict import mapping
from core.actor import Role
from core.events import Event
from core.ids import new_id
from core.rows import Changes
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
    chain: str = ""
    about: About = NOTHING
    first_seat: int = 0
    """In a sequence, the seat whose turn it is."""
    convene: bool = False
    """Too few of its panel are left: HR is asked for members."""
    left: int | None = None
    """After a return: how many seconds were left of the stage's term."""
    exactly: tuple[PanelSeat, ...] = ()
    """Only these seats, beside those that it has already."""


def open_stages(
    session: Session,
    openings: Sequence[Opening],
    *,
    directory: Directory,
    now: datetime,
    along: Changes | None = None,
) -> dict[UUID, list[Event]]:
    """Begin stages: tasks for people, a wait for authorities outside. Returns what to record, by case.

    The tasks go `along` with other rows that are written later; without such they are written at once.
    """
    events: dict[UUID, list[Event]] = {o.case_id: [_waiting(o)] for o in openings if o.stage.is_external}
    people = [o for o in openings if not o.stage.is_external]
    if not people:
        return events
    clocks = _Clocks(directory.calendars({o.unit_id for o in people}), now)
    panels = _panels(people, directory, now)
    seats = [
        (o, number, seat)
        for o, panel in zip(people, panels, strict=True)
        for number, seat in _asked(o, panel)
    ]
    events |= {o.case_id: _convened(o, panel) for o, panel in zip(people, panels, strict=True)}
    assignments = assign([_wanted(o, seat) for o, _, seat in seats], directory, now)
    if any(o.stage.allocate != "offer" for o in people):
        places = [Place(o.case_id, o.chain, o.stage, o.round) for o, _, _ in seats]
        assignments = allocated(session, places, assignments)
    rows: list[dict[str, Any]] = []
    for (opening, number, seat), assignment in zip(seats, assignments, strict=True):
        row = _row(opening, assignment, clocks, number, seat)
        rows.append(row)
        events[opening.case_id] += opened(row, assignment)
    changes = Changes() if along is None else along
    changes.insert(Task, rows)
    if along is None:
        changes.write(session)
    return events


_TO_HR = PanelSeat(ByRole(role=Role.HR), CONVENER)


def _panels(openings: Sequence[Opening], directory: Directory, now: datetime) -> list[Panel]:
    """Who sits in each; the directory is asked only where crowds do."""
    asked = [c for o in openings if o.stage.is_panel for c in o.stage.wanted if is_crowd(c)]
    crowds = Crowds.ask(asked, directory, now) if asked else Crowds()
    return [Panel(o.exactly) if o.exactly else panel(o.stage, o.about, crowds, o.barred) for o in openings]


def _asked(opening: Opening, panel: Panel) -> list[tuple[int, PanelSeat]]:
    """The seats that are asked now: all; in a sequence the next; HR where the panel is short of members."""
    if opening.exactly:
        return [(seat.number, seat) for seat in panel.seats]
    if panel.short or opening.convene:
        return [(0, _TO_HR)]
    seats = [(seat.number, seat) for seat in panel.seats if seat.number >= opening.first_seat]
    return seats[:1] if opening.stage.decide.rule == "sequence" else seats


def _convened(opening: Opening, panel: Panel) -> list[Event]:
    """What the stream says of a panel as it begins; nothing of a stage that one person decides."""
    if not opening.stage.decide.is_panel or opening.first_seat or opening.exactly:
        return []
    short = panel.short or opening.convene
    facts = {
        "case": opening.case_id,
        "stage": opening.stage.name,
        "seats": len(panel.seats),
        "away": sorted(panel.away),
        "orders": panel.orders,
    }
    return [Event("panel.short" if short else "panel.convened", opening.case_id, "case", facts)]


def opened(row: Mapping[str, Any], assignment: Assignment) -> list[Event]:
    """What the stream says of a new task."""
    case_id = row["case_id"]
    keys = ("stage", "state", "queue", "due_at")
    in_panel = {key: row[key] for key in ("candidates", "seat", "part") if row[key]}
    facts = (
        {key: row[key] for key in keys}
        | in_panel
        | said_of(assignment, held=row["held_back"])
        | {
            "task": row["id"],
            "case": case_id,
            "assignee": row["assignee_id"],
            "capacity": row["assignee_capacity"],
            "position": row["position_id"],
        }
    )
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
        self._known: dict[tuple[str, UUID, int | None], tuple[datetime | None, datetime | None]] = {}

    def of(
        self, stage: Stage, unit_id: UUID, left: int | None = None
    ) -> tuple[datetime | None, datetime | None]:
        """When it is due, and when the sweep must look at it."""
        key = (stage.name, unit_id, left)
        if key not in self._known:
            deadlines = Deadlines(stage, self.calendars[unit_id], self.now, left)
            self._known[key] = deadlines.due_at, deadlines.next_alarm(self.now)
        return self._known[key]


def _wanted(opening: Opening, seat: PanelSeat) -> Wanted:
    return Wanted(
        seat.candidate,
        opening.unit_id,
        opening.stage.acting,
        opening.barred,
        opening.familiar,
        about=opening.about,
        allocates=opening.stage.allocate != "offer",
        chain=opening.chain,
        stage=opening.stage.name,
        rank=rank_of(opening.about.data),
    )


def _row(
    opening: Opening, assignment: Assignment, clocks: _Clocks, number: int, seat: PanelSeat
) -> dict[str, Any]:
    due_at, alarm_at = clocks.of(opening.stage, opening.unit_id, opening.left)
    state = state_with(opening.stage, assignment.state)
    return {
        "id": new_id(),
        "case_id": opening.case_id,
        "stage": opening.stage.name,
        "round": opening.round,
        "state": state,
        "queue": assignment.queue,
        "candidates": None if assignment.candidates is None else [*assignment.candidates],
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
        "term_from": None,
        "term_left": opening.left,
        "ended_at": None,
        "seat": number,
        "part": seat.part,
        "held_back": held_back(opening.stage, assignment),
        "draft": None,
        "started_at": clocks.now if state is TaskState.STARTED else None,
        "suspended_from": None,
        "suspended_at": None,
        "suspended_until": None,
        "chain": opening.chain,
        "rank": rank_of(opening.about.data),
        "handed_by": None,
    }


def rank_of(data: Mapping[str, Any]) -> int | None:
    """The subject's rank by its order, as a case's data tell it; None when they do not."""
    subject = data.get("subject")
    rank = mapping(subject).get("rank")
    order = mapping(rank).get("order", rank)
    return order if isinstance(order, int) else None


def _waiting(opening: Opening) -> Event:
    facts = {"case": opening.case_id, "stage": opening.stage.name}
    return Event("case.waiting_outside", opening.case_id, "case", facts)
