"""Reminding by hand of what lies too long: once in a while, as the clock does it, and by name."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from approvals.models import Case, CaseState, Task, TaskState
from approvals.obstacles import NothingChosen, OverseersOnly, RemindedAlready
from core import clock
from core.actor import Actor, Role
from core.events import Event, EventRow, record

QUIET = timedelta(hours=4)
"""Whoever was reminded of a case, by hand or by the clock, is left alone so long."""
MOST = 500


def remind(
    session: Session,
    actor: Actor,
    process_id: UUID,
    *,
    stage: str | None = None,
    assignee_id: UUID | None = None,
    queue: str | None = None,
) -> int:
    """Remind a person, or those of a queue, of a process's open tasks; returns of how many.

    Doing it again reminds of nothing before QUIET has passed. HR or an operator.
    Raises OverseersOnly, NothingChosen, RemindedAlready.
    """
    if not actor.has(Role.HR, Role.OPERATOR):
        raise OverseersOnly
    if not (assignee_id or queue):
        raise NothingChosen
    whose = Task.assignee_id == assignee_id if assignee_id else Task.queue == queue
    tasks = _locked(session, process_id, [whose, *([Task.stage == stage] if stage else [])])
    now = clock.now(session)
    lately = (EventRow.name == "task.reminded", EventRow.at > now - QUIET)
    told = select(EventRow.stream_id).where(EventRow.stream_id.in_([t.case_id for t in tasks]), *lately)
    quiet = set(session.scalars(told))
    waiting = [task for task in tasks if task.case_id not in quiet]
    if not waiting:
        raise RemindedAlready
    for task in waiting:
        task.reminded += 1
    session.flush()
    record(session, actor, [reminded(task, by=actor.person_id) for task in waiting])
    return len(waiting)


def _locked(session: Session, process_id: UUID, of: list[ColumnElement[bool]]) -> Sequence[Task]:
    """The first due of a process's tasks that somebody could decide now, locked as all writers do."""
    fresh = {"populate_existing": True}
    open_ = (Task.ended_at.is_(None), Task.state != TaskState.SUSPENDED, Task.held_back.is_(False), *of)
    wanted = select(Task.id, Task.case_id).join(Case).where(Case.process_id == process_id, *open_)
    chosen = session.execute(wanted.order_by(Task.due_at, Task.id).limit(MOST)).tuples().all()
    cases = select(Case.id).where(Case.id.in_({case for _, case in chosen}), Case.state == CaseState.OPEN)
    alive = session.scalars(cases.order_by(Case.id).with_for_update(key_share=True)).all()
    tasks = select(Task).where(Task.id.in_([id_ for id_, _ in chosen]), Task.case_id.in_(alive), *open_)
    return session.scalars(
        tasks.order_by(Task.id).with_for_update(key_share=True), execution_options=fresh
    ).all()


def reminded(task: Task, *, by: UUID | None = None) -> Event:
    """What the stream says of a reminder: by somebody, or by the clock."""
    facts = {
        "task": task.id,
        "case": task.case_id,
        "stage": task.stage,
        "assignee": task.assignee_id,
        "queue": task.queue,
        "due_at": task.due_at,
        "nth": task.reminded,
        **({"by": by} if by else {}),
    }
    return Event("task.reminded", task.case_id, "case", facts)
