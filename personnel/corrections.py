"""What people may have put right about themselves, checked when it is asked for and applied when approved."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.events import Event
from personnel import history
from personnel.access import keep_records
from personnel.days import office_day
from personnel.models import Employee

LONGEST = 200
YOUNGEST, OLDEST = 15, 100
"""Years that an employee may have lived."""


class NothingToCorrect(Invalid):
    """Nothing would change: what you typed is what is stored. Change the fields that are wrong."""


class BadValue(Invalid):
    """This can't be right for "{which}": {said}. Nothing was sent; what you typed is kept."""


def fields(employee: Employee) -> dict[str, str]:
    """What of a person's record may be asked to be corrected, as it is stored now."""
    return {name: _text(getattr(employee, name)) for name in CHECKS}


def checked(session: Session, employee: Employee, wanted: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What would change, by field: {"from": ..., "to": ...}. Raises BadValue, NothingToCorrect."""
    today, present = office_day(clock.now(session)), fields(employee)
    changes: dict[str, dict[str, str]] = {}
    for name, before in present.items():
        said = " ".join(wanted.get(name, before).split())
        if said == before:
            continue
        if len(said) > LONGEST or not CHECKS[name](said, today):
            raise BadValue(which=name, said=said[:LONGEST] or "–")
        changes[name] = {"from": before, "to": said}
    if not changes:
        raise NothingToCorrect
    return changes


def apply(
    session: Session, actor: Actor, employee_id: UUID, changes: Mapping[str, Mapping[str, str]], case_id: UUID
) -> list[str]:
    """Put into the record what an approved request says; returns the fields that changed.

    A field that has meanwhile been changed otherwise takes the approved value all the same: it is what HR
    checked last. Raises NotFound, RecordsAreHrs.
    """
    keep_records(actor)
    employee = session.get(Employee, employee_id, with_for_update=True, populate_existing=True)
    if employee is None:
        raise NotFound
    present = fields(employee)
    said = {name: change["to"] for name, change in changes.items() if name in CHECKS}
    changed = sorted(name for name, value in said.items() if present[name] != value)
    for name in changed:
        setattr(employee, name, date.fromisoformat(said[name]) if name == "born_on" else said[name])
    session.flush()
    if changed:
        personal = {name: {"from": present[name], "to": said[name]} for name in changed}
        facts = {"case": case_id, "fields": changed}
        history.record(session, actor, [Event("person.corrected", employee_id, "person", facts, personal)])
    return changed


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _name(said: str, today: date) -> bool:
    return len(said) >= 2 and any(letter.isalpha() for letter in said)


def _anything(said: str, today: date) -> bool:
    return True


def _email(said: str, today: date) -> bool:
    name, at, place = said.partition("@")
    plain = said.isascii() and said.isprintable() and not set(' ,;<>"') & set(said)
    return not said or (bool(name and at) and "." in place.strip(".") and "@" not in place and plain)


def _phone(said: str, today: date) -> bool:
    digits = [letter for letter in said if letter.isdigit()]
    return not said or (8 <= len(digits) <= 15 and set(said) <= set("0123456789 +-()"))


def _birthday(said: str, today: date) -> bool:
    try:
        years = (today - date.fromisoformat(said)).days / 365.25
    except ValueError:
        return False
    return YOUNGEST <= years <= OLDEST


CHECKS: Mapping[str, Callable[[str, date], bool]] = {
    "name": _name,
    "front_title": _anything,
    "back_title": _anything,
    "born_on": _birthday,
    "email": _email,
    "phone": _phone,
}
"""By column of the record. What follows from decrees (rank, post, status, NIP) is corrected by decrees."""
