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
from approvals.narrowing import EVERYTHING, Narrow, Place
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
    narrow: Narrow = EVERYTHING,
    order: InboxOrder | str = InboxOrder.URGENCY,
    limit: int = 50,
    behind: Place | None = None,
) -> list[InboxRow]:
    """A page of what waits for somebody, in the order they choose; a part of it, if wanted.

    It begins behind a place, so that nothing is shown twice or left out while tasks come and go. What they
    may not decide is not in it.
    """
    if actor.person_id is None:
        return []
    now = clock.now(session)
    reach = Reach.of(session, actor, actor.person_id, directory=directory, at=now)
    wells = wells_of(reach, InboxFilter(filter), now)
    if not wells:
        return []
    order = InboxOrder(order)
    by = _ORDERS[order]
    ids = _firsts(_going_on(_narrowed(wells, narrow), order, behind), by, limit)
    page = select(Task, Case).join(ids, ids.c.id == Task.id).join(Case, Case.id == Task.case_id)
    rows = session.execute(page.order_by(*by).limit(limit))
    return [_row(session, task, case, now) for task, case in rows]


def place_of(row: InboxRow, order: InboxOrder | str) -> Place:
    """Where a task stands in an order."""
    return Place(row.due_at if order == InboxOrder.URGENCY else row.opened_at, row.task_id)


def place_of_task(session: Session, task_id: UUID, order: InboxOrder | str) -> Place | None:
    """Where any task stands in an order, ended or not; None for one that is not there."""
    column = Task.due_at if order == InboxOrder.URGENCY else Task.opened_at
    found = session.execute(select(column).where(Task.id == task_id)).one_or_none()
    return Place(found[0], task_id) if found else None


def _narrowed(wells: Sequence[ColumnElement[bool]], narrow: Narrow) -> list[ColumnElement[bool]]:
    more = narrow.conditions()
    return [and_(well, *more) for well in wells]


def _going_on(
    wells: list[ColumnElement[bool]], order: InboxOrder, behind: Place | None
) -> list[ColumnElement[bool]]:
    if behind is None:
        return wells
    if order is InboxOrder.URGENCY:
        onward = behind.behind_due()
    else:
        onward = behind.behind_opened(newest_first=order is InboxOrder.NEWEST)
    return [and_(well, later) for well in wells for later in onward]


_ORDERS = {
    InboxOrder.URGENCY: (Task.due_at.asc().nulls_last(), Task.id),
    InboxOrder.OLDEST: (Task.opened_at.asc(), Task.id),
    InboxOrder.NEWEST: (Task.opened_at.desc(), Task.id.desc()),
}


def first_of(
    session: Session,
    actor: Actor,
    *,
    directory: Directory,
    but: UUID,
    narrow: Narrow = EVERYTHING,
    filter: InboxFilter | str = InboxFilter.ALL,
) -> UUID | None:
    """The most urgent of a part of the inbox, but for the one just looked at. See also `next_task`."""
    found = inbox(session, actor, directory=directory, filter=filter, narrow=narrow, limit=2)
    return next((row.task_id for row in found if row.task_id != but), None)


def _firsts(
    wells: Sequence[ColumnElement[bool]], by: Sequence[SQLColumnExpression[Any]], limit: int
) -> Subquery:
    """The first so many of each well: the first of all are among them."""
    firsts = [
        select(Task.id, Task.due_at).where(well).order_by(*by).limit(limit).subquery() for well in wells
    ]
    return union_all(*(select(first) for first in firsts)).subquery()


def counts(
    session: Session, actor: Actor, *, directory: Directory, narrow: Narrow = EVERYTHING
) -> InboxCounts:
    """How much waits for somebody, counted exactly; in a part of their inbox, if wanted."""
    if actor.person_id is None:
        return InboxCounts()
    now = clock.now(session)
    reach = Reach.of(session, actor, actor.person_id, directory=directory, at=now)
    kinds = {"mine": InboxFilter.MINE, "offered": InboxFilter.OFFERED}
    parts = [
        select(literal_column(f"'{name}'", Text).label("part"), Task.due_at).where(well)
        for name, kind in kinds.items()
        for well in _narrowed(wells_of(reach, kind, now), narrow)
    ]
    every = union_all(*parts).subquery()
    part, due, total = every.c.part, every.c.due_at, func.count()
    row = session.execute(
        select(
            total.filter(part == "mine"),
            total.filter(part == "offered"),
            total.filter(due < now),
            total.filter(due >= now, due < end_of_day(now)),
        ).select_from(every)
    ).one()
    return InboxCounts(*row)


def wells_of(reach: Reach, part: InboxFilter, now: datetime) -> Sequence[ColumnElement[bool]]:
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
            today = and_(Task.due_at >= now, Task.due_at < end_of_day(now))
            return [and_(well, today) for well in own + open_to_all]
        case InboxFilter.ALL:
            return own + open_to_all


def end_of_day(now: datetime) -> datetime:
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
