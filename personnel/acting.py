"""Acting for a post by an order: Plh. for a holder who is away, Plt. for a vacant post; what makes it valid.

An order is bounded in time, never for oneself, and never for somebody who only acts: it stands on the post's
own holder (Plh.) or on the vacancy (Plt.). UU 30/2014 art. 14; SE BKN 2/2019 bounds a Plt. to three months,
to be extended once by another order.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.directory import Capacity, Scope
from core.errors import Conflict, Invalid
from personnel.days import in_force
from personnel.models import Employee, Holding, Position, Unit
from personnel.names import full_name
from personnel.scopes import scope_of

LONGEST_PLT_MONTHS = 3


class ActingNeedsOrder(Invalid):
    """Acting for a post needs the number of its order; nothing was changed."""


class ActingNeedsEnd(Invalid):
    """Acting for a post needs a last day; nothing was changed."""


class ActingTooLong(Invalid):
    """A Plt. acts for {months} months at most, to be extended once by another order; nothing was changed."""


class ActsForOneself(Invalid):
    """This person holds the post, and can't act for themselves. Choose somebody else; nothing was changed."""


class NobodyToActFor(Conflict):
    """Nobody holds this post, so no Plh. can act for its holder; nor for somebody who only acts for it.
    Appoint a Plt. instead; nothing was changed."""


class NotVacant(Conflict):
    """This post has a holder, so nobody acts for a vacancy. Appoint a Plh. for the days of absence; nothing
    was changed."""


@dataclass(frozen=True, slots=True)
class ActingRow:
    """An order to act as lists show it."""

    id: UUID
    position_id: UUID
    title: str
    unit_name: str
    person_id: UUID
    name: str
    capacity: Capacity
    order_number: str
    starts_on: date
    ends_on: date | None
    scope: Scope


def must_be_valid(
    employee_id: UUID,
    capacity: Capacity,
    *,
    order_number: str,
    starts_on: date,
    ends_on: date | None,
    holder_id: UUID | None,
) -> None:
    """Whether an order to act can stand; `holder_id` is who holds the post on its first day. Pure.

    Raises ActingNeedsOrder, ActingNeedsEnd, ActingTooLong, ActsForOneself, NobodyToActFor, NotVacant.
    """
    if not order_number.strip():
        raise ActingNeedsOrder
    if ends_on is None:
        raise ActingNeedsEnd
    if holder_id == employee_id:
        raise ActsForOneself
    if capacity is Capacity.PLH and holder_id is None:
        raise NobodyToActFor
    if capacity is Capacity.PLT and holder_id is not None:
        raise NotVacant
    if capacity is Capacity.PLT and ends_on >= _months_later(starts_on, LONGEST_PLT_MONTHS):
        raise ActingTooLong(months=LONGEST_PLT_MONTHS)


def holder_on(session: Session, position_id: UUID, day: date) -> UUID | None:
    """Who holds a post definitively on a day."""
    held = select(Holding.employee_id).where(
        Holding.position_id == position_id, Holding.capacity == Capacity.DEFINITIVE, in_force(day)
    )
    return session.scalars(held.limit(1)).first()


def orders(session: Session, today: date) -> list[ActingRow]:
    """The orders to act that are in force or to come, by their last day."""
    query = (
        select(Holding, Position, Unit.name, Employee)
        .join(Position, Position.id == Holding.position_id)
        .join(Unit, Unit.id == Position.unit_id)
        .join(Employee, Employee.id == Holding.employee_id)
        .where(
            Holding.capacity != Capacity.DEFINITIVE, or_(Holding.ends_on.is_(None), Holding.ends_on >= today)
        )
        .order_by(Holding.ends_on, Position.title, Holding.id)
    )
    return [
        ActingRow(
            h.id,
            p.id,
            p.title,
            unit,
            e.id,
            full_name(e.front_title, e.name, e.back_title),
            Capacity(h.capacity),
            h.order_number,
            h.starts_on,
            h.ends_on,
            scope_of(h.scope),
        )
        for h, p, unit, e in session.execute(query)
    ]


def _months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
