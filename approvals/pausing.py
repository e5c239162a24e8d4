"""Suspending a task or a whole case, and letting it go on, by hand or on its day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.authority import must_be_hr, must_oversee, must_say
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case, lock_task, try_lock_case
from approvals.drafts import must_be_workable
from approvals.errors import NotPossibleNow, ReasonNeeded
from approvals.expiry import EXPIRED
from approvals.machine import Move
from approvals.models import Case, CaseState, Task, TaskState
from approvals.moving import Cause, move
from approvals.obstacles import NotAhead, NotSuspended, NotWithYou
from approvals.standstill import told
from approvals.titles import SUSPENSION_REASONS
from core import clock
from core.actor import Actor, system
from core.events import Event, record


def suspend_task(
    session: Session, actor: Actor, task_id: UUID, *, reason: str, until: datetime | None = None
) -> Task:
    """Put a task aside, until a day or until somebody resumes it. Whoever has it, or HR.

    Its clock goes on: it is still reminded of and escalated, so that nobody hides behind it. Raises
    NoSuchTask, AlreadyDecided, TaskEnded, CaseSealed, CaseSettled, NotPossibleNow, TaskSuspended, NotWithYou,
    HrOnly, OwnCase, OwnRequest, CommentNeeded, NotAhead.
    """
    dossier, task = lock_task(session, task_id)
    must_be_workable(dossier, task)
    if task.assignee_id is None:
        raise NotWithYou
    _must_have_or_be_hr(dossier, task, actor)
    comment, now = must_say(reason), clock.now(session)
    _must_lie_ahead(until, now)
    task.suspended_from, task.suspended_at, task.suspended_until = task.state, now, until
    task.state = TaskState.SUSPENDED
    session.flush()
    facts = {"by": actor.person_id, "until": until}
    record(session, actor, [told("task.suspended", task, comment, **facts)])
    return task


def resume_task(session: Session, actor: Actor, task_id: UUID) -> Task:
    """Take a task up again. Whoever has it, or HR.

    Raises NoSuchTask, AlreadyDecided, TaskEnded, CaseSealed, CaseSettled, NotPossibleNow, NotSuspended,
    NotWithYou, HrOnly, OwnCase, OwnRequest.
    """
    dossier, task = lock_task(session, task_id)
    if task.state != TaskState.SUSPENDED or dossier.case.state != CaseState.OPEN:
        must_be_workable(dossier, task)
        raise NotSuspended
    _must_have_or_be_hr(dossier, task, actor)
    event = _resume(task, by=actor.person_id)
    session.flush()
    record(session, actor, [event])
    return task


def suspend_case(
    session: Session,
    actor: Actor,
    case_id: UUID,
    *,
    code: str,
    reason: str,
    until: datetime | None = None,
    directory: Directory,
) -> Case:
    """Stop a case, until a day or until somebody resumes it; its tasks can't be decided meanwhile.

    Their clocks stand still, the law's does not. HR or an operator. Raises NoSuchCase, CaseSealed,
    CaseSettled, OverseersOnly, OwnCase, OwnRequest, ReasonNeeded, CommentNeeded, NotAhead, NotPossibleNow.
    """
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    must_oversee(dossier, actor)
    if code not in SUSPENSION_REASONS:
        raise ReasonNeeded(code=code)
    now = clock.now(session)
    _must_lie_ahead(until, now)
    cause = Cause(Move.SUSPEND, code, must_say(reason), until=until)
    return _moved(session, actor, dossier, cause, directory=directory, now=now)


def resume_case(session: Session, actor: Actor, case_id: UUID, *, reason: str, directory: Directory) -> Case:
    """Let a suspended case go on where it was, with the time that was left. HR or an operator.

    What the clock stopped, HR ratifies instead. Raises NoSuchCase, CaseSealed, CaseSettled, OverseersOnly,
    OwnCase, OwnRequest, CommentNeeded, NotSuspended, NotPossibleNow.
    """
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    must_oversee(dossier, actor)
    if dossier.case.state != CaseState.SUSPENDED:
        raise NotSuspended
    if dossier.case.suspension == EXPIRED:
        raise NotPossibleNow(state=dossier.case.state)
    cause = Cause(Move.RESUME, comment=must_say(reason))
    return _moved(session, actor, dossier, cause, directory=directory, now=clock.now(session))


def resume_due(session: Session, *, directory: Directory, limit: int = 500) -> int:
    """Let go on what was suspended until now, at most `limit` of each kind; returns how many did.

    What somebody has at the moment is passed by: the next time finds it.
    """
    now, keeper = clock.now(session), system("keeper")
    due = select(Task).join(Case).where(Task.suspended_until <= now, Task.ended_at.is_(None))
    # what stands still with its case stays so until the case goes on
    due = due.where(Case.suspended_from.is_(None)).order_by(Task.id).limit(limit)
    tasks = session.scalars(
        due.with_for_update(of=(Case, Task), key_share=True, skip_locked=True),
        execution_options={"populate_existing": True},
    ).all()
    events = [_resume(task, by=None) for task in tasks]
    session.flush()
    record(session, keeper, events)
    ended = select(Case.id).where(Case.resumes_at <= now).order_by(Case.id).limit(limit)
    cases = [d for id_ in session.scalars(ended).all() if (d := try_lock_case(session, id_))]
    waiting = [d for d in cases if d.case.resumes_at and d.case.resumes_at <= now]
    for dossier in waiting:
        _moved(session, keeper, dossier, Cause(Move.RESUME), directory=directory, now=now)
    return len(tasks) + len(waiting)


def _moved(
    session: Session, actor: Actor, dossier: Dossier, cause: Cause, *, directory: Directory, now: datetime
) -> Case:
    events = move(session, dossier, cause, directory=directory, now=now)
    session.flush()
    record(session, actor, events)
    return dossier.case


def _resume(task: Task, by: UUID | None) -> Event:
    task.state = task.suspended_from or TaskState.ALLOCATED
    task.suspended_from = task.suspended_at = task.suspended_until = None
    return told("task.resumed", task, by=by, state=task.state)


def _must_have_or_be_hr(dossier: Dossier, task: Task, actor: Actor) -> None:
    if actor.person_id is None or task.assignee_id != actor.person_id:
        must_be_hr(dossier, actor)


def _must_lie_ahead(until: datetime | None, now: datetime) -> None:
    if until is not None and until <= now:
        raise NotAhead
