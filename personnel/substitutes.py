"""Who could act for somebody who is away: proposed by rule, appointed by people. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Deputy:
    """Somebody who holds a post near the one that is left alone."""

    person_id: UUID
    nip: str
    name: str
    title: str
    unit_id: UUID
    leads: bool
    """Heads that unit."""
    echelon: int
    """Of the post, the highest first."""
    rank: int
    """Order of the rank, 0 without one."""
    away: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """The post that is left alone: whose, and where it stands."""

    holder_id: UUID
    unit_id: UUID
    parent_id: UUID | None


Rule = Callable[[Place, Deputy], bool]

RULES: tuple[Rule, ...] = (
    lambda place, deputy: deputy.unit_id == place.unit_id,
    lambda place, deputy: deputy.unit_id == place.parent_id and deputy.leads,
)
"""Whom to ask for, in this order: somebody of the same unit, then the head of the unit above."""


def uncovered(first: date, last: date, covered: Iterable[Span]) -> Span | None:
    """The first days of an absence on which nobody acts; None when every day is covered."""
    at = first
    for start, end in sorted(covered):
        if start > at:
            return at, min(last, start - timedelta(days=1))
        at = max(at, end + timedelta(days=1))
        if at > last:
            return None
    return at, last


def proposed(place: Place, gap: Span, deputies: Iterable[Deputy]) -> Deputy | None:
    """Who could act: of those present on all of these days the highest by echelon, then by rank."""
    present = [d for d in deputies if d.person_id != place.holder_id and not _meets(d.away, gap)]
    for rule in RULES:
        able = [d for d in present if rule(place, d)]
        if able:
            return min(able, key=lambda d: (d.echelon, -d.rank, d.name, d.person_id))
    return None


def _meets(spans: Iterable[Span], gap: Span) -> bool:
    return any(start <= gap[1] and end >= gap[0] for start, end in spans)
