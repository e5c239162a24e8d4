"""Candidates that are several people: members of a role or a committee, the able, those of a condition."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from approvals.candidacy import ByCapability, ByCommittee, ByCondition, ByHistory, ByRole, Candidate, label
from approvals.directory import Directory
from core.actor import Role
from core.conditions import condition
from core.directory import Committee, Person


@dataclass(frozen=True, slots=True)
class About:
    """What a condition over people reads of a case, and who decided its stages."""

    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    deciders: Mapping[str, Sequence[UUID]] = field(default_factory=dict[str, Sequence[UUID]])


NOTHING = About()


@dataclass(frozen=True, slots=True)
class Sitter:
    """One of several people, and which part they have among them."""

    person_id: UUID
    part: str


@dataclass(frozen=True, slots=True)
class Crowds:
    """What the directory said about every crowd that a number of tasks may ask."""

    roles: Mapping[str, Sequence[UUID]] = field(default_factory=dict[str, Sequence[UUID]])
    able: Mapping[str, Sequence[UUID]] = field(default_factory=dict[str, Sequence[UUID]])
    committees: Mapping[str, Committee] = field(default_factory=dict[str, Committee])
    profiles: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict[UUID, Mapping[str, Any]])

    @classmethod
    def ask(cls, candidates: Iterable[Candidate], directory: Directory, at: datetime) -> "Crowds":
        """Ask about all of them at once; about none if there is no crowd among them."""
        asked = set(candidates)
        names = {c.role for c in asked if isinstance(c, ByRole)}
        names |= {str(Role.EMPLOYEE) for c in asked if isinstance(c, ByCondition)}
        roles = {name: _active(directory.with_role(name)) for name in names}
        codes = {c.capability for c in asked if isinstance(c, ByCapability)}
        able = {code: _active(directory.with_capability(code)) for code in codes}
        keys = {c.committee for c in asked if isinstance(c, ByCommittee)}
        found = {key: directory.committee(key, at) for key in keys}
        committees = {key: one for key, one in found.items() if one}
        judged = [c for c in asked if _condition_of(c)]
        people = {id_ for c in judged for id_ in cls(roles, able)._whole(c)}
        return cls(roles, able, committees, directory.profiles(people) if people else {})

    @property
    def everybody(self) -> set[UUID]:
        """All who are in any of them, whatever a condition says of them."""
        seats = (seat.person_id for one in self.committees.values() for seat in one.seats)
        groups = (*self.roles.values(), *self.able.values())
        return {person for group in groups for person in group} | set(seats)

    def of(self, candidate: Candidate, about: About) -> list[Sitter]:
        """The people of a crowd, in the directory's order; of a committee the chair first."""
        if isinstance(candidate, ByCommittee):
            committee = self.committees.get(candidate.committee)
            return [Sitter(s.person_id, s.part) for s in committee.seats] if committee else []
        if isinstance(candidate, ByHistory):
            decided = dict.fromkeys(about.deciders.get(candidate.decider_of, ()))
            return [Sitter(person, label(candidate)) for person in decided]
        where = _condition_of(candidate)
        people = self._whole(candidate)
        if where:
            judge, data = condition(where), about.data
            people = [p for p in people if judge.holds({**data, "person": self.profiles.get(p, {})})]
        return [Sitter(person, label(candidate)) for person in people]

    def orders(self, candidates: Iterable[Candidate]) -> tuple[str, ...]:
        """The numbers of the decrees that formed the committees among these."""
        keys = [c.committee for c in candidates if isinstance(c, ByCommittee)]
        return tuple(self.committees[key].order_number for key in keys if key in self.committees)

    def _whole(self, candidate: Candidate) -> Sequence[UUID]:
        match candidate:
            case ByRole(role=role):
                return self.roles[role]
            case ByCapability(capability=code):
                return self.able[code]
            case ByCondition():
                return self.roles[Role.EMPLOYEE]
            case _:
                return ()


def _active(people: Iterable[Person]) -> list[UUID]:
    return [person.id for person in people if person.active]


def _condition_of(candidate: Candidate) -> str | None:
    match candidate:
        case ByRole(where=where) | ByCapability(where=where):
            return where
        case ByCondition(people=where):
            return where
        case _:
            return None
