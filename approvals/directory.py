"""What the engine asks about people, posts, units and calendars; another room answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from core.directory import Committee, Deciding, Holder, Person, Post, Relation
from core.worktime import WorkCalendar


class Directory(Protocol):
    """Finds people. Whoever implements it answers many questions in one go; the engine asks that way."""

    def expect(self, deciding: Deciding, at: datetime) -> None:
        """Hear what a decision is going to ask, so as to find it at once; no answer differs for it."""
        ...

    def people(self, ids: Iterable[UUID]) -> Mapping[UUID, Person]:
        """The people of these ids; unknown ones are missing from the answer."""
        ...

    def with_role(self, role: str) -> Sequence[Person]:
        """Everybody who has a role."""
        ...

    def roles_of(self, person_id: UUID) -> frozenset[str]:
        """The roles of a person."""
        ...

    def units_above(self, unit_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        """For each unit: itself first, then its parents, nearest first."""
        ...

    def unit_by_code(self, code: str) -> UUID | None:
        """The unit that has a code."""
        ...

    def posts(self, key: str, unit_ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Post]:
        """The posts that units call by a key (`head`), by unit, with whoever may act for them at a moment.

        A unit that has no such post is missing from the answer; a vacant post has no holders.
        """
        ...

    def post(self, position_id: UUID, at: datetime) -> Post:
        """One post, with whoever may act for it at a moment."""
        ...

    def positions_of(self, person_id: UUID, at: datetime) -> Sequence[Holder]:
        """The posts that a person holds or acts for at a moment."""
        ...

    def calendars(self, unit_ids: Iterable[UUID]) -> Mapping[UUID, WorkCalendar]:
        """The working calendar of each unit."""
        ...

    def committee(self, key: str, at: datetime) -> Committee | None:
        """A committee as it sits at a moment, chair first; None when there is no such committee then."""
        ...

    def with_capability(self, code: str) -> Sequence[Person]:
        """Everybody who has proof of an ability at present."""
        ...

    def profiles(self, ids: Iterable[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
        """What conditions may read of people: unit (its code), rank (its order, 0 without one), roles,
        capabilities, serving_years."""
        ...

    def away(self, ids: Iterable[UUID], at: datetime) -> Collection[UUID]:
        """Which of these people are on leave at a moment."""
        ...

    def related(self, ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Sequence[Relation]]:
        """The declared ties of each of these people at a moment, whoever declared them."""
        ...
