"""What people type into plain forms, read: days, and what an order covers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel
from sqlalchemy.orm import Session

from approvals import chains
from approvals.chains import definition_of
from approvals.titles import Titles
from core.directory import Capacity, Scope
from core.errors import Invalid
from core.settings import settings

YEARS = range(1900, 2200)
"""Others are slips, and at the ends of the calendar there is no next day."""


class BadDay(Invalid):
    """Choose each day, or write it as year-month-day, such as 2026-12-31. Nothing was changed; what you typed is kept."""  # noqa: E501


def day(said: str) -> date:
    """The day that a field says. Raises BadDay."""
    try:
        found = date.fromisoformat(said.strip())
    except ValueError as exc:
        raise BadDay from exc
    if found.year not in YEARS:
        raise BadDay
    return found


def day_or_none(said: str) -> date | None:
    """The day that a field says; None when it is left empty. Raises BadDay."""
    return day(said) if said.strip() else None


def begins(on: date) -> datetime:
    """The first moment of a day in the office."""
    return datetime(on.year, on.month, on.day, tzinfo=settings().zone)


def ends(on: date) -> datetime:
    """The last second of a day in the office."""
    return begins(on + timedelta(days=1)) - timedelta(seconds=1)


class Covers(BaseModel):
    """What an order covers: the part of a form; nothing ticked is everything."""

    chains: list[str] = []
    stages: list[str] = []
    up_to_rank: int = 0

    @property
    def scope(self) -> Scope:
        return Scope(tuple(self.chains), tuple(self.stages), self.up_to_rank or None)


@dataclass(frozen=True, slots=True)
class Coverable:
    """A chain in force that an order may name, with the stages where somebody may act or be delegated to."""

    chain: str
    title: Titles
    stages: tuple[tuple[str, Titles], ...]


def coverable(session: Session, now: datetime) -> list[Coverable]:
    """What orders and delegations may be limited to."""
    names = sorted(
        {
            version.chain
            for version in chains.versions(session)
            if version.confirmed_at and version.effective_from <= now
        }
    )
    found = [definition_of(chains.current(session, name, now)) for name in names]
    return [
        Coverable(d.chain, d.title, tuple((s.name, s.title) for s in d.stages if {*s.acting} & {*Capacity}))
        for d in found
    ]
