"""Declared ties between people, which keep the one from deciding on the other.

A person declares their own, HR anybody's. What somebody says of themselves keeps them from deciding at once;
what others say does when they admit it, or HR settles it, for else people would choose their judges by
declaring ties to all others. Until then whoever it is about must answer before deciding. Nobody takes back
alone what keeps them from deciding: HR ends it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
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


class AnsweredBefore(Conflict):
    """You said this of yourself already, or HR has settled it; nothing was changed."""


class StruckBefore(NotAllowed):
    """HR looked into this and found no tie between the two. Nothing was recorded; only HR, or who denied it,
    can declare it again."""


class NeedsReason(Invalid):
    """Say in a few words what it rests on. Nothing was changed."""


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
    admitted: tuple[UUID, ...]
    denied: tuple[UUID, ...]
    settled: str

    @property
    def standing(self) -> str:
        """confirmed, struck, disputed, or open: somebody has still to answer."""
        if self.settled:
            return self.settled
        if self.denied:
            return "disputed"
        return "confirmed" if {self.person_id, self.other_id} <= {*self.admitted} else "open"

    def asks(self, person_id: UUID | None) -> bool:
        """Whether one of the two must still say whether it is so."""
        said = {*self.admitted, *self.denied}
        return not self.settled and person_id in {self.person_id, self.other_id} - said


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

    It keeps at once only those from deciding who declare it of themselves. Raises BadRelation,
    DeclaredAlready, StruckBefore, NotYourRelation, NotFound.
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
    _must_be_new(session, actor, known, since)
    own = actor.person_id in (first, second)
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
        admitted=[actor.person_id] if own and actor.person_id else [],
        denied=[],
        settled="confirmed" if actor.is_system else "",
        settled_by=None,
        settled_at=None,
    )
    session.add(relation)
    session.flush()
    history.record(session, actor, _told("declared", relation))
    return relation


def answer(session: Session, actor: Actor, relation_id: UUID, *, so: bool) -> Relation:
    """Say whether one is tied to somebody as another declared.

    Yes keeps one from deciding on them at once; no is on record, and HR settles it. Raises NotFound,
    NotYourRelation, AnsweredBefore.
    """
    relation = _locked(session, relation_id)
    me = actor.person_id
    if me is None or me not in (relation.person_id, relation.other_id):
        raise NotYourRelation
    if relation.settled or me in relation.admitted or (me in relation.denied and not so):
        raise AnsweredBefore
    relation.denied = [one for one in relation.denied if one != me] + ([] if so else [me])
    relation.admitted = [*relation.admitted, *([me] if so else [])]
    session.flush()
    history.record(session, actor, _told("answered", relation, by=me, so=so))
    return relation


def settle(session: Session, actor: Actor, relation_id: UUID, *, confirmed: bool, reason: str) -> Relation:
    """Settle whether a tie is one: HR, and nobody of it or who declared it. Confirmed, it binds both.

    Raises NotFound, RecordsAreHrs, OwnRelation, AnsweredBefore, NeedsReason.
    """
    if not _keeps_records(actor):
        raise RecordsAreHrs
    relation = _locked(session, relation_id)
    if actor.person_id in (relation.person_id, relation.other_id, relation.declared_by):
        raise OwnRelation
    if relation.settled:
        raise AnsweredBefore
    if not reason.strip():
        raise NeedsReason
    relation.settled = "confirmed" if confirmed else "struck"
    relation.settled_by, relation.settled_at = actor.person_id, clock.now(session)
    session.flush()
    said = _told("settled", relation, confirmed=confirmed, reason=reason.strip())
    history.record(session, actor, said)
    return relation


def end(session: Session, actor: Actor, relation_id: UUID, ends_on: date) -> Relation:
    """Say which day is a tie's last; only HR does, and nobody of a tie of their own.

    Raises BadRelation, OwnRelation, NotFound, RecordsAreHrs.
    """
    if not _keeps_records(actor):
        raise RecordsAreHrs
    relation = _locked(session, relation_id)
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
    """The ties that count on a day where each of these people is decided on; people without any are missing.

    One counts where whoever is at the other end said it of themselves, or HR confirmed it; it is open where
    they were not heard. What they denied does not count until HR settles it.
    """
    wanted = set(ids)
    query = select(Relation).where(
        or_(among(Relation.person_id, wanted), among(Relation.other_id, wanted)),
        _on(day),
        Relation.settled != "struck",
    )
    found: dict[UUID, list[directory.Relation]] = defaultdict(list)
    for tie in session.scalars(query.order_by(Relation.id)):
        for one, other in ((tie.person_id, tie.other_id), (tie.other_id, tie.person_id)):
            counts = bool(tie.settled) or other in tie.admitted
            if one in wanted and (counts or other not in tie.denied):
                said = directory.Relation(tie.person_id, tie.other_id, tie.kind, open=not counts)
                found[one].append(said)
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


def _must_be_new(session: Session, actor: Actor, known: ColumnElement[bool], since: date) -> None:
    """Raises DeclaredAlready; StruckBefore where HR found nothing, and others say it again."""
    before = session.scalars(select(Relation).where(known, _on(since))).all()
    if any(relation.settled != "struck" for relation in before):
        raise DeclaredAlready
    if before and not _keeps_records(actor):
        denied = {one for relation in before for one in relation.denied}
        if actor.person_id not in denied:
            raise StruckBefore


def _locked(session: Session, relation_id: UUID) -> Relation:
    relation = session.get(Relation, relation_id, with_for_update=True)
    if relation is None:
        raise NotFound
    return relation


def _told(happened: str, relation: Relation, reason: str = "", **more: Any) -> list[Event]:
    """In both people's histories; what ties them is erasable."""
    facts = {
        "relation": relation.id,
        "person": relation.person_id,
        "other": relation.other_id,
        "from": relation.starts_on,
        "until": relation.ends_on,
        **more,
    }
    personal = {"kind": relation.kind, "about": relation.about, **({"reason": reason} if reason else {})}
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
        tuple(r.admitted),
        tuple(r.denied),
        r.settled,
    )
