"""One person by what somebody types: the NIP, or a name that only one has."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Invalid
from personnel.days import office_day, serving
from personnel.models import Employee

A_FEW = 5


class NoSuchPerson(Invalid):
    """Nobody who serves here is found by "{said}". Write the NIP or the whole name; nothing was changed."""


class SeveralPeople(Invalid):
    """Several people are found by "{said}": {names}. Write the NIP of the one you mean; nothing was
    changed."""


def one(session: Session, said: str) -> Employee:
    """The serving employee of a NIP, however spaced, or of a name or a part of one that only one has.

    Raises NoSuchPerson, SeveralPeople.
    """
    typed = said.strip()
    digits = "".join(typed.split())
    like = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    named = Employee.nip == digits if digits.isdigit() else Employee.name.ilike(f"%{like}%")
    query = select(Employee).where(serving(office_day(clock.now(session))), named)
    found = session.scalars(query.order_by(Employee.name, Employee.id).limit(A_FEW + 1)).all()
    whole = [e for e in found if e.name.casefold() == typed.casefold()]
    if not typed or not found:
        raise NoSuchPerson(said=typed)
    if len(whole) == 1:
        return whole[0]
    if len(found) > 1:
        raise SeveralPeople(said=typed, names=", ".join(f"{e.name} ({e.nip})" for e in found[:A_FEW]))
    return found[0]
