"""Reads: the facts that rules need about many people at once, people in lists, the tree of units."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core import clock
from core.directory import Capacity, Holder, Post
from personnel import ranks
from personnel.among import among
from personnel.directory import PersonnelDirectory, away, in_force, office_day, serving
from personnel.models import Appraisal, Discipline, Document, Employee, Holding, Position, Unit
from personnel.names import full_name
from personnel.records import EmployeeRecord, employee

__all__ = [
    "CareerFacts",
    "EmployeeRecord",
    "EmployeeRow",
    "Measure",
    "UnitNode",
    "career_facts",
    "count_employees",
    "employee",
    "employees",
    "holders_of",
    "unit_tree",
    "units_below",
]


@dataclass(frozen=True, slots=True)
class Measure:
    """A disciplinary measure, first and last day included."""

    level: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class CareerFacts:
    """What rules may ask about one person on one day."""

    id: UUID
    nip: str
    name: str
    unit_id: UUID
    unit_name: str
    status: str
    rank: str | None
    rank_order: int
    """From 1 (I/a) to 17 (IV/e); 0 for those without a rank."""
    rank_since: date | None
    education: str | None
    born_on: date
    appointed_on: date | None
    left_on: date | None
    on_leave: bool
    predicates: dict[int, str] = field(default_factory=dict[int, str])
    """By year."""
    discipline: tuple[Measure, ...] = ()
    documents: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()
    """Kinds of the posts held definitively on that day: structural, functional, executive."""
    titles: tuple[str, ...] = ()
    """Their titles."""


@dataclass(frozen=True, slots=True)
class EmployeeRow:
    """A person as lists show one."""

    id: UUID
    nip: str
    name: str
    status: str
    rank: str | None
    unit_id: UUID
    unit_name: str
    title: str
    """Of the post held definitively today; empty without one."""
    absent: bool
    left_on: date | None


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit in its place in the tree, with how many serve in it and who leads it."""

    id: UUID
    code: str
    name: str
    parent_id: UUID | None
    depth: int
    people: int
    head: Post | None
    """None where the unit has no such post; a post without holders is vacant."""


def career_facts(
    session: Session,
    employee_ids: Iterable[UUID] | None = None,
    unit_ids: Iterable[UUID] | None = None,
    *,
    on: date,
) -> dict[UUID, CareerFacts]:
    """The facts about these people, or about everybody of these units, on a day, in five statements.

    Without ids of either kind: about everybody, those who left included.
    """
    which = _which(employee_ids, unit_ids)
    people = session.execute(
        select(Employee, Unit.name, away(on)).join(Unit, Unit.id == Employee.unit_id).where(which)
    ).all()
    appraisals = _grouped(session, which, Appraisal.employee_id, Appraisal.year, Appraisal.predicate)
    measures = _grouped(
        session, which, Discipline.employee_id, Discipline.starts_on, Discipline.ends_on, Discipline.level
    )
    documents = _grouped(session, which, Document.employee_id, Document.kind)
    posts = _posts_held(session, which, on)
    return {
        e.id: CareerFacts(
            id=e.id,
            nip=e.nip,
            name=full_name(e.front_title, e.name, e.back_title),
            unit_id=e.unit_id,
            unit_name=unit_name,
            status=e.status,
            rank=e.rank,
            rank_order=ranks.order(e.rank) if e.rank else 0,
            rank_since=e.rank_since,
            education=e.education,
            born_on=e.born_on,
            appointed_on=e.appointed_on,
            left_on=e.left_on,
            on_leave=absent,
            predicates=dict(sorted(appraisals[e.id])),
            discipline=tuple(Measure(level, first, last) for first, last, level in sorted(measures[e.id])),
            documents=frozenset(kind for (kind,) in documents[e.id]),
            positions=frozenset(kind for kind, _ in posts[e.id]),
            titles=tuple(title for _, title in posts[e.id]),
        )
        for e, unit_name, absent in people
    }


def employees(
    session: Session,
    unit_ids: Iterable[UUID] | None = None,
    search: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[EmployeeRow]:
    """People by name: those of some units, those whose name or NIP holds a text, or everybody who serves."""
    day = _today(session)
    query = select(Employee, Unit.name, away(day)).join(Unit, Unit.id == Employee.unit_id)
    query = query.where(*_found(unit_ids, search, day))
    query = query.order_by(Employee.name, Employee.id).limit(limit).offset(offset)
    people = session.execute(query).all()
    posts = _posts_held(session, Employee.id.in_([e.id for e, _, _ in people]), day)
    return [
        EmployeeRow(
            e.id,
            e.nip,
            full_name(e.front_title, e.name, e.back_title),
            e.status,
            e.rank,
            e.unit_id,
            unit_name,
            next((title for _, title in posts[e.id]), ""),
            absent,
            e.left_on,
        )
        for e, unit_name, absent in people
    ]


def count_employees(session: Session, unit_ids: Iterable[UUID] | None = None, search: str = "") -> int:
    """How many `employees` finds in all."""
    query = select(func.count(Employee.id)).where(*_found(unit_ids, search, _today(session)))
    return session.scalars(query).one()


def unit_tree(session: Session, at: datetime | None = None) -> list[UnitNode]:
    """All units, each below its parent and siblings by code, with head and number of people."""
    at = at or clock.now(session)
    units = session.scalars(select(Unit).order_by(Unit.code)).all()
    heads = PersonnelDirectory(session).posts("head", [u.id for u in units], at)
    serve = select(Employee.unit_id, func.count()).where(serving(office_day(at))).group_by(Employee.unit_id)
    people: dict[UUID, int] = {row[0]: row[1] for row in session.execute(serve)}
    below: dict[UUID | None, list[Unit]] = defaultdict(list)
    for unit in units:
        below[unit.parent_id].append(unit)
    nodes: list[UnitNode] = []
    waiting = [(unit, 0) for unit in reversed(below[None])]
    while waiting:
        u, depth = waiting.pop()
        nodes.append(UnitNode(u.id, u.code, u.name, u.parent_id, depth, people.get(u.id, 0), heads.get(u.id)))
        waiting += [(child, depth + 1) for child in reversed(below[u.id])]
    return nodes


def units_below(session: Session, codes: Iterable[str]) -> list[UUID]:
    """The units with these codes and all below them; none given means all. An unknown code adds nothing."""
    wanted = set(codes)
    units = session.execute(select(Unit.id, Unit.code, Unit.parent_id)).all()
    if not wanted:
        return [id_ for id_, _, _ in units]
    below: dict[UUID | None, list[UUID]] = defaultdict(list)
    for id_, _, parent in units:
        below[parent].append(id_)
    found: dict[UUID, None] = {}
    waiting = [id_ for id_, code, _ in units if code in wanted]
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found[unit] = None
            waiting += below[unit]
    return list(found)


def holders_of(session: Session, key: str, at: datetime) -> list[Holder]:
    """Everybody who holds or acts for any post of this key."""
    unit_ids = session.scalars(select(Position.unit_id).where(Position.key == key)).all()
    posts = PersonnelDirectory(session).posts(key, unit_ids, at)
    return [holder for post in posts.values() for holder in post.holders]


def _which(employee_ids: Iterable[UUID] | None, unit_ids: Iterable[UUID] | None) -> ColumnElement[bool]:
    if employee_ids is None and unit_ids is None:
        return Employee.id.is_not(None)
    chosen: ColumnElement[bool] = false()
    if employee_ids is not None:
        chosen = or_(chosen, among(Employee.id, employee_ids))
    if unit_ids is not None:
        chosen = or_(chosen, among(Employee.unit_id, unit_ids))
    return chosen


def _grouped(
    session: Session,
    which: ColumnElement[bool],
    owner: InstrumentedAttribute[UUID],
    *columns: InstrumentedAttribute[Any],
) -> dict[UUID, list[tuple[Any, ...]]]:
    """These columns of a history table, by the employee whose row it is."""
    grouped: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for owned_by, *said in session.execute(
        select(owner, *columns).join(Employee, Employee.id == owner).where(which)
    ):
        grouped[owned_by].append(tuple(said))
    return grouped


def _posts_held(session: Session, which: ColumnElement[bool], day: date) -> dict[UUID, list[tuple[str, str]]]:
    """Kind and title of the posts that people hold definitively on a day."""
    query = (
        select(Holding.employee_id, Position.kind, Position.title)
        .join(Position, Position.id == Holding.position_id)
        .join(Employee, Employee.id == Holding.employee_id)
        .where(which, in_force(day), Holding.capacity == Capacity.DEFINITIVE)
        .order_by(Holding.starts_on.desc(), Holding.id)
    )
    held: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for employee_id, kind, title in session.execute(query):
        held[employee_id].append((kind, title))
    return held


def _found(unit_ids: Iterable[UUID] | None, search: str, day: date) -> list[ColumnElement[bool]]:
    of_units = [] if unit_ids is None else [among(Employee.unit_id, unit_ids)]
    if not search:
        return [*of_units, serving(day)]
    like = search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [*of_units, or_(Employee.name.ilike(f"%{like}%"), Employee.nip.like(f"{like}%"))]


def _today(session: Session) -> date:
    return office_day(clock.now(session))
