"""Colleagues as everybody in the office may look them up: name, unit and post, and nothing else."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from core import clock
from core.directory import Capacity
from core.errors import Invalid
from personnel.among import among
from personnel.days import in_force, office_day, serving
from personnel.models import Employee, Holding, Position, Unit
from personnel.names import full_name

SHORTEST = 3


class SearchTooShort(Invalid):
    """Write at least {shortest} letters of the name, so that nobody lists the whole office."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who serves here."""

    id: UUID
    name: str
    unit: str
    posts: tuple[str, ...]
    key: str
    """The name by which the list is ordered."""


def colleagues(
    session: Session, search: str, *, after: tuple[str, UUID] | None = None, limit: int = 50
) -> list[Colleague]:
    """A page of those whose name has these letters, by name. Raises SearchTooShort."""
    said = search.strip()
    if len(said) < SHORTEST:
        raise SearchTooShort(shortest=SHORTEST)
    today = office_day(clock.now(session))
    found = (
        select(Employee, Unit.name)
        .join(Unit, Unit.id == Employee.unit_id)
        .where(serving(today), Employee.name.icontains(said, autoescape=True))
        .order_by(Employee.name, Employee.id)
        .limit(limit)
    )
    if after:
        found = found.where(tuple_(Employee.name, Employee.id) > tuple_(*map(literal, after)))
    rows = session.execute(found).tuples().all()
    held = (
        select(Holding.employee_id, Position.title)
        .join(Position, Position.id == Holding.position_id)
        .where(
            among(Holding.employee_id, {e.id for e, _ in rows}),
            in_force(today),
            Holding.capacity == Capacity.DEFINITIVE,
        )
        .order_by(Position.title)
    )
    posts: dict[UUID, list[str]] = {}
    for employee_id, title in session.execute(held).tuples():
        posts.setdefault(employee_id, []).append(title)
    return [
        Colleague(
            e.id,
            full_name(e.front_title, e.name, e.back_title),
            unit,
            tuple(posts.get(e.id, ())),
            e.name,
        )
        for e, unit in rows
    ]
