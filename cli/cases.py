"""Cases and people as a command line names them."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.errors import NoSuchCase
from approvals.models import Case
from core.errors import Invalid, NotFound
from personnel.models import Employee


class Ambiguous(Invalid):
    """{name} is the reference of several cases; name one by its id: {ids}."""


def find_case(session: Session, name: str) -> Case:
    """By reference or id. Raises NoSuchCase, Ambiguous."""
    found = session.scalars(select(Case).where(or_(Case.reference == name, Case.id == _id(name)))).all()
    if not found:
        raise NoSuchCase
    if len(found) > 1:
        raise Ambiguous(name=name, ids=", ".join(str(case.id) for case in found))
    return found[0]


def find_person(session: Session, name: str | UUID) -> Employee:
    """By NIP or id. Raises NotFound."""
    known = Employee.id == name if isinstance(name, UUID) else Employee.nip == name
    if (found := session.scalar(select(Employee).where(known))) is None:
        raise NotFound
    return found


def cases_of(session: Session, subject_id: UUID) -> list[UUID]:
    """The cases about a person."""
    return list(session.scalars(select(Case.id).where(Case.subject_id == subject_id)))


def _id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
