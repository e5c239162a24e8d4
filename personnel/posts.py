"""The posts that chains name, for lists to choose from."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.directory import Capacity
from personnel.days import in_force, serving
from personnel.models import Employee, Holding, Position, Unit
from personnel.names import full_name


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post, and who holds it; an empty name means that it is vacant."""

    id: UUID
    title: str
    unit_name: str
    holder: str


def named(session: Session, day: date) -> list[PostRow]:
    """The posts that have a key (`head`, `ppk`), by the unit's code, with their own holders on a day."""
    own = and_(Holding.position_id == Position.id, Holding.capacity == Capacity.DEFINITIVE, in_force(day))
    query = (
        select(Position, Unit.name, Employee)
        .join(Unit, Unit.id == Position.unit_id)
        .outerjoin(Holding, own)
        .outerjoin(Employee, and_(Employee.id == Holding.employee_id, serving(day)))
        .where(Position.key.is_not(None))
        .order_by(Unit.code, Position.key)
    )
    return [
        PostRow(p.id, p.title, unit, full_name(e.front_title, e.name, e.back_title) if e else "")
        for p, unit, e in session.execute(query)
    ]
