"""People, posts and calendars as the other rooms ask for them; every question answers many at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core import clock
from core.actor import Role
from core.directory import Capacity, Committee, Deciding, Holder, Person, Post, Relation
from core.questions import ask
from core.worktime import WorkCalendar
from personnel import calendars, capabilities, questions, relations, seats
from personnel.among import among
from personnel.days import away, in_force, office_day, serving
from personnel.models import Account, AccountState, Employee, Leave, Unit
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
        self._held: dict[tuple[UUID, date], list[Holder]] = {}
        """Of deciders only."""
        self._calendar_of: dict[UUID, UUID] = {}
        self._calendars: dict[UUID, WorkCalendar] = {}
        self._committees: dict[tuple[str, date], Committee | None] = {}
        self._able: dict[str, list[Person]] = {}
        self._profiles: dict[UUID, Mapping[str, Any]] = {}
        self._related: dict[tuple[UUID, date], list[Relation]] = {}

    def expect(self, deciding: Deciding, at: datetime) -> None:
        """Find what a decision is going to ask by one statement, but for what is known already."""
        position, day = deciding.position_id, office_day(at)
        if (position, day) in self._post and deciding.role in self._members:
            return
        posts, calendars_, members, held = questions.DECIDING.ask(
            self._session,
            position=position,
            person=deciding.person_id,
            unit=deciding.unit_id,
            roles=[deciding.role],
            day=day,
        )
        self._post[position, day] = next(iter(_filled(posts)), None)
        self._know_calendars(calendars_)
        self._members[deciding.role] = [person(e, day) for e in members]
        self._held[deciding.person_id, day] = _holders(held)

    def people(self, ids: Iterable[UUID]) -> dict[UUID, Person]:
        """The people with these ids; an unknown id is simply missing."""
        wanted = set(ids)
        if missing := wanted - self._people.keys():
            today = self._today()
            found = ask(self._session, questions.PEOPLE, ids=list(missing))
            self._people |= {e.id: person(e, today) for e in found}
        return {id_: self._people[id_] for id_ in wanted if id_ in self._people}

    def with_role(self, role: str) -> list[Person]:
        """Everybody serving whose account is active and has this role, by name."""
        if role not in self._members:
            today = self._today()
            if role == Role.EMPLOYEE:
                found = ask(self._session, questions.EVERYBODY, day=today)
            else:
                found = ask(self._session, questions.MEMBERS, day=today, roles=[role])
            self._members[role] = [person(e, today) for e in found]
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
            rows = ask(self._session, questions.POSTS, key=key, ids=list(missing), day=day)
            found = {post.unit_id: post for post in _filled(rows)}
            self._posts |= {(key, u, day): found.get(u) for u in missing}
        answers = ((u, self._posts[key, u, day]) for u in wanted)
        return {u: post for u, post in answers if post is not None}

    def post(self, position_id: UUID, at: datetime) -> Post:
        """A post with its holders on that day. Raises LookupError for an id that is no post."""
        day = office_day(at)
        if (position_id, day) not in self._post:
            rows = ask(self._session, questions.POST, position=position_id, day=day)
            self._post[position_id, day] = next(iter(_filled(rows)), None)
        found = self._post[position_id, day]
        if found is None:
            raise LookupError(f"no post {position_id}")
        return found

    def positions_of(self, person_id: UUID, at: datetime) -> list[Holder]:
        """The posts a person holds or acts for on that day; none for somebody who has left."""
        day = office_day(at)
        if (person_id, day) in self._held:
            return list(self._held[person_id, day])
        return _holders(ask(self._session, questions.HELD, person=person_id, day=day))

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
            self._know_calendars(ask(self._session, questions.UNITS_CALENDARS, ids=list(missing)))
        return {u: self._calendars[self._calendar_of[u]] for u in wanted if u in self._calendar_of}

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

    def _know_calendars(self, rows: Iterable[Any]) -> None:
        for row in rows:
            self._calendar_of[row.unit_id] = row.id
            if row.id not in self._calendars:
                self._calendars[row.id] = calendars.read(row)

    def _today(self) -> date:
        return office_day(clock.now(self._session))

    def _tree(self) -> dict[UUID, UUID | None]:
        if self._parents is None:
            rows = self._session.execute(select(Unit.id, Unit.code, Unit.parent_id)).all()
            self._codes = {code: id_ for id_, code, _ in rows}
            self._parents = {id_: parent for id_, _, parent in rows}
        return self._parents


def _filled(rows: Iterable[Row[Any]]) -> list[Post]:
    """Posts with their holders; a vacant one has a row without anybody."""
    found: defaultdict[tuple[UUID, UUID, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.id, row.unit_id, row.title] += [row] if row.employee_id else []
    return [Post(*place, tuple(_holders(held))) for place, held in found.items()]


def _holders(rows: Iterable[Row[Any]]) -> list[Holder]:
    """Whoever has a post by the strongest right first."""
    found = [
        Holder(
            row.employee_id,
            row.position_id,
            Capacity(row.capacity),
            row.order_number,
            row.absent,
            scope_of(row.scope),
        )
        for row in rows
    ]
    return sorted(found, key=lambda holder: _BY_RIGHT[holder.capacity])


def person(employee: Employee | Row[Any], today: date) -> Person:
    """An employee as other rooms see one."""
    return Person(
        employee.id,
        full_name(employee.front_title, employee.name, employee.back_title),
        employee.email,
        employee.language,
        employee.unit_id,
        employee.left_on is None or employee.left_on > today,
    )
