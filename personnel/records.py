"""One person's whole record: what HR looks up, and what a person can ask to see about themselves."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core import clock
from core.database import Base
from core.errors import NotFound
from personnel.directory import away, office_day
from personnel.models import (
    Appraisal,
    Discipline,
    Document,
    Employee,
    Holding,
    Leave,
    Position,
    RankHeld,
    Schooling,
    Unit,
)
from personnel.models_committees import Committee, CommitteeSeat
from personnel.models_people import Capability
from personnel.names import full_name

_Model = TypeVar("_Model", bound=Base)


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post in a career."""

    holding: Holding
    position: Position
    unit_name: str


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """A seat in a committee."""

    seat: CommitteeSeat
    committee: Committee


@dataclass(frozen=True, slots=True)
class EmployeeRecord:
    """Everything stored about a person's career; each list has the latest first."""

    employee: Employee
    name: str
    unit_name: str
    absent: bool
    posts: list[PostHeld]
    ranks: list[RankHeld]
    schooling: list[Schooling]
    appraisals: list[Appraisal]
    discipline: list[Discipline]
    leave: list[Leave]
    documents: list[Document]
    capabilities: list[Capability]
    seats: list[SeatHeld]


def employee(session: Session, employee_id: UUID) -> EmployeeRecord:
    """The record of one person. Raises NotFound."""
    today = office_day(clock.now(session))
    query = select(Employee, Unit.name, away(today)).join(Unit, Unit.id == Employee.unit_id)
    found = session.execute(query.where(Employee.id == employee_id)).one_or_none()
    if found is None:
        raise NotFound
    person, unit_name, absent = found
    posts = (
        select(Holding, Position, Unit.name)
        .join(Position, Position.id == Holding.position_id)
        .join(Unit, Unit.id == Position.unit_id)
        .where(Holding.employee_id == employee_id)
        .order_by(Holding.starts_on.desc(), Holding.id.desc())
    )
    return EmployeeRecord(
        person,
        full_name(person.front_title, person.name, person.back_title),
        unit_name,
        absent,
        [PostHeld(*row) for row in session.execute(posts)],
        _latest_first(session, RankHeld, RankHeld.employee_id, RankHeld.since, employee_id),
        _latest_first(session, Schooling, Schooling.employee_id, Schooling.finished_in, employee_id),
        _latest_first(session, Appraisal, Appraisal.employee_id, Appraisal.year, employee_id),
        _latest_first(session, Discipline, Discipline.employee_id, Discipline.starts_on, employee_id),
        _latest_first(session, Leave, Leave.employee_id, Leave.starts_on, employee_id),
        _latest_first(session, Document, Document.employee_id, Document.dated, employee_id),
        _latest_first(session, Capability, Capability.employee_id, Capability.since, employee_id),
        [SeatHeld(*row) for row in session.execute(_seats(employee_id))],
    )


def _seats(employee_id: UUID) -> Select[tuple[CommitteeSeat, Committee]]:
    return (
        select(CommitteeSeat, Committee)
        .join(Committee, Committee.id == CommitteeSeat.committee_id)
        .where(CommitteeSeat.employee_id == employee_id)
        .order_by(CommitteeSeat.starts_on.desc(), CommitteeSeat.id.desc())
    )


def _latest_first(
    session: Session,
    model: type[_Model],
    owner: InstrumentedAttribute[UUID],
    when: InstrumentedAttribute[Any],
    employee_id: UUID,
) -> list[_Model]:
    return list(session.scalars(select(model).where(owner == employee_id).order_by(when.desc().nulls_last())))
