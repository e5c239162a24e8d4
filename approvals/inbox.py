"""What waits for somebody: their own tasks, those offered to their queues, those at posts they may act for.

Each of these is read along one small index of open tasks, already in the order of urgency, and cut before
they are merged: a page costs the same among millions of ended tasks as among thousands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    Subquery,
    Text,
    and_,
    any_,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from approvals.access import Reach, given_to, may_act
from approvals.chains import definition_by_id
from approvals.directory import Directory
from approvals.models import Case, Task
from approvals.titles import Titles
from core import clock
from core.actor import Actor
from core.settings import settings


class InboxFilter(StrEnum):
    """Which part of the inbox."""

    ALL = "all"
    MINE = "mine"
    OFFERED = "offered"
    OVERDUE = "overdue"
    DUE_TODAY = "due_today"


class InboxOrder(StrEnum):
    """In which order; a page by urgency is read along the indexes, the others sort what one person has."""

    URGENCY = "urgency"
    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A task as its inbox shows it."""

    task_id: UUID
    case_id: UUID
    process_id: UUID
    reference: str
    title: str
    subject_id: UUID
    subject_name: str
    unit_id: UUID
    stage: str
    stage_title: Titles
    signs: bool
    state: str
    queue: str | None
    position_id: UUID | None
    assignee_id: UUID | None
    capacity: str | None
    order_number: str | None
    round: int
    version: int
    opened_at: datetime
    due_at: datetime | None
    statutory_due_at: datetime | None
    overdue: bool
    escalated: bool
    reminded: int


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How much waits: mine and offered are all there is, the others are among them."""

    mine: int = 0
    offered: int = 0
    overdue: int = 0
    due_today: int = 0


def inbox(
    session: Session,
    actor: Actor,
    *,
    directory: Directory,
    filter: InboxFilter | str = InboxFilter.ALL,
    kind: tuple[str, str] | None = None,
    order: InboxOrder | str = InboxOrder.URGENCY,
    limit: int = 50,
    offset: int = 0,
    after: tuple[datetime | None, UUID] | None = None,
) -> list[InboxRow]:
    """A page of what waits for somebody, in the order they choose; of one stage of a chain, if wanted.

    What they may not decide is not in it. By urgency one may also ask for what comes `after` a task, by its
    due date and id.
    """
    if actor.person_id is None:
        return []
    now = clock.now(session)
    reach = Reach.of(session, actor, actor.person_id, directory=directory, at=now)
    wells = _wells(reach, InboxFilter(filter), now)
    if not wells:
        return []
    by = _ORDERS[InboxOrder(order)]
    if kind:
        wells = [and_(well, Task.chain == kind[0], Task.stage == kind[1]) for well in wells]
    if after:
        wells = [and_(well, _later(*after)) for well in wells]
    ids = _firsts(wells, by, offset + limit)
    page = select(Task, Case).join(ids, ids.c.id == Task.id).join(Case, Case.id == Task.case_id)
    rows = session.execute(page.order_by(*by).limit(limit).offset(offset))
    return [_row(session, task, case, now) for task, case in rows]


_ORDERS = {
    InboxOrder.URGENCY: (Task.due_at.asc().nulls_last(), Task.id),
    InboxOrder.OLDEST: (Task.opened_at.asc(), Task.id),
    InboxOrder.NEWEST: (Task.opened_at.desc(), Task.id.desc()),
}


def _later(due_at: datetime | None, task_id: UUID) -> ColumnElement[bool]:
    """What comes after a task by urgency; tasks without a due date come last."""
    if due_at is None:
        return and_(Task.due_at.is_(None), Task.id > task_id)
    same_day = and_(Task.due_at == due_at, Task.id > task_id)
    return or_(Task.due_at > due_at, Task.due_at.is_(None), same_day)


def next_task(
    session: Session, actor: Actor, *, directory: Directory, but: UUID | None = None
) -> UUID | None:
    """What to do next: the most urgent of one's own, then of what is offered; not the task just looked at."""
    if actor.person_id is None:
        return None
    now = clock.now(session)
    reach = Reach.of(session, actor, actor.person_id, directory=directory, at=now)
    for part in (InboxFilter.MINE, InboxFilter.OFFERED):
        ids = _firsts(_wells(reach, part, now), _ORDERS[InboxOrder.URGENCY], 2)
        found = session.scalars(select(ids.c.id).order_by(ids.c.due_at.nulls_last(), ids.c.id).limit(2))
        if following := next((id_ for id_ in found if id_ != but), None):
            return following
    return None


def _firsts(
    wells: Sequence[ColumnElement[bool]], by: Sequence[SQLColumnExpression[Any]], limit: int
) -> Subquery:
    """The first so many of each well: the first of all are among them."""
    firsts = [
        select(Task.id, Task.due_at).where(well).order_by(*by).limit(limit).subquery() for well in wells
    ]
    return union_all(*(select(first) for first in firsts)).subquery()


def counts(session: Session, actor: Actor, *, directory: Directory) -> InboxCounts:
    """How much waits for somebody, counted exactly."""
    if actor.person_id is None:
        return InboxCounts()
    now = clock.now(session)
    reach = Reach.of(session, actor, actor.person_id, directory=directory, at=now)
    kinds = {"mine": InboxFilter.MINE, "offered": InboxFilter.OFFERED}
    parts = [
        select(literal_column(f"'{name}'", Text).label("part"), Task.due_at).where(well)
        for name, kind in kinds.items()
        for well in _wells(reach, kind, now)
    ]
    every = union_all(*parts).subquery()
    part, due, total = every.c.part, every.c.due_at, func.count()
    row = session.execute(
        select(
            total.filter(part == "mine"),
            total.filter(part == "offered"),
            total.filter(due < now),
            total.filter(due >= now, due < _end_of_day(now)),
        ).select_from(every)
    ).one()
    return InboxCounts(*row)


def _wells(reach: Reach, part: InboxFilter, now: datetime) -> Sequence[ColumnElement[bool]]:
    """The conditions of where work comes from, each along one index and none overlapping another.

    What was given to the holder of a post is found by the post, whoever has it: that is what may be decided.
    `offered` is said as text, never as a parameter, so that the planner sees that the partial index fits.
    """
    me, queues = reach.person_id, reach.queues
    offered = Task.state == literal_column("'offered'")
    free = not_(literal(me) == any_(Task.barred))
    mine = and_(Task.assignee_id == me, Task.claimed_at.is_not(None))
    by_name = or_(Task.position_id.is_(None), Task.claimed_at.is_not(None))
    own = [and_(Task.assignee_id == me, Task.ended_at.is_(None), by_name)]
    own += [
        and_(
            Task.position_id == position,
            Task.ended_at.is_(None),
            mine.is_not(True),
            not_(and_(offered, Task.queue.in_(queues))),
            may_act(footings),
            free,
        )
        for position, footings in reach.posts.items()
    ]
    own += [and_(given_to(giver), may_act(footings), free) for giver, footings in reach.named.items()]
    open_to_all = [and_(Task.queue == queue, offered, free, not_(Task.held_back)) for queue in queues]
    open_to_me = and_(Task.candidates.contains([me]), offered, Task.ended_at.is_(None))
    open_to_all.append(and_(open_to_me, free, not_(Task.held_back)))
    match part:
        case InboxFilter.MINE:
            return own
        case InboxFilter.OFFERED:
            return open_to_all
        case InboxFilter.OVERDUE:
            return [and_(well, Task.due_at < now) for well in own + open_to_all]
        case InboxFilter.DUE_TODAY:
            today = and_(Task.due_at >= now, Task.due_at < _end_of_day(now))
            return [and_(well, today) for well in own + open_to_all]
        case InboxFilter.ALL:
            return own + open_to_all


def _end_of_day(now: datetime) -> datetime:
    local = now.astimezone(settings().zone)
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _row(session: Session, task: Task, case: Case, now: datetime) -> InboxRow:
    stage = definition_by_id(session, case.chain_version_id).stage(task.stage)
    return InboxRow(
        task_id=task.id,
        case_id=case.id,
        process_id=case.process_id,
        reference=case.reference,
        title=case.title,
        subject_id=case.subject_id,
        subject_name=case.subject_name,
        unit_id=case.unit_id,
        stage=task.stage,
        stage_title=stage.title,
        signs=stage.sign is not None,
        state=task.state,
        queue=task.queue,
        position_id=task.position_id,
        assignee_id=task.assignee_id,
        capacity=task.assignee_capacity,
        order_number=task.order_number,
        round=task.round,
        version=case.version,
        opened_at=task.opened_at,
        due_at=task.due_at,
        statutory_due_at=case.statutory_due_at,
        overdue=task.due_at is not None and task.due_at < now,
        escalated=task.escalated_at is not None,
        reminded=task.reminded,
    )
