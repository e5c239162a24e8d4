"""Work that people draw: the oldest of what is held back, the next of the same kind, the next of the case."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    any_,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case, lock_task, try_lock_case
from approvals.entitlement import right
from approvals.errors import HandsFull, NothingHeldBack, NotYours
from approvals.inbox import InboxFilter, inbox
from approvals.models import Case, CaseState, Task, TaskState
from approvals.narrowing import Narrow
from approvals.stage import Stage
from approvals.tasks import take
from core import clock
from core.actor import Actor
from core.directory import Post
from core.errors import Conflict, NotAllowed
from core.events import Event, record

Kind = tuple[str, str]
"""A chain and one of its stages: tasks of one kind."""


def take_next(session: Session, actor: Actor, *, kind: Kind | None = None) -> Task:
    """Take the oldest task that is held back for whoever has a free hand; of one kind, if wanted.

    Raises NotYours, NothingHeldBack, HandsFull when one has as many as the stage lets one have at a time.
    """
    if actor.person_id is None:
        raise NotYours
    found = hand_next(session, actor, kind, clock.now(session))
    if isinstance(found, Exception):
        raise found
    task, event = found
    session.flush()
    record(session, actor, [event])
    return task


def hand_next(
    session: Session, actor: Actor, kind: Kind | None, now: datetime
) -> tuple[Task, Event] | NothingHeldBack | HandsFull:
    """Give the oldest held-back task to somebody who has a free hand, for the caller to record; or why not.

    One person's hands are counted by one transaction at a time. What others hold at the moment is passed by.
    """
    me = actor.person_id
    assert me is not None
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"hands {me}", 0))))
    mine, full, unfit = _in_hand(session, me), dict[Kind, int](), list[UUID]()
    held = _held(actor, me)
    while row := _oldest(session, held, kind, full, unfit):
        dossier, task = lock_task(session, row)
        stage, of = dossier.stage_of(task), (task.chain, task.stage)
        if mine[of] >= (stage.hold or 1):
            full[of] = stage.hold or 1
        elif me in dossier.interests.barred_from(stage) or dossier.case.state != CaseState.OPEN:
            unfit.append(task.id)
        else:
            return task, take(task, stage, me, now)
    return HandsFull(hold=max(full.values())) if full else NothingHeldBack()


def refill(session: Session, actor: Actor, decided: Task, stage: Stage, now: datetime) -> list[Event]:
    """After a decision on work that is held back, give its decider the next of it; returns what to record."""
    if stage.distribute != "late" or actor.person_id is None:
        return []
    found = hand_next(session, actor, (decided.chain, decided.stage), now)
    return [found[1]] if isinstance(found, tuple) else []


def held_for(session: Session, actor: Actor) -> dict[Kind, int]:
    """How much is held back that somebody could take, by kind."""
    if actor.person_id is None:
        return {}
    counted = (
        select(Task.chain, Task.stage, func.count())
        .join(Case)
        .where(*_held(actor, actor.person_id))
        .group_by(Task.chain, Task.stage)
    )
    return {(chain, stage): count for chain, stage, count in session.execute(counted)}


def next_of_kind(session: Session, actor: Actor, kind: Kind, *, directory: Directory) -> Task | None:
    """Begin the next task of the same stage of a chain: one's own, else one on offer, else one held back.

    None when there is none, or when one has one's hands full. What others hold at the moment is passed by:
    whoever comes from a decision holds its case, and two such would wait for each other.
    """
    for part in (InboxFilter.MINE, InboxFilter.OFFERED):
        for row in inbox(
            session, actor, directory=directory, filter=part, narrow=Narrow(kind=kind), limit=10
        ):
            dossier = try_lock_case(session, row.case_id)
            wanted = next((t for t in dossier.tasks if t.id == row.task_id), None) if dossier else None
            if dossier and wanted and (task := _begun(session, actor, dossier, wanted, directory)):
                return task
    held = hand_next(session, actor, kind, clock.now(session)) if actor.person_id else None
    if not isinstance(held, tuple):
        return None
    task, event = held
    begins = begin(task, clock.now(session), by=actor.person_id)
    session.flush()
    record(session, actor, [event, *begins])
    return task


def next_in_case(session: Session, actor: Actor, case_id: UUID, *, directory: Directory) -> Task | None:
    """Begin the task of the same case that one may do next; None when there is none.

    Where a stage keeps its deciders apart from others', as stages do unless they say otherwise, it is none;
    `next_task.done` tells without a lock.
    """
    dossier = lock_case(session, case_id)
    if dossier.case.state != CaseState.OPEN:
        return None
    begun = (_begun(session, actor, dossier, task, directory) for task in dossier.tasks)
    return next((task for task in begun if task), None)


def begin(task: Task, now: datetime, *, by: UUID | None) -> list[Event]:
    """Count a locked task as in work; nothing when it is already."""
    if task.state != TaskState.ALLOCATED:
        return []
    task.state, task.started_at = TaskState.STARTED, now
    facts = {"task": task.id, "case": task.case_id, "by": by}
    return [Event("task.started", task.case_id, "case", facts)]


def _begun(session: Session, actor: Actor, dossier: Dossier, task: Task, directory: Directory) -> Task | None:
    """A locked task, taken if it is on offer, and begun; None for one that is not the actor's to do."""
    now, stage = clock.now(session), dossier.stage_of(task)
    if task.ended_at is not None or task.state == TaskState.SUSPENDED or dossier.has_voted(task, actor):
        return None
    try:
        by = right(task, stage, actor, dossier.interests.barred_from(stage), _post(task, directory, now))
    except (NotAllowed, Conflict):
        return None
    if not by.claims and task.assignee_id != actor.person_id:
        return None
    assert actor.person_id is not None
    events: list[Event] = [take(task, stage, actor.person_id, now)] if by.claims else []
    events += begin(task, now, by=actor.person_id)
    session.flush()
    record(session, actor, events)
    return task


def _post(task: Task, directory: Directory, now: datetime) -> Post | None:
    return directory.post(task.position_id, now) if task.position_id else None


def _in_hand(session: Session, me: UUID) -> Counter[Kind]:
    counted = (
        select(Task.chain, Task.stage, func.count())
        .where(
            Task.assignee_id == me,
            Task.ended_at.is_(None),
            or_(Task.position_id.is_(None), Task.claimed_at.is_not(None)),
        )
        .group_by(Task.chain, Task.stage)
    )
    return Counter({(chain, stage): count for chain, stage, count in session.execute(counted)})


def _oldest(
    session: Session,
    held: Sequence[ColumnElement[bool]],
    kind: Kind | None,
    full: dict[Kind, int],
    unfit: Sequence[UUID],
) -> UUID | None:
    """The oldest held-back task that nobody holds locked: its case is locked with it."""
    of = tuple_(Task.chain, Task.stage)
    found = select(Task.id).join(Case).where(*held)
    if kind:
        found = found.where(of == kind)
    if full:
        found = found.where(of.not_in(list(full)))
    if unfit:
        found = found.where(Task.id.not_in(unfit))
    return session.scalar(
        found.order_by(Task.id).limit(1).with_for_update(of=(Case, Task), key_share=True, skip_locked=True)
    )


def _held(actor: Actor, me: UUID) -> tuple[ColumnElement[bool], ...]:
    queues = sorted(f"role:{role}" for role in actor.roles)
    return (
        Case.state == CaseState.OPEN,
        Task.held_back.is_(True),
        Task.state == literal_column("'offered'"),
        # said at the one branch that needs it: each has an index of its own
        or_(Task.queue.in_(queues), and_(Task.candidates.contains([me]), Task.ended_at.is_(None))),
        not_(literal(me) == any_(Task.barred)),
    )
