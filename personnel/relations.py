"""Declared ties between people, which keep the one from deciding on the other.

A person declares their own, HR anybody's. Nobody takes back alone what keeps them from deciding: HR ends it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from core import clock, directory
from core.actor import Actor, Role
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.ids import new_id
from personnel import history
from personnel.access import RecordsAreHrs
from personnel.among import among
from personnel.days import office_day
from personnel.models import Employee
from personnel.models_people import Relation
from personnel.names import full_name

Kind = Literal["household", "family", "competitor"]
KINDS: tuple[Kind, ...] = ("household", "family", "competitor")


class BadRelation(Invalid):
    """A relation is between two different people: of one household, of one family, or competing for a post.
    Its last day does not lie before its first. Nothing was recorded."""


class DeclaredAlready(Conflict):
    """This relation is declared already; nothing was changed."""


class OwnRelation(NotAllowed):
    """What ties you to somebody keeps you from deciding, so somebody else of HR ends it; nothing was
    changed."""


class NotYourRelation(NotAllowed):
    """Relations are declared and seen by the people they are about, and by HR; nothing was changed."""


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A relation as those see it who may."""

    id: UUID
    person_id: UUID
    name: str
    other_id: UUID
    other_name: str
    kind: str
    about: str
    starts_on: date
    ends_on: date | None
    declared_by: UUID | None


def declare(
    session: Session,
    actor: Actor,
    person_id: UUID,
    other_id: UUID,
    kind: Kind,
    *,
    about: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Relation:
    """Declare what ties two people, from today if not said; by one of them, or by HR.

    Raises BadRelation, DeclaredAlready, NotYourRelation, NotFound.
    """
    if actor.person_id not in (person_id, other_id) and not _keeps_records(actor):
        raise NotYourRelation
    first, second = sorted((person_id, other_id))
    if first == second or kind not in KINDS:
        raise BadRelation
    people = select(Employee.id).where(Employee.id.in_((first, second))).order_by(Employee.id)
    if len(session.scalars(people.with_for_update(key_share=True)).all()) != 2:
        raise NotFound
    at = clock.now(session)
    since = starts_on or office_day(at)
    if ends_on is not None and ends_on < since:
        raise BadRelation
    known = _between(first, second) & (Relation.kind == kind)
    if session.scalars(select(Relation.id).where(known, _on(since)).limit(1)).first():
        raise DeclaredAlready
    relation = Relation(
        id=new_id(),
        person_id=first,
        other_id=second,
        kind=kind,
        about=about.strip(),
        starts_on=since,
        ends_on=ends_on,
        declared_by=actor.person_id,
        declared_at=at,
    )
    session.add(relation)
    session.flush()
    history.record(session, actor, _told("declared", relation))
    return relation


def end(session: Session, actor: Actor, relation_id: UUID, ends_on: date) -> Relation:
    """Say which day is a tie's last; only HR does, and nobody of a tie of their own.

    Raises BadRelation, OwnRelation, NotFound, RecordsAreHrs.
    """
    if not _keeps_records(actor):
        raise RecordsAreHrs
    relation = session.get(Relation, relation_id, with_for_update=True)
    if relation is None:
        raise NotFound
    if actor.person_id in (relation.person_id, relation.other_id):
        raise OwnRelation
    if ends_on < relation.starts_on:
        raise BadRelation
    relation.ends_on = ends_on
    session.flush()
    history.record(session, actor, _told("ended", relation))
    return relation


def relations(
    session: Session, actor: Actor, person_id: UUID | None = None, limit: int = 100, offset: int = 0
) -> list[RelationRow]:
    """A person's relations, for that person and HR; or everybody's, for HR. The latest first.

    Raises NotYourRelation.
    """
    if not _keeps_records(actor) and (person_id is None or person_id != actor.person_id):
        raise NotYourRelation
    one, other = aliased(Employee), aliased(Employee)
    query = (
        select(Relation, one, other)
        .join(one, one.id == Relation.person_id)
        .join(other, other.id == Relation.other_id)
        .order_by(Relation.declared_at.desc(), Relation.id.desc())
    )
    if person_id is not None:
        query = query.where(or_(Relation.person_id == person_id, Relation.other_id == person_id))
    return [_row(r, a, b) for r, a, b in session.execute(query.limit(limit).offset(offset))]


def of_people(session: Session, ids: Iterable[UUID], day: date) -> dict[UUID, list[directory.Relation]]:
    """The ties of each of these people that count on a day; people without any are missing."""
    wanted = set(ids)
    columns = (Relation.person_id, Relation.other_id, Relation.kind)
    query = select(*columns).where(
        or_(among(Relation.person_id, wanted), among(Relation.other_id, wanted)), _on(day)
    )
    found: dict[UUID, list[directory.Relation]] = defaultdict(list)
    for person, other, kind in session.execute(query.order_by(Relation.id)):
        tie = directory.Relation(person, other, kind)
        for one in wanted & {person, other}:
            found[one].append(tie)
    return found


def turning(session: Session, day: date) -> set[UUID]:
    """The people one of whose ties begins on a day, or has ended the day before."""
    turns = or_(Relation.starts_on == day, Relation.ends_on == day - timedelta(days=1))
    rows = session.execute(select(Relation.person_id, Relation.other_id).where(turns))
    return {person for pair in rows.tuples() for person in pair}


def _keeps_records(actor: Actor) -> bool:
    """Administrators keep accounts and machines, not who is whose spouse: HR alone."""
    return actor.is_system or actor.has(Role.HR)


def _between(first: UUID, second: UUID) -> ColumnElement[bool]:
    return and_(Relation.person_id == first, Relation.other_id == second)


def _on(day: date) -> ColumnElement[bool]:
    return and_(Relation.starts_on <= day, or_(Relation.ends_on.is_(None), Relation.ends_on >= day))


def _told(happened: str, relation: Relation) -> list[Event]:
    """In both people's histories; what ties them is erasable."""
    facts = {
        "relation": relation.id,
        "person": relation.person_id,
        "other": relation.other_id,
        "from": relation.starts_on,
        "until": relation.ends_on,
    }
    personal = {"kind": relation.kind, "about": relation.about}
    return [
        Event(f"relation.{happened}", stream, "person", facts, personal)
        for stream in (relation.person_id, relation.other_id)
    ]


def _row(r: Relation, a: Employee, b: Employee) -> RelationRow:
    return RelationRow(
        r.id,
        a.id,
        full_name(a.front_title, a.name, a.back_title),
        b.id,
        full_name(b.front_title, b.name, b.back_title),
        r.kind,
        r.about,
        r.starts_on,
        r.ends_on,
        r.declared_by,
    )
