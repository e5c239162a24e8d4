"""All cases of a process at once: are any unsettled, cancel them, seal them when their gate has passed."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, true, update
from sqlalchemy.orm import Session

from approvals.errors import HrOnly
from approvals.machine import Move
from approvals.models import Case, CaseState, Task
from approvals.moving import Cause, cancel_task, settle
from core import clock
from core.actor import Actor, Role
from core.events import Event, record

CANCELLED = "process-cancelled"
"""The coded outcome of cases that ended because their process was cancelled."""


def unsettled(session: Session, process_id: UUID) -> int:
    """How many cases of a process are not settled; a small index holds exactly these."""
    open_cases = select(func.count()).where(Case.process_id == process_id, Case.settled_at.is_(None))
    return session.scalar(open_cases) or 0


def cancel_cases(
    session: Session,
    actor: Actor,
    process_id: UUID,
    reason: str,
    *,
    only: Collection[UUID] | None = None,
) -> int:
    """End every unsettled case of a process with its tasks, or only these of them; returns how many.

    Raises HrOnly.
    """
    _must_run_processes(actor)
    now = clock.now(session)
    fresh = {"populate_existing": True}
    chosen = true() if only is None else Case.id.in_(only)
    alive = (Case.process_id == process_id, Case.settled_at.is_(None), chosen)
    cases = session.scalars(
        select(Case).where(*alive).order_by(Case.id).with_for_update(key_share=True), execution_options=fresh
    ).all()
    tasks = session.scalars(
        select(Task)
        .join(Case)
        .where(*alive, Task.ended_at.is_(None))
        .order_by(Task.id)
        .with_for_update(of=Task, key_share=True),
        execution_options=fresh,
    ).all()
    cause = Cause(Move.CANCEL, CANCELLED, reason)
    events: list[Event] = [cancel_task(task, CANCELLED, now) for task in tasks]
    events += [settle(case, CaseState.CANCELLED, cause, now) for case in cases]
    session.flush()
    record(session, actor, events)
    return len(cases)


def seal_cases(session: Session, actor: Actor, process_id: UUID) -> int:
    """Close the settled cases of a process for good; returns how many were not sealed yet. Raises HrOnly.

    The gate that passed is in the process's stream; the cases' own streams end with how they were settled.
    """
    _must_run_processes(actor)
    sealed = session.execute(
        update(Case)
        .where(Case.process_id == process_id, Case.settled_at.is_not(None), Case.sealed_at.is_(None))
        .values(sealed_at=clock.now(session))
        .returning(Case.id),
        execution_options={"synchronize_session": False},
    )
    return len(sealed.all())


def _must_run_processes(actor: Actor) -> None:
    if not (actor.is_system or actor.has(Role.HR, Role.OPERATOR, Role.ADMIN)):
        raise HrOnly
