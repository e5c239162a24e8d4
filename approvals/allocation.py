"""Who of several people gets a task, by the rule of its stage: any number of tasks in a few statements.

Away and in conflict are out before anybody is chosen. Where a rule knows nobody (none of them had the
subject before, none has decided here yet), the task stays on offer to all of them.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.candidates import Assignment
from approvals.records import EXPERIENCED_ENOUGH, decided_by, familiar_with, in_hand
from approvals.rotation import keep_turns, lock_turns, next_after
from approvals.stage import Stage

__all__ = ["EXPERIENCED_ENOUGH", "Place", "allocated", "drawn"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task opens."""

    case_id: UUID
    chain: str
    stage: Stage
    round: int
    again: int = 0
    """How many were asked for it before in this round."""

    @property
    def key(self) -> tuple[str, str]:
        return self.chain, self.stage.name

    @property
    def seed(self) -> str:
        """What lots are drawn by: anybody can draw them again."""
        tail = f"/{self.again}" if self.again else ""
        return f"{self.case_id}/{self.stage.name}/{self.round}{tail}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets it, and what the rule went by."""

    person_id: UUID
    facts: Mapping[str, Any]


class Chooser(Protocol):
    """A rule at work on the tasks of one stage; what it gave before counts for what it gives next."""

    def choose(self, place: Place, pool: Sequence[UUID]) -> Choice | None:
        """Somebody of the pool, or nobody."""
        ...

    def close(self, session: Session) -> None:
        """Keep what the next ones need to know."""
        ...


def allocated(
    session: Session, places: Sequence[Place], assignments: Sequence[Assignment]
) -> list[Assignment]:
    """These assignments, with somebody chosen wherever one is to be chosen."""
    found = list(assignments)
    groups: dict[tuple[str, str, str], list[int]] = {}
    for n, (place, assignment) in enumerate(zip(places, assignments, strict=True)):
        if assignment.pool:
            groups.setdefault((*place.key, place.stage.allocate), []).append(n)
    for _, members in sorted(groups.items()):
        waiting = [(places[n], assignments[n].pool) for n in members]
        chooser = _chooser(session, waiting)
        for n in members:
            if choice := chooser.choose(places[n], assignments[n].pool):
                found[n] = _given(places[n].stage, assignments[n], choice)
        chooser.close(session)
    return found


def drawn(seed: str, among: Iterable[UUID]) -> UUID:
    """One of these by lot: SHA-256 of the seed as a number, modulo their count, in the order of their ids."""
    lots = sorted(among)
    return lots[int.from_bytes(hashlib.sha256(seed.encode()).digest()) % len(lots)]


def _given(stage: Stage, offer: Assignment, choice: Choice) -> Assignment:
    how = {"by": stage.allocate, "of": len(offer.pool), **choice.facts}
    if stage.binding:
        return replace(offer, assignee_id=choice.person_id, how=how)
    return replace(offer, queue=None, candidates=(choice.person_id,), how=how)


def _chooser(session: Session, waiting: Sequence[tuple[Place, Sequence[UUID]]]) -> Chooser:
    place, people = waiting[0][0], {person for _, pool in waiting for person in pool}
    match place.stage.allocate:
        case "random":
            return _ByLot()
        case "round-robin":
            return _InTurn(place.key, lock_turns(session, [place.key])[place.key])
        case "shortest-queue":
            return _ByLoad(in_hand(session, people))
        case "retain-familiar":
            ids = [place.case_id for place, _ in waiting]
            return _ByFamiliarity(familiar_with(session, ids, *place.key))
        case "most-experienced":
            return _ByExperience(decided_by(session, people, *place.key))
        case "direct" | "offer":
            return _FirstByName()


class _Chooser:
    def close(self, session: Session) -> None:
        """Nothing to keep."""


class _FirstByName(_Chooser):
    """The first as the directory lists them."""

    def choose(self, place: Place, pool: Sequence[UUID]) -> Choice | None:
        return Choice(pool[0], {})


class _ByLot(_Chooser):
    def choose(self, place: Place, pool: Sequence[UUID]) -> Choice | None:
        return Choice(drawn(place.seed, pool), {"seed": place.seed, "among": sorted(pool)})


@dataclass
class _InTurn:
    key: tuple[str, str]
    last: UUID

    def choose(self, place: Place, pool: Sequence[UUID]) -> Choice | None:
        before, self.last = self.last, next_after(self.last, pool)
        return Choice(self.last, {"after": before})

    def close(self, session: Session) -> None:
        keep_turns(session, {self.key: self.last})


@dataclass
class _ByLoad(_Chooser):
    """Who has least in hand; of several, one by lot: else the first by id gets all that is quick."""

    load: Counter[UUID]

    def choose(self, place: Place, pool: Sequence[UUID]) -> Choice | None:
        least = min(self.load[person] for person in pool)
        chosen = drawn(place.seed, [person for person in pool if self.load[person] == least])
        self.load[chosen] += 1
        return Choice(chosen, {"in_hand": least})


@dataclass
class _ByFamiliarity(_Chooser):
    familiar: Mapping[UUID, UUID]

    def choose(self, place: Place, pool: Sequence[UUID]) -> Choice | None:
        person = self.familiar.get(place.case_id)
        return Choice(person, {}) if person and person in pool else None


@dataclass
class _ByExperience(_Chooser):
    decided: Mapping[UUID, int]

    def choose(self, place: Place, pool: Sequence[UUID]) -> Choice | None:
        most = max(self.decided.get(person, 0) for person in pool)
        if most == 0:
            return None
        best = [person for person in pool if self.decided.get(person, 0) == most]
        return Choice(drawn(place.seed, best), {"decided": most})
