"""People, posts and calendars as the other rooms ask for them; every question answers many at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core import clock
from core.actor import Role
from core.directory import Capacity, Committee, Holder, Person, Post, Relation
from core.worktime import WorkCalendar
from personnel import calendars, capabilities, relations, seats
from personnel.among import among
from personnel.days import away, in_force, office_day, serving
from personnel.models import Account, AccountState, Employee, Holding, Leave, Position, Unit
from personnel.names import full_name
from personnel.scopes import scope_of

__all__ = ["PersonnelDirectory", "away", "in_force", "office_day", "person", "serving"]

_BY_RIGHT = {Capacity.DEFINITIVE: 0, Capacity.PLT: 1, Capacity.PLH: 2}


def everybodys_leave(session: Session) -> dict[UUID, list[tuple[date, date]]]:
    """All leave on record, by person, first and last day included."""
    found: defaultdict[UUID, list[tuple[date, date]]] = defaultdict(list)
    query = select(Leave.employee_id, Leave.starts_on, Leave.ends_on).order_by(Leave.starts_on)
    for employee_id, starts_on, ends_on in session.execute(query):
        found[employee_id].append((starts_on, ends_on))
    return dict(found)


class PersonnelDirectory:
    """Answers from the personnel records, and remembers its answers: make one for each piece of work."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._people: dict[UUID, Person] = {}
        self._roles: dict[UUID, frozenset[str]] = {}
        self._members: dict[str, list[Person]] = {}
        self._parents: dict[UUID, UUID | None] | None = None
        self._codes: dict[str, UUID] = {}
        self._posts: dict[tuple[str, UUID, date], Post | None] = {}
        self._post: dict[tuple[UUID, date], Post | None] = {}
        self._calendar_of: dict[UUID, UUID] = {}
        self._calendars: dict[UUID, WorkCalendar] = {}
        self._committees: dict[tuple[str, date], Committee | None] = {}
        self._able: dict[str, list[Person]] = {}
        self._profiles: dict[UUID, Mapping[str, Any]] = {}
        self._related: dict[tuple[UUID, date], list[Relation]] = {}

    def people(self, ids: Iterable[UUID]) -> dict[UUID, Person]:
        """The people with these ids; an unknown id is simply missing."""
        wanted = set(ids)
        if missing := wanted - self._people.keys():
            today = self._today()
            found = self._session.scalars(select(Employee).where(among(Employee.id, missing)))
            self._people |= {e.id: person(e, today) for e in found}
        return {id_: self._people[id_] for id_ in wanted if id_ in self._people}

    def with_role(self, role: str) -> list[Person]:
        """Everybody serving whose account is active and has this role, by name."""
        if role not in self._members:
            today = self._today()
            query = (
                select(Employee)
                .join(Account, Account.employee_id == Employee.id)
                .where(Account.state == AccountState.ACTIVE, serving(today))
                .order_by(Employee.name, Employee.id)
            )
            if role != Role.EMPLOYEE:
                query = query.where(Account.roles.contains([role]))
            self._members[role] = [person(e, today) for e in self._session.scalars(query)]
        return list(self._members[role])

    def roles_of(self, person_id: UUID) -> frozenset[str]:
        """The roles of a person's active account; none once it is closed or the person has left."""
        if person_id not in self._roles:
            query = (
                select(Account.roles)
                .join(Employee, Employee.id == Account.employee_id)
                .where(
                    Account.employee_id == person_id,
                    Account.state == AccountState.ACTIVE,
                    serving(self._today()),
                )
            )
            roles = self._session.scalar(query)
            self._roles[person_id] = frozenset() if roles is None else frozenset({*roles, str(Role.EMPLOYEE)})
        return self._roles[person_id]

    def units_above(self, unit_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
        """Each unit with those above it: the unit itself first, the top last."""
        parents = self._tree()
        above: dict[UUID, list[UUID]] = {}
        for unit_id in set(unit_ids):
            line: list[UUID] = []
            step: UUID | None = unit_id
            while step is not None and step in parents and step not in line:
                line.append(step)
                step = parents[step]
            above[unit_id] = line
        return above

    def unit_by_code(self, code: str) -> UUID | None:
        self._tree()
        return self._codes.get(code)

    def posts(self, key: str, unit_ids: Iterable[UUID], at: datetime) -> dict[UUID, Post]:
        """The post that each unit calls `key`, with everybody who holds it or acts for it on that day.

        A unit without such a post is missing; a vacant post has no holders. Those on leave are marked absent.
        """
        day, wanted = office_day(at), set(unit_ids)
        if missing := {u for u in wanted if (key, u, day) not in self._posts}:
            query = select(Position).where(Position.key == key, among(Position.unit_id, missing))
            found = {post.unit_id: post for post in self._filled(self._session.scalars(query).all(), day)}
            self._posts |= {(key, u, day): found.get(u) for u in missing}
        answers = ((u, self._posts[key, u, day]) for u in wanted)
        return {u: post for u, post in answers if post is not None}

    def post(self, position_id: UUID, at: datetime) -> Post:
        """A post with its holders on that day. Raises LookupError for an id that is no post."""
        day = office_day(at)
        if (position_id, day) not in self._post:
            query = select(Position).where(Position.id == position_id)
            filled = self._filled(self._session.scalars(query).all(), day)
            self._post[position_id, day] = filled[0] if filled else None
        found = self._post[position_id, day]
        if found is None:
            raise LookupError(f"no post {position_id}")
        return found

    def positions_of(self, person_id: UUID, at: datetime) -> list[Holder]:
        """The posts a person holds or acts for on that day; none for somebody who has left."""
        return [holder for _, holder in self._holders(Holding.employee_id == person_id, office_day(at))]

    def leave(self, ids: Iterable[UUID], first: date, last: date) -> dict[UUID, list[tuple[date, date]]]:
        """When people are away within a time, first and last day included; who is not is missing."""
        query = (
            select(Leave.employee_id, Leave.starts_on, Leave.ends_on)
            .where(among(Leave.employee_id, ids), Leave.starts_on <= last, Leave.ends_on >= first)
            .order_by(Leave.starts_on)
        )
        found: defaultdict[UUID, list[tuple[date, date]]] = defaultdict(list)
        for employee_id, starts_on, ends_on in self._session.execute(query):
            found[employee_id].append((starts_on, ends_on))
        return dict(found)

    def calendars(self, unit_ids: Iterable[UUID]) -> dict[UUID, WorkCalendar]:
        """When each unit works."""
        wanted = set(unit_ids)
        if missing := wanted - self._calendar_of.keys():
            query = select(Unit.id, Unit.calendar_id).where(among(Unit.id, missing))
            self._calendar_of |= {row.id: row.calendar_id for row in self._session.execute(query)}
        ids = {u: self._calendar_of[u] for u in wanted if u in self._calendar_of}
        if unread := set(ids.values()) - self._calendars.keys():
            self._calendars |= calendars.work_calendars(self._session, unread)
        return {u: self._calendars[c] for u, c in ids.items()}

    def committee(self, key: str, at: datetime) -> Committee | None:
        """A committee with everybody who sits in it on that day and has not left; None when there is none."""
        day = office_day(at)
        if (key, day) not in self._committees:
            self._committees[key, day] = seats.sitting(self._session, key, day)
        return self._committees[key, day]

    def with_capability(self, code: str) -> list[Person]:
        """Everybody serving who has proof of an ability today, by name."""
        if code not in self._able:
            today = self._today()
            self._able[code] = [person(e, today) for e in capabilities.able(self._session, code, today)]
        return list(self._able[code])

    def profiles(self, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
        """What conditions may read of people; an unknown id is simply missing."""
        wanted = set(ids)
        if missing := wanted - self._profiles.keys():
            self._profiles |= capabilities.profiles(self._session, missing, self._today())
        return {id_: self._profiles[id_] for id_ in wanted if id_ in self._profiles}

    def away(self, ids: Iterable[UUID], at: datetime) -> frozenset[UUID]:
        """Which of these people are on leave on that day."""
        found = select(Employee.id).where(among(Employee.id, set(ids)), away(office_day(at)))
        return frozenset(self._session.scalars(found))

    def related(self, ids: Iterable[UUID], at: datetime) -> dict[UUID, list[Relation]]:
        """The declared ties of each person on that day, whoever of the two is asked about."""
        day, wanted = office_day(at), set(ids)
        if missing := {id_ for id_ in wanted if (id_, day) not in self._related}:
            found = relations.of_people(self._session, missing, day)
            self._related |= {(id_, day): found.get(id_, []) for id_ in missing}
        return {id_: list(self._related[id_, day]) for id_ in wanted}

    def _today(self) -> date:
        return office_day(clock.now(self._session))

    def _tree(self) -> dict[UUID, UUID | None]:
        if self._parents is None:
            rows = self._session.execute(select(Unit.id, Unit.code, Unit.parent_id)).all()
            self._codes = {code: id_ for id_, code, _ in rows}
            self._parents = {id_: parent for id_, _, parent in rows}
        return self._parents

    def _filled(self, positions: Iterable[Position], day: date) -> list[Post]:
        places = list(positions)
        holders: dict[UUID, list[Holder]] = defaultdict(list)
        if places:
            for position_id, holder in self._holders(among(Holding.position_id, [p.id for p in places]), day):
                holders[position_id].append(holder)
        return [Post(p.id, p.unit_id, p.title, tuple(holders[p.id])) for p in places]

    def _holders(self, of: ColumnElement[bool], day: date) -> list[tuple[UUID, Holder]]:
        query = (
            select(
                Holding.employee_id,
                Holding.position_id,
                Holding.capacity,
                Holding.order_number,
                away(day).label("absent"),
                Holding.scope,
            )
            .join(Employee, Employee.id == Holding.employee_id)
            .where(of, in_force(day), serving(day))
            .order_by(Holding.starts_on, Holding.id)
        )
        found = [
            (position, Holder(employee, position, Capacity(capacity), order, absent, scope_of(scope)))
            for employee, position, capacity, order, absent, scope in self._session.execute(query)
        ]
        return sorted(found, key=lambda pair: _BY_RIGHT[pair[1].capacity])


def person(employee: Employee, today: date) -> Person:
    """An employee as other rooms see one."""
    return Person(
        employee.id,
        full_name(employee.front_title, employee.name, employee.back_title),
        employee.email,
        employee.language,
        employee.unit_id,
        employee.left_on is None or employee.left_on > today,
    )
