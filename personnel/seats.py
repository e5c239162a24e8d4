"""Who sits in which committee: for pages, and for chains that ask on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from core import directory
from core.errors import NotFound
from core.settings import settings
from personnel.committees import PARTS
from personnel.days import serving
from personnel.models import Employee
from personnel.models_committees import Committee, CommitteeSeat
from personnel.names import full_name


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat as lists show it."""

    id: UUID
    employee_id: UUID
    name: str
    part: str
    starts_on: date
    ends_on: date | None
    left: bool
    """The person does not serve here any more."""


def committees(session: Session) -> list[Committee]:
    """All committees, by key, the latest decree first."""
    return list(session.scalars(select(Committee).order_by(Committee.key, Committee.starts_on.desc())))


def find(session: Session, committee_id: UUID) -> Committee:
    """One committee. Raises NotFound."""
    committee = session.get(Committee, committee_id)
    if committee is None:
        raise NotFound
    return committee


def seats(session: Session, committee_id: UUID, today: date) -> list[SeatRow]:
    """A committee's seats, those that have ended too: chair, secretary, members, each by first day."""
    query = (
        select(CommitteeSeat, Employee)
        .join(Employee, Employee.id == CommitteeSeat.employee_id)
        .where(CommitteeSeat.committee_id == committee_id)
        .order_by(_in_order(), CommitteeSeat.starts_on, Employee.name)
    )
    return [
        SeatRow(
            s.id,
            e.id,
            full_name(e.front_title, e.name, e.back_title),
            s.part,
            s.starts_on,
            s.ends_on,
            e.left_on is not None and e.left_on <= today,
        )
        for s, e in session.execute(query)
    ]


def sitting(session: Session, key: str, day: date) -> directory.Committee | None:
    """The committee of a key in force on a day, with everybody who sits in it and serves; the chair first."""
    query = select(Committee).where(
        Committee.key == key,
        Committee.starts_on <= day,
        or_(Committee.ends_on.is_(None), Committee.ends_on >= day),
    )
    committee = session.scalar(query.order_by(Committee.starts_on.desc()).limit(1))
    if committee is None:
        return None
    sit = (
        select(CommitteeSeat.employee_id, CommitteeSeat.part)
        .join(Employee, Employee.id == CommitteeSeat.employee_id)
        .where(
            CommitteeSeat.committee_id == committee.id,
            CommitteeSeat.starts_on <= day,
            or_(CommitteeSeat.ends_on.is_(None), CommitteeSeat.ends_on >= day),
            serving(day),
        )
        .order_by(_in_order(), CommitteeSeat.starts_on, CommitteeSeat.id)
    )
    title = committee.title_id if settings().office.language == "id" else committee.title_en
    found = tuple(directory.Seat(person, part) for person, part in session.execute(sit).tuples())
    return directory.Committee(key, title, committee.order_number, found)


def _in_order() -> Any:
    return case({part: place for place, part in enumerate(PARTS)}, value=CommitteeSeat.part)
