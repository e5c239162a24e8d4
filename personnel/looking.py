"""Who looked at whose record: counted a day, for the person and the auditor. Never on the way of deciding."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from core import clock
from core.actor import Actor
from personnel.days import office_day
from personnel.models import Employee
from personnel.models_accounts import RecordView
from personnel.names import full_name


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody's looks at one record on one day."""

    person_id: UUID
    person_name: str
    viewer_id: UUID
    viewer_name: str
    what: str
    day: date
    times: int
    first_at: datetime
    last_at: datetime


# in one order, so that two who look at the same people never wait for each other in a ring
_LOOKED_AT_ALL = text(
    """
    INSERT INTO record_view (person_id, viewer_id, day, what, times, first_at, last_at)
    SELECT id, :viewer, :day, :what, 1, :now, :now FROM employee
    WHERE id = ANY(:people) AND id <> :viewer ORDER BY id
    ON CONFLICT (person_id, viewer_id, day, what)
    DO UPDATE SET times = record_view.times + 1, last_at = excluded.last_at
    """
)


def looked(session: Session, actor: Actor, person_id: UUID, what: str) -> None:
    """Note that somebody opens a page of another person's record; one statement, nothing for one's own."""
    if actor.person_id is None or actor.person_id == person_id:
        return
    now = clock.now(session)
    row = {
        "person_id": person_id,
        "viewer_id": actor.person_id,
        "day": office_day(now),
        "what": what,
        "times": 1,
        "first_at": now,
        "last_at": now,
    }
    statement = insert(RecordView).values(row)
    keys = [RecordView.person_id, RecordView.viewer_id, RecordView.day, RecordView.what]
    again = {"times": RecordView.times + 1, "last_at": now}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=again))


def looked_at_all(session: Session, actor: Actor, people: Collection[UUID], what: str) -> None:
    """The same for many at once, in one statement; who is no employee is left out."""
    if actor.person_id is None or not people:
        return
    now = clock.now(session)
    said = {"viewer": actor.person_id, "day": office_day(now), "what": what, "now": now}
    session.execute(_LOOKED_AT_ALL, {**said, "people": list(people)})


def looks(
    session: Session, *, person_id: UUID | None = None, limit: int = 100, offset: int = 0
) -> list[Look]:
    """Looks at one person's record, or at anybody's, the latest first."""
    person, viewer = aliased(Employee), aliased(Employee)
    query = (
        select(RecordView, person, viewer)
        .join(person, person.id == RecordView.person_id)
        .join(viewer, viewer.id == RecordView.viewer_id)
        .order_by(RecordView.last_at.desc(), RecordView.person_id, RecordView.viewer_id, RecordView.what)
        .limit(limit)
        .offset(offset)
    )
    if person_id is not None:
        query = query.where(RecordView.person_id == person_id)
    return [_look(*row) for row in session.execute(query)]


def count_looks(session: Session) -> int:
    """How many lines `looks` has about everybody."""
    return session.scalars(select(func.count()).select_from(RecordView)).one()


def forget(session: Session, before: date) -> int:
    """Delete what was noted before a day; returns how many lines. For upkeep."""
    old = delete(RecordView).where(RecordView.day < before).returning(RecordView.day)
    return len(session.scalars(old).all())


def _look(view: RecordView, person: Employee, viewer: Employee) -> Look:
    return Look(
        person.id,
        full_name(person.front_title, person.name, person.back_title),
        viewer.id,
        full_name(viewer.front_title, viewer.name, viewer.back_title),
        view.what,
        view.day,
        view.times,
        view.first_at,
        view.last_at,
    )
