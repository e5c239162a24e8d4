"""By which right somebody may decide a task; without one, the error that says why not. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from approvals.candidates import LAST_RESORT
from approvals.errors import ActsForConflicted, AlreadyClaimed, ConflictOfInterest, NotYours, PostVacant
from approvals.models import Task, TaskState
from approvals.stage import Stage
from core.actor import Actor
from core.directory import Capacity, Holder, Post


@dataclass(frozen=True, slots=True)
class Right:
    """What makes a decision valid: a post (in which capacity, for whom, by which order), or a queue."""

    capacity: Capacity | None = None
    acting_for: UUID | None = None
    order_number: str | None = None
    claims: bool = False
    """The task is still offered to a queue: deciding it claims it."""


def right(
    task: Task,
    stage: Stage,
    actor: Actor,
    barred: Mapping[UUID, type[ConflictOfInterest]],
    post: Post | None,
) -> Right:
    """By which right an actor may decide a task now.

    `post` is the task's post as it is held at this moment, for what was true when the task opened may have
    ended. Raises NotYours, AlreadyClaimed, PostVacant, or the conflict of interest.
    """
    if actor.person_id is None:
        raise NotYours
    if conflict := barred.get(actor.person_id):
        raise conflict
    if post and (found := _at_post(post, stage, actor.person_id)):
        own = _own(post)
        if found.capacity is Capacity.DEFINITIVE or own is None:
            return Right(found.capacity, None, found.order_number or None)
        if own.person_id in barred:
            raise ActsForConflicted
        return Right(found.capacity, own.person_id, found.order_number or None)
    if task.candidates is not None:
        return _from_candidates(task, task.candidates, actor.person_id)
    if task.queue is None:
        return _by_name(task, actor.person_id, post)
    if stage.sign and task.queue == LAST_RESORT:
        raise PostVacant
    return _from_queue(task, task.queue, actor)


def in_queue(actor: Actor, queue: str) -> bool:
    """Whether somebody is among those whom a queue offers its tasks."""
    return queue.removeprefix("role:") in actor.roles


def _from_queue(task: Task, queue: str, actor: Actor) -> Right:
    if not in_queue(actor, queue):
        raise NotYours
    if task.state == TaskState.OFFERED:
        return Right(claims=True)
    if task.assignee_id != actor.person_id:
        raise AlreadyClaimed
    return Right()


def _from_candidates(task: Task, candidates: Collection[UUID], person_id: UUID) -> Right:
    if task.state == TaskState.OFFERED and person_id in candidates:
        return Right(claims=True)
    if task.assignee_id == person_id:
        return Right()
    raise AlreadyClaimed if person_id in candidates else NotYours


def may_claim(task: Task, actor: Actor) -> bool:
    """Whether a task is, or was, offered to somebody: by a queue of theirs, or by name."""
    if task.candidates is not None:
        return actor.person_id in task.candidates
    return task.queue is not None and in_queue(actor, task.queue)


def _by_name(task: Task, person_id: UUID, post: Post | None) -> Right:
    if post is not None or task.assignee_id != person_id:
        raise NotYours
    return Right()


def _at_post(post: Post, stage: Stage, person_id: UUID) -> Holder | None:
    permitted = {Capacity.DEFINITIVE, *stage.acting}
    return next((h for h in post.holders if h.person_id == person_id and h.capacity in permitted), None)


def _own(post: Post) -> Holder | None:
    return next((h for h in post.holders if h.capacity is Capacity.DEFINITIVE), None)
