"""What happens in careers: a new rank by decree, a post taken, acted for or left."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.directory import EVERYTHING, Capacity, Scope
from core.errors import Conflict, Invalid, NotFound
from core.events import Event
from core.ids import new_id
from personnel import acting, history, ranks, scopes
from personnel.access import keep_records, not_for_oneself
from personnel.models import Employee, Holding, Position, RankHeld


class RankNotHigher(Conflict):
    """{rank} is not above the rank {current} that the record holds; nothing was changed."""


class RankHeldAlready(Conflict):
    """The record holds {rank} already, by decree {decree}; nothing was changed."""


class HeldSinceLater(Conflict):
    """The post has been held since {since}, which is not before {starts_on}; nothing was changed."""


class EndsBeforeStart(Invalid):
    """The last day {ends_on} lies before the first, {starts_on}; nothing was changed."""


def promote(  # noqa: PLR0917 - a decree says all six
    session: Session, actor: Actor, employee_id: UUID, rank: str, since: date, decree_number: str
) -> RankHeld:
    """Enter a new rank by decree in the record; the same decree again changes nothing.

    Raises RankNotHigher, RankHeldAlready, ranks.UnknownRank, NotFound, RecordsAreHrs, OwnRecord.
    """
    keep_records(actor)
    not_for_oneself(actor, [employee_id])
    employee = _locked(session, employee_id)
    held = session.scalar(select(RankHeld).where(RankHeld.employee_id == employee_id, RankHeld.rank == rank))
    if held is not None and held.decree_number == decree_number:
        return held
    if held is not None:
        raise RankHeldAlready(rank=rank, decree=held.decree_number)
    before = employee.rank
    if before is not None and ranks.order(rank) <= ranks.order(before):
        raise RankNotHigher(rank=rank, current=before)
    held = RankHeld(id=new_id(), employee_id=employee_id, rank=rank, since=since, decree_number=decree_number)
    session.add(held)
    employee.rank, employee.rank_since = rank, since
    facts = {"from": before, "to": rank, "since": since, "decree": decree_number}
    history.record(session, actor, [Event("person.promoted", employee_id, "person", facts)])
    session.flush()
    return held


def hold(
    session: Session,
    actor: Actor,
    position_id: UUID,
    employee_id: UUID,
    *,
    starts_on: date,
    capacity: Capacity = Capacity.DEFINITIVE,
    order_number: str = "",
    ends_on: date | None = None,
    scope: Scope = EVERYTHING,
) -> Holding:
    """Put a person into a post, or make one act for it, within a scope; who held it definitively before, held
    it until then, and so did whoever acted for its vacancy.

    Raises EndsBeforeStart, HeldSinceLater, NotFound, RecordsAreHrs, OwnRecord; for acting ones also BadScope,
    and what acting.must_be_valid raises.
    """
    keep_records(actor)
    not_for_oneself(actor, [employee_id])
    _locked_post(session, position_id)
    _locked(session, employee_id)
    if ends_on is not None and ends_on < starts_on:
        raise EndsBeforeStart(ends_on=ends_on, starts_on=starts_on)
    is_own = capacity is Capacity.DEFINITIVE
    if not is_own:
        holder = acting.holder_on(session, position_id, starts_on)
        acting.must_be_valid(
            employee_id,
            capacity,
            order_number=order_number,
            starts_on=starts_on,
            ends_on=ends_on,
            holder_id=holder,
        )
    before = _definitive(session, position_id) if is_own else None
    if before is not None:
        if before.starts_on >= starts_on:
            raise HeldSinceLater(since=before.starts_on, starts_on=starts_on)
        before.ends_on = starts_on - timedelta(days=1)
        session.flush()
    stopped = _end_vacancy(session, position_id, starts_on) if is_own else []
    holding = Holding(
        id=new_id(),
        position_id=position_id,
        employee_id=employee_id,
        capacity=capacity,
        order_number=order_number.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        scope={} if is_own else scopes.stored(scopes.checked(scope)),
    )
    session.add(holding)
    history.record(session, actor, [*stopped, held(holding, before.employee_id if before else None)])
    session.flush()
    return holding


def end_holding(session: Session, actor: Actor, holding_id: UUID, ends_on: date) -> Holding:
    """Say which day is the last of a holding; the post is vacant from the next day on, unless others act.

    Raises EndsBeforeStart, NotFound, RecordsAreHrs; OwnRecord where one would hold on to it for longer.
    """
    keep_records(actor)
    holding = session.get(Holding, holding_id, with_for_update=True)
    if holding is None:
        raise NotFound
    if holding.ends_on is not None and ends_on > holding.ends_on:
        not_for_oneself(actor, [holding.employee_id])
    if ends_on < holding.starts_on:
        raise EndsBeforeStart(ends_on=ends_on, starts_on=holding.starts_on)
    holding.ends_on = ends_on
    history.record(session, actor, [_left(holding)])
    session.flush()
    return holding


def held(holding: Holding, before: UUID | None) -> Event:
    """The event that a post has another holder, in that person's history."""
    facts = {
        "position": holding.position_id,
        "from": before,
        "to": holding.employee_id,
        "capacity": holding.capacity,
        "on": holding.starts_on,
        "until": holding.ends_on,
        "order": holding.order_number,
        "scope": holding.scope,
    }
    return Event("position.held", holding.employee_id, "person", facts)


def _locked(session: Session, employee_id: UUID) -> Employee:
    employee = session.get(Employee, employee_id, with_for_update=True)
    if employee is None:
        raise NotFound
    return employee


def _locked_post(session: Session, position_id: UUID) -> Position:
    position = session.get(Position, position_id, with_for_update=True)
    if position is None:
        raise NotFound
    return position


def _definitive(session: Session, position_id: UUID) -> Holding | None:
    return session.scalar(
        select(Holding).where(
            Holding.position_id == position_id,
            Holding.capacity == Capacity.DEFINITIVE,
            Holding.ends_on.is_(None),
        )
    )


def _end_vacancy(session: Session, position_id: UUID, taken_on: date) -> list[Event]:
    """Whoever acts for a vacancy stops when the post is taken."""
    query = select(Holding).where(
        Holding.position_id == position_id,
        Holding.capacity == Capacity.PLT,
        Holding.starts_on < taken_on,
        Holding.ends_on >= taken_on,
    )
    acted = session.scalars(query.order_by(Holding.id)).all()
    for holding in acted:
        holding.ends_on = taken_on - timedelta(days=1)
    return [_left(holding) for holding in acted]


def _left(holding: Holding) -> Event:
    """The event that somebody's time in a post has an end, in that person's history."""
    facts = {
        "position": holding.position_id,
        "from": holding.employee_id,
        "to": None,
        "capacity": holding.capacity,
        "on": holding.ends_on + timedelta(days=1) if holding.ends_on else None,
    }
    return Event("position.held", holding.employee_id, "person", facts)
