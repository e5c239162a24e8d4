"""Reminding by hand of what lies too long: once in a while, as the clock does it, and by name."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
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

    Doing it again reminds of nothing before QUIET has passed; nor of what somebody has in hand just now.
    HR or an operator. Raises OverseersOnly, NothingChosen, RemindedAlready.
    """
    if not actor.has(Role.HR, Role.OPERATOR):
        raise OverseersOnly
    if not (assignee_id or queue):
        raise NothingChosen
    now = clock.now(session)
    whose = Task.assignee_id == assignee_id if assignee_id else Task.queue == queue
    at = [Task.stage == stage] if stage else []
    found = (
        select(Task)
        .join(Case)
        .where(Case.process_id == process_id, Case.state == CaseState.OPEN, whose, *at)
        .where(Task.ended_at.is_(None), Task.state != TaskState.SUSPENDED, Task.held_back.is_(False))
        .order_by(Task.due_at, Task.id)
        .limit(MOST)
        .with_for_update(of=(Case, Task), key_share=True, skip_locked=True)
    )
    tasks = session.scalars(found, execution_options={"populate_existing": True}).all()
    lately = (EventRow.name == "task.reminded", EventRow.at > now - QUIET)
    told = select(EventRow.stream_id).where(EventRow.stream_id.in_([t.case_id for t in tasks]), *lately)
    quiet = set(session.scalars(told))
    waiting = [task for task in tasks if task.case_id not in quiet]
    if not waiting:
        raise RemindedAlready
    for task in waiting:
        task.reminded += 1
    session.flush()
    record(session, actor, [_reminded(task, actor) for task in waiting])
    return len(waiting)


def _reminded(task: Task, actor: Actor) -> Event:
    facts = {
        "task": task.id,
        "case": task.case_id,
        "stage": task.stage,
        "assignee": task.assignee_id,
        "queue": task.queue,
        "due_at": task.due_at,
        "nth": task.reminded,
        "by": actor.person_id,
    }
    return Event("task.reminded", task.case_id, "case", facts)
