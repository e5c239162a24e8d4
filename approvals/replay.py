"""A case rebuilt from its stream alone; and how the tables differ from it, which must be nowhere."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, CaseState, Task, TaskState
from core.events import EventRow, Stream, facts_of, history


@dataclass(slots=True)
class ReplayedTask:
    """What the stream says of a task."""

    stage: str
    round: int
    state: str
    assignee: str | None
    queue: str | None
    position: str | None
    due_at: str | None


@dataclass(slots=True)
class ReplayedCase:
    """What the stream says of a case."""

    state: str = CaseState.DRAFT
    stage: str | None = None
    round: int = 1
    version: int = 1
    outcome: str | None = None
    statutory_due_at: str | None = None
    tasks: dict[str, ReplayedTask] = field(default_factory=dict[str, ReplayedTask])


def replay(events: Iterable[EventRow]) -> ReplayedCase:
    """Fold a case's events, in their order, into the case they tell of."""
    case = ReplayedCase()
    for event in events:
        area, _, what = event.name.partition(".")
        facts = facts_of(event)
        if area == "case":
            _of_case(case, what, facts)
        elif area in ("panel", "content", "proposal"):
            pass  # convened, short, decided, erased and proposed explain; they change nothing
        elif what == "announced":
            pass  # there is no task yet
        elif what == "opened":
            case.tasks[facts["task"]] = ReplayedTask(
                facts["stage"], case.round, **_hands(facts), due_at=facts["due_at"]
            )
        else:
            _of_task(case.tasks[facts["task"]], what, facts)
    return case


def differences(session: Session, case_id: UUID) -> list[str]:
    """Where the tables say something else than the case's stream; empty when they agree."""
    case = session.get_one(Case, case_id, populate_existing=True)
    tasks = select(Task).where(Task.case_id == case_id).execution_options(populate_existing=True)
    return [*_compared(replay(history(session, case_id)), case, session.scalars(tasks))]


def all_differences(session: Session) -> Iterator[str]:
    """Where the tables say something else than the streams of all cases, in three statements."""
    fresh = {"populate_existing": True}
    told = select(EventRow).join(Stream).where(Stream.kind == "case")
    events = session.scalars(told.order_by(EventRow.stream_id, EventRow.index), execution_options=fresh)
    cases = {case.id: case for case in session.scalars(select(Case), execution_options=fresh)}
    tasks: defaultdict[UUID, list[Task]] = defaultdict(list)
    for task in session.scalars(select(Task), execution_options=fresh):
        tasks[task.case_id].append(task)
    for case_id, rows in groupby(events, lambda event: event.stream_id):
        if case := cases.get(case_id):
            yield from (f"{case.reference}: {one}" for one in _compared(replay(rows), case, tasks[case_id]))
        else:
            yield f"{case_id}: a stream without its case"


def _compared(told: ReplayedCase, case: Case, tasks: Iterable[Task]) -> Iterator[str]:
    for name in ("state", "stage", "round", "version", "outcome"):
        if getattr(case, name) != getattr(told, name):
            yield f"case.{name}: {getattr(case, name)!r}, by its stream {getattr(told, name)!r}"
    by_law = case.statutory_due_at.isoformat() if case.statutory_due_at else None
    if by_law != told.statutory_due_at:
        yield f"case.statutory_due_at: {by_law}, by its stream {told.statutory_due_at}"
    kept = {str(task.id): _kept(task) for task in tasks}
    for id_ in kept.keys() | told.tasks.keys():
        if kept.get(id_) != told.tasks.get(id_):
            yield f"task {id_}: {kept.get(id_)}, by the stream {told.tasks.get(id_)}"


def _of_case(case: ReplayedCase, what: str, facts: Mapping[str, Any]) -> None:
    match what:
        case "opened":
            case.state, case.stage = CaseState.OPEN, facts["stage"]
            case.statutory_due_at = facts.get("statutory_due_at")
        case "advanced":
            case.stage = facts["to_stage"]
        case "returned":
            case.state, case.outcome = CaseState.RETURNED, facts["code"]
            case.statutory_due_at = facts.get("statutory_due_at", case.statutory_due_at)
        case "resubmitted":
            case.state, case.outcome = CaseState.OPEN, None
            case.stage, case.round, case.version = facts["stage"], facts["round"], facts["version"]
            case.statutory_due_at = facts.get("statutory_due_at", case.statutory_due_at)
        case "corrected" | "document_added" | "document_replaced" | "document_removed":
            case.version = facts["version"]
        case "sent_back":
            case.stage, case.round = facts["to_stage"], facts["round"]
        case "lapsed" | "suspended":
            case.state = CaseState.SUSPENDED
            case.statutory_due_at = facts.get("statutory_due_at", case.statutory_due_at)
        case "revived" | "resumed":
            case.state = facts.get("state", CaseState.OPEN)
            case.statutory_due_at = facts.get("statutory_due_at", case.statutory_due_at)
        case "rescheduled":
            case.statutory_due_at = facts["to"]
        case "migrated":
            case.stage, case.round = facts["to_stage"], facts["round"]
            case.statutory_due_at = facts.get("statutory_due_at", case.statutory_due_at)
        case "approved" | "rejected" | "withdrawn" | "cancelled" | "expired":
            case.state, case.stage, case.outcome = what, None, facts["outcome"]
        case _:
            pass  # waiting_outside, answered_outside and stage_skipped explain; they change nothing


def _of_task(task: ReplayedTask, what: str, facts: Mapping[str, Any]) -> None:
    match what:
        case "claimed":
            task.state, task.assignee = facts.get("state", TaskState.ALLOCATED), facts["by"]
        case "released":
            task.state, task.assignee = TaskState.OFFERED, None
        case "started":
            task.state = TaskState.STARTED
        case "escalated" | "reassigned" | "delegated" | "declined" | "approver_added" | "approver_removed":
            for name, value in _hands({**facts, "assignee": facts["to"]}).items():
                setattr(task, name, value)
            task.due_at = facts.get("due_at", task.due_at)
        case "suspended":
            task.state, task.due_at = TaskState.SUSPENDED, facts.get("due_at", task.due_at)
        case "resumed":
            task.state, task.due_at = facts["state"], facts.get("due_at", task.due_at)
        case "rescheduled":
            task.due_at = facts["to"]
        case "decided":
            task.state = TaskState.DECIDED
        case "cancelled":
            task.state = TaskState.CANCELLED
        case "skipped":
            task.state = TaskState.SKIPPED
        case _:
            pass  # reminded and unfilled change nothing


def _hands(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: facts[key] for key in ("state", "assignee", "queue", "position")}


def _kept(task: Task) -> ReplayedTask:
    return ReplayedTask(
        stage=task.stage,
        round=task.round,
        state=task.state,
        assignee=str(task.assignee_id) if task.assignee_id else None,
        queue=task.queue,
        position=str(task.position_id) if task.position_id else None,
        due_at=task.due_at.isoformat() if task.due_at else None,
    )
