"""More time for a process: what is due earlier becomes due at a moment, and its reminders move along.

Only what is open is moved; a stage to come has its whole term anyway. The law's deadline is not HR's to move:
no task is extended beyond it. Nor does anybody give themselves time: their own tasks, and the cases in which
they have an interest, stay as they are.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.deadlines import Deadlines
from approvals.directory import Directory
from approvals.errors import HrOnly
from approvals.models import Case, CaseState, Task
from approvals.obstacles import NotAhead
from core import clock
from core.actor import Actor, Role
from core.events import Event, record
from core.worktime import WorkCalendar, before

EXTENDED = "extended"
"""The code by which a task's stream tells why its deadline moved."""


@dataclass(frozen=True, slots=True)
class Extended:
    """How many tasks got more time, and how many of them each person, or queue, has."""

    tasks: int
    of_people: Counter[UUID]
    of_queues: Counter[str]
    left_out: int
    """Tasks due earlier that are the actor's own business, which somebody else must extend."""


def extend(
    session: Session,
    actor: Actor,
    process_id: UUID,
    *,
    until: datetime,
    stage: str | None = None,
    directory: Directory,
) -> Extended:
    """Let a process's open tasks, of one stage or of all, be due at a moment at the earliest.

    Doing it again moves nothing. HR only. Raises HrOnly, NotAhead.
    """
    if not actor.has(Role.HR):
        raise HrOnly
    now = clock.now(session)
    if until <= now:
        raise NotAhead
    found = _locked(session, process_id, stage)
    rows = [(task, case) for task, case in found if not _is_own(actor, task, case)]
    calendars = directory.calendars({case.unit_id for _, case in rows})
    moved = [
        (task, event)
        for task, case in rows
        for event in _move(session, actor, task, case, calendars[case.unit_id], until=until, now=now)
    ]
    session.flush()
    record(session, actor, [event for _, event in moved])
    return Extended(
        len(moved),
        Counter(task.assignee_id for task, _ in moved if task.assignee_id),
        Counter(task.queue for task, _ in moved if task.queue and not task.assignee_id),
        sum(_is_own(actor, task, case) and _is_due_before(task, until) for task, case in found),
    )


def _locked(session: Session, process_id: UUID, stage: str | None) -> list[tuple[Task, Case]]:
    """The open tasks with their cases, locked as all writers do: cases first."""
    fresh = {"populate_existing": True}
    alive = (Case.process_id == process_id, Case.state == CaseState.OPEN)
    if stage:
        alive = (*alive, Case.stage == stage)
    cases = session.scalars(
        select(Case).where(*alive).order_by(Case.id).with_for_update(key_share=True), execution_options=fresh
    ).all()
    known = {case.id: case for case in cases}
    tasks = session.scalars(
        select(Task)
        .where(Task.case_id.in_(list(known)), Task.ended_at.is_(None), Task.due_at.is_not(None))
        .order_by(Task.id)
        .with_for_update(key_share=True),
        execution_options=fresh,
    ).all()
    return [(task, known[task.case_id]) for task in tasks]


def _is_own(actor: Actor, task: Task, case: Case) -> bool:
    parties = (task.assignee_id, case.subject_id, case.requester_id, *case.tied, *case.doubted)
    return actor.person_id in parties if actor.person_id else False


def _is_due_before(task: Task, until: datetime) -> bool:
    return task.due_at is not None and task.due_at < until


def _move(
    session: Session,
    actor: Actor,
    task: Task,
    case: Case,
    calendar: WorkCalendar,
    *,
    until: datetime,
    now: datetime,
) -> Iterator[Event]:
    """Give a task the time until a moment: its term begins so much later, so that all that follows from it
    (reminders, escalation, a calendar that changes) is reckoned as ever."""
    stage = definition_by_id(session, case.chain_version_id).stage(task.stage)
    target = min(until, case.statutory_due_at) if case.statutory_due_at else until
    old = task.due_at
    if stage.due is None or old is None or target <= old:
        return
    start = before(calendar, target, stage.due)
    deadlines = Deadlines(stage, calendar, start)
    due = deadlines.due_at
    if due is None or due <= old or (case.statutory_due_at and due > case.statutory_due_at):
        return
    task.term_from, task.term_left, task.due_at = start, None, due
    task.alarm_at = deadlines.next_alarm(now)
    facts = {"task": task.id, "case": case.id, "stage": task.stage, "assignee": task.assignee_id}
    said = {"from": old, "to": due, "why": EXTENDED, "by": actor.person_id}
    yield Event("task.rescheduled", case.id, "case", facts | said)
