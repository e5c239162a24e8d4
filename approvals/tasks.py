"""Tasks change hands: claimed from a queue, given back, moved with a post to whoever holds it now."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.candidates import assign
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_task
from approvals.entitlement import in_queue
from approvals.errors import AlreadyClaimed, AlreadyDecided, NotClaimable, NotYours, TaskEnded
from approvals.handover import Pending
from approvals.models import Case, Task, TaskState
from core import clock
from core.actor import Actor
from core.events import Event, record


def claim(session: Session, actor: Actor, task_id: UUID) -> Task:
    """Take an offered task; taking what one has already changes nothing.

    Raises NoSuchTask, AlreadyDecided, TaskEnded, AlreadyClaimed, NotYours, NotClaimable, ConflictOfInterest.
    """
    dossier, task = lock_task(session, task_id)
    _must_be_open(dossier, task)
    if task.queue is None:
        raise NotClaimable
    if actor.person_id is None or not in_queue(actor, task.queue):
        raise NotYours
    if conflict := dossier.interests.barred_from(dossier.stage_of(task)).get(actor.person_id):
        raise conflict
    if task.assignee_id == actor.person_id:
        return task
    if task.state != TaskState.OFFERED:
        raise AlreadyClaimed
    task.state, task.assignee_id = TaskState.ALLOCATED, actor.person_id
    task.claimed_at = clock.now(session)
    session.flush()
    record(session, actor, [_event("task.claimed", task, by=actor.person_id)])
    return task


def release(session: Session, actor: Actor, task_id: UUID) -> Task:
    """Give a claimed task back to its queue; nothing changes when it is there already.

    Raises NoSuchTask, AlreadyDecided, TaskEnded, NotClaimable, NotYours.
    """
    dossier, task = lock_task(session, task_id)
    _must_be_open(dossier, task)
    if task.queue is None:
        raise NotClaimable
    if task.state == TaskState.OFFERED:
        return task
    if task.assignee_id != actor.person_id:
        raise NotYours
    task.state, task.assignee_id, task.claimed_at = TaskState.OFFERED, None, None
    session.flush()
    record(session, actor, [_event("task.released", task, by=actor.person_id)])
    return task


def rehome(session: Session, actor: Actor, position_ids: Iterable[UUID], *, directory: Directory) -> int:
    """Hand what is pending at these posts to whoever should have it now; returns how many tasks moved.

    What somebody claimed from a queue stays theirs.
    """
    found = (
        select(Task, Case)
        .join(Case)
        .where(Task.position_id.in_(set(position_ids)), Task.ended_at.is_(None), Task.claimed_at.is_(None))
        .order_by(Task.id)
        .with_for_update(of=Task, key_share=True)
    )
    rows = session.execute(found, execution_options={"populate_existing": True})
    pending = [Pending.of(session, task, case) for task, case in rows]
    now = clock.now(session)
    posts = {id_: directory.post(id_, now) for p in pending if (id_ := p.task.position_id)}
    moving = [
        (p, w) for p in pending if p.task.position_id and (w := p.at_post(posts[p.task.position_id].unit_id))
    ]
    assignments = assign([wanted for _, wanted in moving], directory, now)
    changed = [(p, new) for (p, _), new in zip(moving, assignments, strict=True) if not p.is_with(new)]
    events = [e for p, new in changed for e in p.hand_to(new, "task.reassigned", cause="holder-changed")]
    session.flush()
    record(session, actor, events)
    return len(changed)


def _must_be_open(dossier: Dossier, task: Task) -> None:
    if earlier := dossier.decision_on(task):
        raise AlreadyDecided(by=earlier.decider_name, at=earlier.decided_at)
    dossier.must_be_alive()
    if task.ended_at is not None:
        raise TaskEnded(at=task.ended_at)


def _event(name: str, task: Task, by: UUID | None) -> Event:
    return Event(name, task.case_id, "case", {"task": task.id, "case": task.case_id, "by": by})
