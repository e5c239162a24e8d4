"""What the courier asks of rooms that this one does not know; wiring answers."""

from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from core.settings import settings
from core.worktime import WorkCalendar


def _nobodys(session: Session, people: Collection[UUID]) -> Mapping[UUID, WorkCalendar]:
    del session, people
    return {}


def _none(session: Session, tasks: Collection[UUID]) -> AbstractSet[UUID]:
    del session, tasks
    return frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """When people's offices work, and which tasks need nobody any more."""

    calendars: Callable[[Session, Collection[UUID]], Mapping[UUID, WorkCalendar]] = _nobodys
    ended: Callable[[Session, Collection[UUID]], AbstractSet[UUID]] = _none


def plain_calendar() -> WorkCalendar:
    """The usual hours of Indonesian offices, for people whose unit is not known."""
    return WorkCalendar(settings().zone)
