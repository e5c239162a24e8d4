"""Leave: recorded, and whose posts it leaves without anybody who may act, with whom to ask."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.directory import Capacity
from core.errors import Conflict, Invalid, NotFound
from core.events import Event
from core.ids import new_id
from personnel import history, ranks
from personnel.access import keep_records
from personnel.among import among
from personnel.days import in_force, serving
from personnel.heads import height
from personnel.models import Employee, Holding, Leave, Position, Unit
from personnel.names import full_name
from personnel.substitutes import Deputy, Place, Span, proposed, uncovered

FOR_GOOD = date(9000, 1, 1)
KINDS = ("annual", "long", "sick", "maternity", "important", "unpaid", "other")


class BadLeave(Invalid):
    """Leave needs its kind, its first day and a last day that does not lie before it; nothing was changed."""


class LeaveMeets(Conflict):
    """{name} is on leave from {starts_on} to {ends_on} already. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A post whose holder is away while nobody may act for it, from when to when, and whom to ask."""

    position_id: UUID
    title: str
    unit_name: str
    holder_id: UUID
    holder_name: str
    leave: Span
    gap: Span
    deputy: Deputy | None


def record(
    session: Session, actor: Actor, employee_id: UUID, *, kind: str, starts_on: date, ends_on: date
) -> Leave:
    """Record that somebody is away. Raises BadLeave, LeaveMeets, NotFound, RecordsAreHrs."""
    keep_records(actor)
    if kind not in KINDS or ends_on < starts_on:
        raise BadLeave
    employee = session.get(Employee, employee_id, with_for_update={"key_share": True})
    if employee is None:
        raise NotFound
    meets = select(Leave).where(
        Leave.employee_id == employee_id, Leave.starts_on <= ends_on, Leave.ends_on >= starts_on
    )
    if known := session.scalars(meets.limit(1)).first():
        raise LeaveMeets(name=employee.name, starts_on=known.starts_on, ends_on=known.ends_on)
    leave = Leave(id=new_id(), employee_id=employee_id, kind=kind, starts_on=starts_on, ends_on=ends_on)
    session.add(leave)
    session.flush()
    history.record(session, actor, [recorded(employee_id, starts_on, ends_on, kind)])
    return leave


def recorded(employee_id: UUID, starts_on: date, ends_on: date, kind: str) -> Event:
    """The event that somebody will be away; why is erasable."""
    facts = {"person": employee_id, "from": starts_on, "until": ends_on}
    return Event("leave.recorded", employee_id, "person", facts, {"kind": kind})


def posts_held(session: Session, people: Iterable[UUID], day: date) -> set[UUID]:
    """The posts that these people hold definitively on a day."""
    query = select(Holding.position_id).where(
        among(Holding.employee_id, people), Holding.capacity == Capacity.DEFINITIVE, in_force(day)
    )
    return set(session.scalars(query))


def without_substitute(
    session: Session,
    today: date,
    until: date,
    *,
    also: Collection[UUID] = (),
    people: Collection[UUID] | None = None,
) -> list[Alone]:
    """The posts left alone between two days, soonest first, each with the person that the rule proposes.

    Of posts that chains name (`head`, `ppk`) and of those in `also`, such as posts with tasks; of these
    `people`'s only, when they are given. An order that covers a part of the work does not count as cover.
    """
    left = _left(session, today, until, also, people)
    cover = _cover(session, {p.id for _, _, p, _, _ in left}, today)
    gaps = [(row, _gap(row, cover, today)) for row in left]
    alone = [(row, gap) for row, gap in gaps if gap]
    if not alone:
        return []
    deputies = _deputies(session, [unit for (_, _, _, unit, _), _ in alone], today)
    found = [
        Alone(
            position.id,
            position.title,
            unit.name,
            holder.id,
            full_name(holder.front_title, holder.name, holder.back_title),
            (leave.starts_on, leave.ends_on),
            gap,
            proposed(Place(holder.id, unit.id, unit.parent_id), gap, deputies),
        )
        for (holder, leave, position, unit, _), gap in alone
    ]
    return sorted(found, key=lambda a: (a.gap, a.title, a.position_id))


_Left = tuple[Employee, Leave, Position, Unit, Holding]


def _left(
    session: Session, today: date, until: date, also: Collection[UUID], people: Collection[UUID] | None
) -> Sequence[_Left]:
    query = (
        select(Employee, Leave, Position, Unit, Holding)
        .join(Leave, Leave.employee_id == Employee.id)
        .join(Holding, Holding.employee_id == Employee.id)
        .join(Position, Position.id == Holding.position_id)
        .join(Unit, Unit.id == Position.unit_id)
        .where(
            Leave.starts_on <= until,
            Leave.ends_on >= today,
            Holding.capacity == Capacity.DEFINITIVE,
            Holding.starts_on <= Leave.ends_on,
            or_(Holding.ends_on.is_(None), Holding.ends_on >= today),
            or_(Position.key.is_not(None), among(Position.id, also)),
            serving(today),
        )
    )
    if people is not None:
        query = query.where(among(Employee.id, people))
    return session.execute(query.order_by(Leave.starts_on, Position.id)).tuples().all()


def _gap(row: _Left, cover: dict[UUID, list[Span]], today: date) -> Span | None:
    _, leave, position, _, holding = row
    first = max(today, leave.starts_on, holding.starts_on)
    last = min(leave.ends_on, holding.ends_on or leave.ends_on)
    return uncovered(first, last, cover[position.id]) if first <= last else None


def _cover(session: Session, positions: Iterable[UUID], today: date) -> dict[UUID, list[Span]]:
    """When somebody who is not away themselves acts for each of these posts, in everything."""
    acting = select(Holding, Leave).outerjoin(
        Leave, (Leave.employee_id == Holding.employee_id) & (Leave.ends_on >= today)
    )
    acting = acting.where(
        among(Holding.position_id, positions),
        Holding.capacity != Capacity.DEFINITIVE,
        or_(Holding.ends_on.is_(None), Holding.ends_on >= today),
        Holding.scope == {},
    )
    away: dict[UUID, list[Span]] = defaultdict(list)
    orders: dict[UUID, Holding] = {}
    for holding, leave in session.execute(acting.order_by(Holding.id)):
        orders[holding.id] = holding
        if leave:
            away[holding.id].append((leave.starts_on, leave.ends_on))
    found: dict[UUID, list[Span]] = defaultdict(list)
    for id_, holding in orders.items():
        found[holding.position_id] += _present(holding, away[id_])
    return found


def _present(holding: Holding, away: Sequence[Span]) -> list[Span]:
    """The days of an order without those on which its bearer is away."""
    at, last = holding.starts_on, holding.ends_on or FOR_GOOD
    days: list[Span] = []
    while at <= last and (span := uncovered(at, last, away)):
        days.append(span)
        at = span[1] + timedelta(days=1)
    return days


def _deputies(session: Session, units: Sequence[Unit], today: date) -> list[Deputy]:
    """Everybody who holds a post of these units, and the heads of those above, with when they are away."""
    here = {unit.id for unit in units}
    above = {unit.parent_id for unit in units if unit.parent_id}
    near: ColumnElement[bool] = or_(
        among(Position.unit_id, here), among(Position.unit_id, above) & (Position.key == "head")
    )
    query = (
        select(Employee, Position)
        .join(Holding, Holding.employee_id == Employee.id)
        .join(Position, Position.id == Holding.position_id)
        .where(near, Holding.capacity == Capacity.DEFINITIVE, in_force(today), serving(today))
    )
    held = session.execute(query).tuples().all()
    away: dict[UUID, list[Span]] = defaultdict(list)
    leaves = select(Leave).where(among(Leave.employee_id, {e.id for e, _ in held}), Leave.ends_on >= today)
    for leave in session.scalars(leaves):
        away[leave.employee_id].append((leave.starts_on, leave.ends_on))
    return [
        Deputy(
            e.id,
            e.nip,
            full_name(e.front_title, e.name, e.back_title),
            p.title,
            p.unit_id,
            p.key == "head",
            height(p.echelon or ""),
            ranks.order(e.rank) if e.rank else 0,
            tuple(away[e.id]),
        )
        for e, p in held
    ]
