"""By which right somebody may decide a task; without one, the error that says why not. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from approvals.candidates import LAST_RESORT
from approvals.errors import (
    ActsForConflicted,
    AlreadyClaimed,
    ConflictOfInterest,
    HeldBack,
    NotYours,
    PostVacant,
)
from approvals.models import Task, TaskState
from approvals.stage import Stage
from core.actor import Actor
from core.directory import Capacity, Holder, Post, Scope


@dataclass(frozen=True, slots=True)
class Right:
    """What makes a decision valid: a post (in which capacity, for whom, by which order), or a queue."""

    capacity: Capacity | None = None
    acting_for: UUID | None = None
    order_number: str | None = None
    claims: bool = False
    """The task is still offered to a queue: deciding it claims it."""


@dataclass(frozen=True, slots=True)
class Warrant:
    """A delegation in force, as its receiver holds it: whose work it covers, by which order, how far."""

    from_id: UUID
    order_number: str
    scope: Scope


SEATS = ("chair", "secretary", "member")
"""Parts in a committee: its members sit in person."""


def no_warrants() -> Sequence[Warrant]:
    """Nobody delegated anything."""
    return ()


def right(
    task: Task,
    stage: Stage,
    actor: Actor,
    barred: Mapping[UUID, type[ConflictOfInterest]],
    post: Post | None,
    *,
    warrants: Callable[[], Sequence[Warrant]] = no_warrants,
) -> Right:
    """By which right an actor may decide a task now: one's own, or else by a delegation.

    `post` is the task's post as it is held at this moment, for what was true when the task opened may have
    ended. `warrants` are the actor's delegations in force: asked for only where there is no right of one's
    own. Raises NotYours, AlreadyClaimed, PostVacant, or the conflict of interest.
    """
    if actor.person_id is None:
        raise NotYours
    if conflict := barred.get(actor.person_id):
        raise conflict
    try:
        return _of_ones_own(task, stage, actor, barred, post)
    except (NotYours, AlreadyClaimed, PostVacant):
        if delegated := _delegated(task, stage, barred, post, warrants):
            return delegated
        raise


def _of_ones_own(
    task: Task,
    stage: Stage,
    actor: Actor,
    barred: Mapping[UUID, type[ConflictOfInterest]],
    post: Post | None,
) -> Right:
    person_id = actor.person_id
    if person_id is None:
        raise NotYours
    if post and (found := _at_post(task, post, stage, person_id)):
        own = own_holder(post)
        if found.capacity is Capacity.DEFINITIVE or own is None:
            return Right(found.capacity, None, found.order_number or None)
        if own.person_id in barred:
            raise ActsForConflicted
        return Right(found.capacity, own.person_id, found.order_number or None)
    if task.held_back and task.state == TaskState.OFFERED:
        raise HeldBack
    if task.candidates is not None:
        return _from_candidates(task, task.candidates, person_id)
    if task.queue is None:
        return _by_name(task, person_id, post)
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


def _delegated(
    task: Task,
    stage: Stage,
    barred: Mapping[UUID, type[ConflictOfInterest]],
    post: Post | None,
    warrants: Callable[[], Sequence[Warrant]],
) -> Right | None:
    """The right of somebody else that a delegation passes on: what waits for them by post or by name.

    Never what they have themselves by acting, by delegation, or by another's hand: it is not transitive.
    """
    if Capacity.DELEGATE not in stage.acting:
        return None
    own = own_holder(post) if post else None
    giver = own.person_id if own else _named(task)
    for warrant in warrants() if giver else ():
        if warrant.from_id == giver and warrant.scope.covers(task.chain, task.stage, task.rank):
            if giver in barred:
                raise ActsForConflicted
            return Right(Capacity.DELEGATE, giver, warrant.order_number)
    return None


def _named(task: Task) -> UUID | None:
    """Whom a task was given to by its chain, by name."""
    by_chain = task.position_id is None and task.queue is None and task.candidates is None
    return task.assignee_id if by_chain and task.handed_by is None and task.part not in SEATS else None


def _at_post(task: Task, post: Post, stage: Stage, person_id: UUID) -> Holder | None:
    permitted = {Capacity.DEFINITIVE, *stage.acting}
    return next(
        (
            h
            for h in post.holders
            if h.person_id == person_id
            and h.capacity in permitted
            and h.scope.covers(task.chain, task.stage, task.rank)
        ),
        None,
    )


def own_holder(post: Post) -> Holder | None:
    """A post's own holder, whoever acts for it besides; None while it is vacant."""
    return next((h for h in post.holders if h.capacity is Capacity.DEFINITIVE), None)
