"""The office's posts: which are vacant, who holds which, and who held it before."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.directory import Capacity
from core.errors import NotFound
from personnel.days import in_force, serving
from personnel.models import Employee, Holding, Position, Unit
from personnel.names import full_name


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody's time in a post."""

    employee_id: UUID
    name: str
    capacity: str
    order_number: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post with whoever has it on a day; without its own holder it is vacant, though somebody may act."""

    id: UUID
    code: str
    title: str
    kind: str
    key: str | None
    unit_id: UUID
    unit_name: str
    holder: Held | None
    acting: tuple[Held, ...]
    vacant_since: date | None
    """The day after its last holder's last one; None for a post that is held, or never was."""

    @property
    def vacant(self) -> bool:
        return self.holder is None


def posts(session: Session, day: date, unit_id: UUID | None = None) -> list[PostLine]:
    """The posts of a unit, or of the whole office, as of a day: vacant ones first, then by unit and title."""
    query = select(Position, Unit).join(Unit, Unit.id == Position.unit_id)
    if unit_id is not None:
        query = query.where(Position.unit_id == unit_id)
    found = session.execute(query.order_by(Unit.code, Position.title, Position.id)).all()
    held = _held_on(session, day, unit_id)
    left = _left(session, day, unit_id)
    lines = [_line(post, unit, held[post.id], left.get(post.id)) for post, unit in found]
    return sorted(lines, key=lambda line: not line.vacant)


def holders(session: Session, unit_id: UUID) -> dict[UUID, list[Held]]:
    """Everybody who ever had a post of a unit, by post, the latest first."""
    query = (
        select(Holding, Employee)
        .join(Employee, Employee.id == Holding.employee_id)
        .join(Position, Position.id == Holding.position_id)
        .where(Position.unit_id == unit_id)
        .order_by(Holding.starts_on.desc(), Holding.id.desc())
    )
    by_post: defaultdict[UUID, list[Held]] = defaultdict(list)
    for holding, employee in session.execute(query):
        by_post[holding.position_id].append(_held(holding, employee))
    return dict(by_post)


def unit(session: Session, unit_id: UUID) -> Unit:
    """A unit. Raises NotFound."""
    found = session.get(Unit, unit_id)
    if found is None:
        raise NotFound
    return found


def _held_on(session: Session, day: date, unit_id: UUID | None) -> defaultdict[UUID, list[Held]]:
    query = (
        select(Holding, Employee)
        .join(Employee, Employee.id == Holding.employee_id)
        .join(Position, Position.id == Holding.position_id)
        .where(in_force(day), serving(day))
        .order_by(Holding.starts_on, Holding.id)
    )
    if unit_id is not None:
        query = query.where(Position.unit_id == unit_id)
    by_post: defaultdict[UUID, list[Held]] = defaultdict(list)
    for holding, employee in session.execute(query):
        by_post[holding.position_id].append(_held(holding, employee))
    return by_post


def _left(session: Session, day: date, unit_id: UUID | None) -> dict[UUID, date]:
    """The last day on which each post was held by one of its own: the holding's, or before they left."""
    ends = func.least(Holding.ends_on, Employee.left_on - 1)  # what is NULL is passed by
    query = (
        select(Holding.position_id, func.max(ends))
        .join(Employee, Employee.id == Holding.employee_id)
        .join(Position, Position.id == Holding.position_id)
        .where(Holding.capacity == Capacity.DEFINITIVE, ends < day)
        .group_by(Holding.position_id)
    )
    if unit_id is not None:
        query = query.where(Position.unit_id == unit_id)
    return dict(session.execute(query).tuples().all())


def _line(post: Position, unit: Unit, held: list[Held], left: date | None) -> PostLine:
    own = next((one for one in held if one.capacity == Capacity.DEFINITIVE), None)
    acting = tuple(one for one in held if one.capacity != Capacity.DEFINITIVE)
    since = date.fromordinal(left.toordinal() + 1) if left and own is None else None
    return PostLine(
        post.id, post.code, post.title, post.kind, post.key, unit.id, unit.name, own, acting, since
    )


def _held(holding: Holding, employee: Employee) -> Held:
    return Held(
        employee.id,
        full_name(employee.front_title, employee.name, employee.back_title),
        holding.capacity,
        holding.order_number,
        holding.starts_on,
        holding.ends_on,
    )
