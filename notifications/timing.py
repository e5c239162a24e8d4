"""When a mail that is not mandatory goes out: by its reader's rhythm and quiet hours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.worktime import NoWorkingTime, WorkCalendar
from notifications.topics import TOPICS, Rhythm

DAY = timedelta(days=1)


class Quiet(StrEnum):
    """When nothing that can wait is sent."""

    NEVER = "never"
    OFFICE = "office"
    """While the reader's office is closed."""
    OWN = "own"
    """Between two hours of each day."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants the mails that are not mandatory; hours are those of the office's zone."""

    rhythms: Mapping[str, Rhythm] = field(default_factory=dict[str, Rhythm])
    digest_at: time = time(7, 30)
    digest_day: int = 0
    quiet: Quiet = Quiet.NEVER
    quiet_from: time = time(20)
    quiet_until: time = time(6)

    def rhythm(self, topic: str) -> Rhythm:
        """How often mails of a topic come: as wished where that is possible, else as usual."""
        wished = self.rhythms.get(topic)
        return wished if wished and wished in TOPICS[topic].rhythms else TOPICS[topic].usual


def due(
    topic: str, wishes: Wishes, calendar: WorkCalendar, now: datetime, gather: timedelta
) -> datetime | None:
    """When a mail may go out; None for at once. One that is switched off is nobody's question.

    A reminder waits for a moment even when all is sent at once, so that those of many tasks become one mail.
    """
    rhythm = wishes.rhythm(topic)
    if rhythm in (Rhythm.DAILY, Rhythm.WEEKLY):
        return _digest(wishes, calendar, now, weekly=rhythm is Rhythm.WEEKLY)
    at = now + gather if TOPICS[topic].gathers else now
    at = loud(wishes, calendar, at)
    return at if at > now else None


def loud(wishes: Wishes, calendar: WorkCalendar, at: datetime) -> datetime:
    """The first moment from `at` on that is not quiet to somebody."""
    if wishes.quiet is Quiet.OFFICE:
        return _opening(calendar, at)
    if wishes.quiet is Quiet.OWN:
        return _own_morning(wishes, calendar, at)
    return at


def _opening(calendar: WorkCalendar, at: datetime) -> datetime:
    """`at` itself while the office is open, its midday break included; else when it opens next.

    A calendar without working time keeps nobody's mail back for ever: then it is `at` too.
    """
    today = at.astimezone(calendar.zone).date()
    if spans := calendar.spans(today):
        if at < spans[0][0]:
            return spans[0][0]
        if at < spans[-1][1]:
            return at
    try:
        return calendar.spans(next(calendar.days(today, 1)))[0][0]
    except NoWorkingTime:
        return at


def _own_morning(wishes: Wishes, calendar: WorkCalendar, at: datetime) -> datetime:
    local = at.astimezone(calendar.zone)
    start, end, hour = wishes.quiet_from, wishes.quiet_until, local.time()
    if start == end:
        return at
    over_midnight = start > end
    quiet = (hour >= start or hour < end) if over_midnight else start <= hour < end
    if not quiet:
        return at
    day = local.date() + DAY if over_midnight and hour >= start else local.date()
    return _at(calendar, day, end)


def _digest(wishes: Wishes, calendar: WorkCalendar, now: datetime, *, weekly: bool) -> datetime:
    """The next hour of a digest after now; with the office's quiet, on a day that the office works."""
    day = now.astimezone(calendar.zone).date()
    while True:
        at = _at(calendar, day, wishes.digest_at)
        if at > now and (not weekly or day.weekday() == wishes.digest_day):
            break
        day += DAY
    if wishes.quiet is Quiet.OFFICE and not calendar.works_on(day):
        try:
            return _at(calendar, next(calendar.days(day, 1)), wishes.digest_at)
        except NoWorkingTime:
            return at
    return at


def _at(calendar: WorkCalendar, day: date, at: time) -> datetime:
    return datetime.combine(day, at, calendar.zone)
