"""A task goes to somebody else by a person's word: delegated by whoever has it, reassigned, escalated."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.authority import must_be_above, must_have, must_oversee, must_say
from approvals.candidates import assign
from approvals.deadlines import Deadlines
from approvals.directory import Directory
from approvals.distribution import state_with
from approvals.dossier import Dossier, lock_task
from approvals.drafts import must_be_workable
from approvals.entitlement import Right
from approvals.errors import HrOnly
from approvals.handover import Pending
from approvals.models import Case, CaseState, Task, TaskState
from approvals.obstacles import NobodyAbove, NothingChosen
from approvals.receiving import must_receive
from approvals.stage import Stage
from approvals.sweep import escalate_to
from core import clock
from core.actor import Actor, Role
from core.errors import MufakatError
from core.events import Event, record


def delegate(
    session: Session,
    actor: Actor,
    task_id: UUID,
    to_id: UUID,
    *,
    reason: str,
    with_draft: bool,
    directory: Directory,
) -> Task:
    """Hand one's own task to somebody who may decide it, with what was written so far, or without.

    Raises NoSuchTask, AlreadyDecided, TaskEnded, CaseSealed, CaseSettled, NotPossibleNow, TaskSuspended,
    NotWithYou, CommentNeeded, Gone, HasItAlready, SeatedAlready, Conflicted, Unfit.
    """
    dossier, task = lock_task(session, task_id)
    must_be_workable(dossier, task)
    must_have(task, actor)
    comment, now = must_say(reason), clock.now(session)
    person, by = must_receive(session, dossier, task, to_id, directory=directory, now=now)
    event = _hand(
        task,
        dossier.stage_of(task),
        person.id,
        by,
        actor,
        now=now,
        name="task.delegated",
        comment=comment,
        whole=with_draft,
    )
    session.flush()
    record(session, actor, [event])
    return task


def reassign(
    session: Session, actor: Actor, task_id: UUID, to_id: UUID, *, reason: str, directory: Directory
) -> Task:
    """Give a task, whoever has it, to somebody who may decide it; it begins anew there. HR, or the superior.

    Raises NoSuchTask, AlreadyDecided, TaskEnded, CaseSealed, CaseSettled, NotPossibleNow, NotSuperior,
    OwnCase, OwnRequest, CommentNeeded, Gone, HasItAlready, SeatedAlready, Conflicted, Unfit.
    """
    dossier, task = lock_task(session, task_id)
    _must_be_movable(dossier, task)
    now = clock.now(session)
    must_be_above(dossier, task, actor, directory=directory, now=now)
    comment = must_say(reason)
    person, by = must_receive(session, dossier, task, to_id, directory=directory, now=now)
    event = _hand(
        task,
        dossier.stage_of(task),
        person.id,
        by,
        actor,
        now=now,
        name="task.reassigned",
        comment=comment,
        whole=False,
    )
    session.flush()
    record(session, actor, [event])
    return task


def reassign_many(
    session: Session,
    actor: Actor,
    to_id: UUID,
    *,
    reason: str,
    from_id: UUID | None = None,
    stage: str | None = None,
    process_id: UUID | None = None,
    directory: Directory,
) -> Mapping[UUID, Task | MufakatError]:
    """Reassign every open task of a person, of a stage, of a process; for each the task or why not.

    Each is guarded by itself, and the others stand. HR only. Raises HrOnly, NothingChosen, CommentNeeded.
    """
    if not actor.has(Role.HR):
        raise HrOnly
    must_say(reason)
    answers: dict[UUID, Task | MufakatError] = {}
    for task_id in matching(session, from_id=from_id, stage=stage, process_id=process_id):
        try:
            with session.begin_nested():
                answers[task_id] = reassign(
                    session, actor, task_id, to_id, reason=reason, directory=directory
                )
        except MufakatError as refused:
            answers[task_id] = refused
    return answers


def matching(
    session: Session,
    *,
    from_id: UUID | None = None,
    stage: str | None = None,
    process_id: UUID | None = None,
) -> list[UUID]:
    """The open tasks that fit, by case, as all writers lock. Raises NothingChosen when nothing is said."""
    wanted = {Task.assignee_id: from_id, Task.stage: stage, Case.process_id: process_id}
    said = [column == value for column, value in wanted.items() if value]
    if not said:
        raise NothingChosen
    found = select(Task.id).join(Case).where(Task.ended_at.is_(None), *said)
    return list(session.scalars(found.order_by(Task.case_id, Task.id)))


def escalate(session: Session, actor: Actor, task_id: UUID, *, reason: str, directory: Directory) -> Task:
    """Move a task up now, as the clock would. HR, an operator, or whoever has it.

    Raises NoSuchTask, AlreadyDecided, TaskEnded, CaseSealed, CaseSettled, NotPossibleNow, OverseersOnly,
    OwnCase, OwnRequest, CommentNeeded, NobodyAbove.
    """
    dossier, task = lock_task(session, task_id)
    _must_be_movable(dossier, task)
    if actor.person_id is None or task.assignee_id != actor.person_id:
        must_oversee(dossier, actor)
    comment, now = must_say(reason), clock.now(session)
    pending = Pending(task, dossier.case, dossier.stage_of(task))
    wanted = pending.higher_up()
    (above,) = assign([wanted], directory, now) if wanted else (None,)
    if above is None or above.unfilled:
        raise NobodyAbove
    calendar = directory.calendars([dossier.case.unit_id])[dossier.case.unit_id]
    first, *more = escalate_to(pending, above, Deadlines(pending.stage, calendar, now))
    told = Event(first.name, first.stream, first.kind, {**first.facts, "by": actor.person_id}, _said(comment))
    session.flush()
    record(session, actor, [told, *more])
    return task


def _must_be_movable(dossier: Dossier, task: Task) -> None:
    """As must_be_workable, but a suspended task may be taken from whoever suspended it.

    Not while its whole case stands still: nobody is to work on it then.
    """
    if task.state != TaskState.SUSPENDED or dossier.case.state != CaseState.OPEN:
        must_be_workable(dossier, task)


def _hand(
    task: Task,
    stage: Stage,
    to_id: UUID,
    by: Right,
    actor: Actor,
    *,
    now: datetime,
    name: str,
    comment: str,
    whole: bool,
) -> Event:
    """Put a locked task into other hands; a draft goes along with it only when it goes whole."""
    old = task.assignee_id
    if not whole or task.state != TaskState.STARTED:
        task.state = state_with(stage, TaskState.ALLOCATED)
        task.started_at = now if task.state == TaskState.STARTED else None
    if not whole:
        task.draft = None
    task.held_back = False
    task.suspended_from = task.suspended_at = task.suspended_until = None
    task.assignee_id, task.handed_by = to_id, actor.person_id
    task.assignee_capacity, task.order_number = by.capacity, by.order_number
    offered = task.queue is not None or task.candidates is not None
    task.claimed_at = now if offered else None
    facts = {
        "task": task.id,
        "case": task.case_id,
        "stage": task.stage,
        "from": old,
        "to": to_id,
        "by": actor.person_id,
        "state": task.state,
        "queue": task.queue,
        "candidates": task.candidates,
        "position": task.position_id,
        "capacity": by.capacity,
        "due_at": task.due_at,
        "whole": whole,
    }
    return Event(name, task.case_id, "case", facts, _said(comment))


def _said(comment: str) -> dict[str, str]:
    return {"comment": comment}
