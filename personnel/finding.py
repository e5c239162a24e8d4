"""One person by what somebody types: the NIP, or a name that only one has."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Invalid
from personnel.days import office_day, serving
from personnel.models import Employee

A_FEW, MANY = 5, 200


class NoSuchPerson(Invalid):
    """Nobody who serves here is found by "{said}". Write the NIP or the whole name; nothing was changed."""


class SeveralPeople(Invalid):
    """Several people are found by "{said}": {names}. Write the NIP of the one you mean; nothing was
    changed."""


def one(session: Session, said: str, *, left: bool = False) -> Employee:
    """The serving employee of a NIP, however spaced, or of whole words of a name that one has; titles aside.
    Those who `left`, too, if wanted.

    Raises NoSuchPerson, SeveralPeople.
    """
    typed = " ".join(said.partition(",")[0].split())
    digits = "".join(typed.split())
    words = set(_words(typed))
    query = select(Employee)
    if not left:
        query = query.where(serving(office_day(clock.now(session))))
    if digits.isdigit():
        query = query.where(Employee.nip == digits)
    else:
        query = query.where(*(Employee.name.ilike(f"%{_plain(word)}%") for word in words))
    found = session.scalars(query.order_by(Employee.name, Employee.id).limit(MANY)).all() if words else ()
    able = [e for e in found if digits.isdigit() or words <= set(e.name.casefold().split())]
    whole = [e for e in able if _words(e.name) == _words(typed)]
    if len(whole) == 1:
        return whole[0]
    if not able:
        raise NoSuchPerson(said=typed)
    if len(able) > 1:
        raise SeveralPeople(said=typed, names=", ".join(f"{e.name} ({e.nip})" for e in able[:A_FEW]))
    return able[0]


def _words(name: str) -> list[str]:
    return [word for word in name.casefold().split() if not word.endswith(".")]


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
