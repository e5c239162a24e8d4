"""Values by which rooms speak of people and posts without knowing each other's tables."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Capacity(StrEnum):
    """By which right a person acts for a post: its holder, acting by day (Plh.) or for a vacancy (Plt.)."""

    DEFINITIVE = "definitive"
    PLH = "plh"
    PLT = "plt"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be given work or mail."""

    id: UUID
    name: str
    email: str
    language: str
    unit_id: UUID | None
    active: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in a post, and by which right; acting ones carry the number of their order."""

    person_id: UUID
    position_id: UUID
    capacity: Capacity
    order_number: str = ""
    absent: bool = False
    """On leave at the moment that was asked about."""


@dataclass(frozen=True, slots=True)
class Post:
    """A unit's post as a chain names it (`head`, `ppk`), with whoever may act for it; nobody means vacant."""

    position_id: UUID
    unit_id: UUID
    title: str
    holders: tuple[Holder, ...]
