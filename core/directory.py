"""Values by which rooms speak of people and posts without knowing each other's tables."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID


class Capacity(StrEnum):
    """By which right a person decides: a post's holder, acting by day (Plh.) or for a vacancy (Plt.), or by a
    plain delegation of somebody who could decide it."""

    DEFINITIVE = "definitive"
    PLH = "plh"
    PLT = "plt"
    DELEGATE = "delegate"


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
class Scope:
    """What an order to act or a delegation covers; what is not said is not limited."""

    chains: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    up_to_rank: int | None = None
    """The highest rank (by order) of a subject; a case that tells no rank is beyond a limited order."""

    def covers(self, chain: str, stage: str, rank: int | None) -> bool:
        """Whether it covers a stage of a case."""
        return (
            (not self.chains or chain in self.chains)
            and (not self.stages or stage in self.stages)
            and (self.up_to_rank is None or (rank is not None and rank <= self.up_to_rank))
        )


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in a post, and by which right; acting ones carry the number of their order."""

    person_id: UUID
    position_id: UUID
    capacity: Capacity
    order_number: str = ""
    absent: bool = False
    """On leave at the moment that was asked about."""
    scope: Scope = EVERYTHING
    """What an acting holder's order covers."""


@dataclass(frozen=True, slots=True)
class Post:
    """A unit's post as a chain names it (`head`, `ppk`), with whoever may act for it; nobody means vacant."""

    position_id: UUID
    unit_id: UUID
    title: str
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of a committee: its chair, its secretary, or one of the members."""

    person_id: UUID
    part: Literal["chair", "secretary", "member"] = "member"


@dataclass(frozen=True, slots=True)
class Committee:
    """A committee as a decree formed it, with whoever sits in it at a moment; the chair first."""

    key: str
    title: str
    order_number: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A declared tie between two people that keeps the one from deciding on the other."""

    person_id: UUID
    other_id: UUID
    kind: Literal["household", "family", "competitor"]
    open: bool = False
    """Said by somebody other than whom it would keep from deciding, who has not answered yet."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """What a decision is going to ask of the directory."""

    person_id: UUID
    """Who decides: what posts have they?"""
    position_id: UUID
    """The post whose task it is: who has it?"""
    unit_id: UUID
    """When does the unit work?"""
    role: str
    """Whose the next task is: who has the role?"""
