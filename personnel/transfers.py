"""Somebody goes to another unit or post by an order, on its day: the record, and which posts change hands."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from core.directory import Capacity
from core.errors import Invalid, NotFound
from core.events import Event
from personnel import careers, history
from personnel.access import keep_records, not_for_oneself
from personnel.days import in_force, office_day
from personnel.models import Employee, Holding, Position, Unit


class TransferNeedsOrder(Invalid):
    """A transfer needs the number of its order; nothing was changed."""


class TransferAhead(Invalid):
    """The order takes effect on {day}. Record it on that day, for from then on the tasks are others'; nothing
    was changed."""


class NothingTransfers(Invalid):
    """{name} is in that unit and post already; nothing was changed. Choose where the order sends them."""


def transfer(
    session: Session,
    actor: Actor,
    employee_id: UUID,
    *,
    unit_id: UUID,
    position_id: UUID | None,
    on: date,
    order_number: str,
) -> Employee:
    """Move somebody to a unit, and into a post of it if the order says one; the posts that they held as their
    own end the day before, and who held the new one held it until then.

    What waits at these posts goes to whoever has them, by whoever listens. Raises RecordsAreHrs, OwnRecord,
    TransferNeedsOrder, TransferAhead, NothingTransfers, NotFound, and what careers.hold and end_holding do.
    """
    keep_records(actor)
    not_for_oneself(actor, [employee_id])
    if not order_number.strip():
        raise TransferNeedsOrder
    if on > office_day(clock.now(session)):
        raise TransferAhead(day=f"{on:%d-%m-%Y}")
    held = _own_posts(session, employee_id, on)
    _lock_posts(session, {h.position_id for h in held} | ({position_id} if position_id else set()))
    employee = session.get(Employee, employee_id, with_for_update=True, populate_existing=True)
    if employee is None or session.get(Unit, unit_id) is None:
        raise NotFound
    leaving = [h for h in held if h.position_id != position_id]
    if employee.unit_id == unit_id and not leaving and (not position_id or held):
        raise NothingTransfers(name=employee.name)
    before, employee.unit_id = employee.unit_id, unit_id
    facts = {
        "from": before,
        "to": unit_id,
        "on": on,
        "order": order_number.strip(),
        "position": position_id,
    }
    history.record(session, actor, [Event("person.transferred", employee_id, "person", facts)])
    if position_id and len(leaving) == len(held):
        careers.hold(session, actor, position_id, employee_id, starts_on=on)
    for holding in leaving:
        careers.end_holding(session, actor, holding.id, on - timedelta(days=1))
    session.flush()
    return employee


def _own_posts(session: Session, employee_id: UUID, on: date) -> Sequence[Holding]:
    """What somebody holds definitively on a day, by post."""
    query = select(Holding).where(
        Holding.employee_id == employee_id, Holding.capacity == Capacity.DEFINITIVE, in_force(on)
    )
    return session.scalars(query.order_by(Holding.position_id)).all()


def _lock_posts(session: Session, ids: set[UUID]) -> None:
    """Posts before people, as every verb on careers locks them. Raises NotFound."""
    posts = select(Position.id).where(Position.id.in_(ids)).order_by(Position.id).with_for_update()
    if len(session.scalars(posts).all()) != len(ids):
        raise NotFound
