"""Tasks change hands: claimed from a queue, given back, moved with a post to whoever holds it now."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.candidates import Assignment, assign
from approvals.directory import Directory
from approvals.distribution import state_with
from approvals.dossier import lock_task
from approvals.entitlement import may_claim
from approvals.errors import (
    AlreadyClaimed,
    HeldBack,
    NotClaimable,
    NotYours,
)
from approvals.handover import Pending
from approvals.models import Case, Task, TaskState
from approvals.stage import Stage
from core import clock
from core.actor import Actor
from core.events import Event, record


def claim(session: Session, actor: Actor, task_id: UUID) -> Task:
    """Take an offered task; taking what one has already changes nothing.

    Raises NoSuchTask, AlreadyDecided, TaskEnded, AlreadyClaimed, NotYours, NotClaimable, HeldBack,
    ConflictOfInterest.
    """
    dossier, task = lock_task(session, task_id)
    dossier.must_be_open(task)
    if task.queue is None and task.candidates is None:
        raise NotClaimable
    if actor.person_id is None or not may_claim(task, actor):
        raise NotYours
    if conflict := dossier.interests.barred_from(dossier.stage_of(task)).get(actor.person_id):
        raise conflict
    if task.assignee_id == actor.person_id:
        return task
    if task.state != TaskState.OFFERED:
        raise AlreadyClaimed
    if task.held_back:
        raise HeldBack
    event = take(task, dossier.stage_of(task), actor.person_id, clock.now(session))
    session.flush()
    record(session, actor, [event])
    return task


def take(task: Task, stage: Stage, person_id: UUID, now: datetime) -> Event:
    """Give a locked offered task to somebody who may have it, and say so."""
    task.state, task.held_back = state_with(stage, TaskState.ALLOCATED), False
    task.assignee_id, task.claimed_at = person_id, now
    task.started_at = now if task.state == TaskState.STARTED else None
    return _event("task.claimed", task, by=person_id, state=task.state)


def release(session: Session, actor: Actor, task_id: UUID) -> Task:
    """Give a claimed task back to its queue; nothing changes when it is there already.

    Raises NoSuchTask, AlreadyDecided, TaskEnded, NotClaimable, NotYours.
    """
    dossier, task = lock_task(session, task_id)
    dossier.must_be_open(task)
    if task.queue is None and task.candidates is None:
        raise NotClaimable
    if task.state == TaskState.OFFERED:
        return task
    if task.assignee_id != actor.person_id:
        raise NotYours
    task.state, task.assignee_id, task.claimed_at = TaskState.OFFERED, None, None
    task.held_back = dossier.stage_of(task).distribute == "late"
    task.draft = task.started_at = task.handed_by = None
    task.suspended_from = task.suspended_at = task.suspended_until = None
    session.flush()
    record(session, actor, [_event("task.released", task, by=actor.person_id)])
    return task


def ended(session: Session, task_ids: Collection[UUID]) -> set[UUID]:
    """Which of these tasks need nobody any more."""
    return set(session.scalars(select(Task.id).where(Task.id.in_(task_ids), Task.ended_at.is_not(None))))


def waiting_at_posts(session: Session) -> dict[UUID, int]:
    """How many tasks wait at each post that has any."""
    waiting = (
        select(Task.position_id, func.count())
        .where(Task.ended_at.is_(None), Task.position_id.is_not(None))
        .group_by(Task.position_id)
    )
    return {position: count for position, count in session.execute(waiting).tuples() if position}


def rehome(session: Session, actor: Actor, position_ids: Iterable[UUID], *, directory: Directory) -> int:
    """Hand what is pending at these posts to whoever should have it now; returns how many tasks moved.

    What somebody claimed from a queue stays theirs, and so does what its assignee is still entitled to. Only
    tasks that move are locked: looking at all posts of an office holds nobody up.
    """
    now = clock.now(session)
    seen = _at_posts(session, position_ids)
    moves = {p.task.id: (p.task.assignee_id, new) for p, new in _new_hands(seen, directory, now)}
    if not moves:
        return 0
    locked = _at_posts(session, position_ids, only=sorted(moves))
    # what changed hands since it was looked at is left to whoever moved it
    moving = [(p, new) for p in locked for old, new in [moves[p.task.id]] if p.task.assignee_id == old]
    events = [
        e for p, new in moving for e in p.hand_to(new, "task.reassigned", now=now, cause="holder-changed")
    ]
    session.flush()
    record(session, actor, events)
    return len(moving)


def _at_posts(
    session: Session, position_ids: Iterable[UUID], only: Collection[UUID] | None = None
) -> list[Pending]:
    """Open tasks of posts that nobody claimed; when ids are given, those of them that still are, locked."""
    found = (
        select(Task, Case)
        .join(Case)
        .where(Task.position_id.in_(set(position_ids)), Task.ended_at.is_(None), Task.claimed_at.is_(None))
        # what stands still with its case follows its post when it goes on
        .where(Case.suspended_from.is_(None))
        .order_by(Case.id, Task.id)
    )
    if only is not None:
        found = found.where(Task.id.in_(only)).with_for_update(of=(Case, Task), key_share=True)
    rows = session.execute(found, execution_options={"populate_existing": True})
    return [Pending.of(session, task, case) for task, case in rows]


def _new_hands(
    pending: Sequence[Pending], directory: Directory, now: datetime
) -> list[tuple[Pending, Assignment]]:
    """Those of these tasks that are for somebody else by now, and for whom."""
    posts = {p.task.position_id for p in pending if p.task.position_id}
    units = {id_: directory.post(id_, now).unit_id for id_ in posts}
    asked = [(p, w) for p in pending if p.task.position_id and (w := p.at_post(units[p.task.position_id]))]
    found = assign([wanted for _, wanted in asked], directory, now) if asked else []
    return [(p, new) for (p, _), new in zip(asked, found, strict=True) if not p.is_with(new)]


def _event(name: str, task: Task, by: UUID | None, **facts: Any) -> Event:
    return Event(name, task.case_id, "case", {"task": task.id, "case": task.case_id, "by": by, **facts})
