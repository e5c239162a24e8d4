"""Committees: formed by a decree with exactly one chair, changed seat by seat, ended by the next decree."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.ids import new_id
from personnel import history
from personnel.access import keep_records, not_for_oneself
from personnel.models import Employee
from personnel.models_committees import Committee, CommitteeSeat

Part = Literal["chair", "secretary", "member"]
PARTS: tuple[Part, ...] = ("chair", "secretary", "member")


class BadCommittee(Invalid):
    """A committee needs a short name of small letters and hyphens, titles in both languages, and the number
    of the decree that forms it. Nothing was changed."""


class OneChair(Invalid):
    """A committee has exactly one chair, and everybody in it one seat. Nothing was changed."""


class ChairStays(Conflict):
    """A committee is never without a chair: name another chair, which ends this seat. Nothing was changed."""


class SeatedAlready(Conflict):
    """{name} sits in this committee already. Nothing was changed."""


class FormedLater(Conflict):
    """The committee {key} in force was formed on {since}, which is not before {starts_on}. Nothing was
    changed."""


class OwnCommittee(NotAllowed):
    """Who sits in a committee doesn't choose who else does: somebody else of HR, or an administrator, changes
    its seats. Nothing was changed."""


class OutsideTerm(Invalid):
    """The day {on} is not within the time of the committee or the seat. Nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decree:
    """What forms a committee."""

    key: str
    title_id: str
    title_en: str
    order_number: str
    starts_on: date
    ends_on: date | None = None


def form(session: Session, actor: Actor, decree: Decree, seats: Mapping[UUID, Part]) -> Committee:
    """Form a committee with these people; the one of the same key in force until then ends the day before.

    Raises BadCommittee, OneChair, OutsideTerm, FormedLater, NotFound, RecordsAreHrs, OwnRecord; OwnCommittee
    where one sits in the one before.
    """
    keep_records(actor)
    not_for_oneself(actor, seats)
    _check(decree)
    if [*seats.values()].count("chair") != 1:
        raise OneChair
    _must_exist(session, seats)
    before = _end_before(session, actor, decree)
    committee = Committee(
        id=new_id(),
        key=decree.key,
        title_id=decree.title_id.strip(),
        title_en=decree.title_en.strip(),
        order_number=decree.order_number.strip(),
        starts_on=decree.starts_on,
        ends_on=decree.ends_on,
    )
    session.add(committee)
    session.flush()
    session.add_all(_seat(committee, person, part, decree.starts_on) for person, part in seats.items())
    session.flush()
    facts = {
        "key": committee.key,
        "order": committee.order_number,
        "from": committee.starts_on,
        "until": committee.ends_on,
        "seats": {str(person): part for person, part in seats.items()},
    }
    ended = [_event("ended", before, {"on": before.ends_on, "by": committee.id})] if before else []
    history.record(session, actor, [*ended, _event("formed", committee, facts)])
    return committee


def seat(
    session: Session, actor: Actor, committee_id: UUID, employee_id: UUID, *, part: Part, starts_on: date
) -> CommitteeSeat:
    """Give somebody a seat; a new chair ends the former chair's seat the day before.

    Raises SeatedAlready, OutsideTerm, NotFound, RecordsAreHrs, OwnRecord, OwnCommittee.
    """
    keep_records(actor)
    not_for_oneself(actor, [employee_id])
    committee = _locked(session, committee_id)
    _not_by_its_own(session, actor, committee)
    _within(committee, starts_on)
    _must_exist(session, [employee_id])
    seats = _open_seats(session, committee_id)
    if part not in PARTS:
        raise OneChair
    former = next((s for s in seats if s.part == "chair"), None) if part == "chair" else None
    mine = next((s for s in seats if s.employee_id == employee_id), None)
    if mine and (mine is former or part != "chair"):
        raise SeatedAlready(name=_name(session, employee_id))
    for ending in filter(None, (former, mine)):
        if ending.starts_on >= starts_on:
            raise OutsideTerm(on=starts_on)
        ending.ends_on = starts_on - timedelta(days=1)
    session.flush()
    made = _seat(committee, employee_id, part, starts_on)
    session.add(made)
    session.flush()
    facts = {"person": employee_id, "part": part, "on": starts_on}
    history.record(session, actor, [_event("seated", committee, facts)])
    return made


def unseat(session: Session, actor: Actor, seat_id: UUID, ends_on: date) -> CommitteeSeat:
    """Say which day is a seat's last.

    Raises ChairStays, OutsideTerm, NotFound, RecordsAreHrs, OwnCommittee.
    """
    keep_records(actor)
    found = session.get(CommitteeSeat, seat_id)
    if found is None:
        raise NotFound
    committee = _locked(session, found.committee_id)
    session.refresh(found)
    _not_by_its_own(session, actor, committee)
    if found.part == "chair":
        raise ChairStays
    if ends_on < found.starts_on or (found.ends_on and found.ends_on < ends_on):
        raise OutsideTerm(on=ends_on)
    found.ends_on = ends_on
    session.flush()
    facts = {"person": found.employee_id, "part": found.part, "on": ends_on}
    history.record(session, actor, [_event("unseated", committee, facts)])
    return found


def end(session: Session, actor: Actor, committee_id: UUID, ends_on: date) -> Committee:
    """Say which day is a committee's last. Raises OutsideTerm, NotFound, RecordsAreHrs, OwnCommittee."""
    keep_records(actor)
    committee = _locked(session, committee_id)
    _not_by_its_own(session, actor, committee)
    if ends_on < committee.starts_on or (committee.ends_on and committee.ends_on < ends_on):
        raise OutsideTerm(on=ends_on)
    committee.ends_on = ends_on
    session.flush()
    history.record(session, actor, [_event("ended", committee, {"on": ends_on})])
    return committee


def _check(decree: Decree) -> None:
    named = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", decree.key) and len(decree.key) <= 60
    if not named or not all(s.strip() for s in (decree.title_id, decree.title_en, decree.order_number)):
        raise BadCommittee
    if decree.ends_on is not None and decree.ends_on < decree.starts_on:
        raise OutsideTerm(on=decree.ends_on)


def _not_by_its_own(session: Session, actor: Actor, committee: Committee) -> None:
    """Nobody picks those they sit with, or are outvoted by. Raises OwnCommittee."""
    if actor.person_id in {seat.employee_id for seat in _open_seats(session, committee.id)}:
        raise OwnCommittee


def _end_before(session: Session, actor: Actor, decree: Decree) -> Committee | None:
    """End the committee that this decree's follows."""
    query = select(Committee).where(Committee.key == decree.key).order_by(Committee.starts_on.desc()).limit(1)
    before = session.scalar(query.with_for_update())
    if before is None:
        return None
    if before.starts_on >= decree.starts_on:
        raise FormedLater(key=decree.key, since=before.starts_on, starts_on=decree.starts_on)
    if before.ends_on is not None and before.ends_on < decree.starts_on:
        return None
    _not_by_its_own(session, actor, before)
    before.ends_on = decree.starts_on - timedelta(days=1)
    session.flush()
    return before


def _within(committee: Committee, on: date) -> None:
    if on < committee.starts_on or (committee.ends_on and committee.ends_on < on):
        raise OutsideTerm(on=on)


def _open_seats(session: Session, committee_id: UUID) -> Sequence[CommitteeSeat]:
    query = select(CommitteeSeat).where(
        CommitteeSeat.committee_id == committee_id, CommitteeSeat.ends_on.is_(None)
    )
    return session.scalars(query).all()


def _must_exist(session: Session, people: Mapping[UUID, Any] | Sequence[UUID]) -> None:
    found = session.scalars(select(Employee.id).where(Employee.id.in_([*people]))).all()
    if len(found) != len(people):
        raise NotFound


def _seat(committee: Committee, person: UUID, part: Part, starts_on: date) -> CommitteeSeat:
    return CommitteeSeat(
        id=new_id(),
        committee_id=committee.id,
        employee_id=person,
        part=part,
        starts_on=starts_on,
        ends_on=None,
    )


def _locked(session: Session, committee_id: UUID) -> Committee:
    committee = session.get(Committee, committee_id, with_for_update=True)
    if committee is None:
        raise NotFound
    return committee


def _name(session: Session, employee_id: UUID) -> str:
    return session.get_one(Employee, employee_id).name


def _event(happened: str, committee: Committee, facts: dict[str, Any]) -> Event:
    return Event(f"committee.{happened}", committee.id, "committee", facts)
