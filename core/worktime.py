"""Working time: which moments an office works, and what "3 working days" from now is. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[time, time]
Week = Mapping[int, tuple[Span, ...]]
"""Working spans of each weekday (0 Monday); a weekday without an entry is free."""

NORMAL_WEEK: Week = {
    **dict.fromkeys(range(4), ((time(7, 30), time(12)), (time(13), time(16)))),
    4: ((time(7, 30), time(11, 30)), (time(13), time(16, 30))),
}
"""37.5 hours in 5 days with Friday's longer break (Perpres 21/2023)."""

RAMADAN_WEEK: Week = {
    **dict.fromkeys(range(4), ((time(8), time(12)), (time(12, 30), time(15)))),
    4: ((time(8), time(11, 30)), (time(12, 30), time(15, 30))),
}
"""32.5 hours in 5 days (Perpres 21/2023)."""

HORIZON = timedelta(days=3 * 366)
_ONE_DAY = timedelta(days=1)


class NoWorkingTime(ValueError):
    """The calendar has no working time within three years; its week or holidays are wrong."""


@dataclass(frozen=True, slots=True)
class Season:
    """Days, first and last included, that follow another week, as in Ramadan."""

    first: date
    last: date
    week: Week


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When an office works, in its own zone."""

    zone: ZoneInfo
    week: Week = field(default_factory=lambda: NORMAL_WEEK)
    holidays: frozenset[date] = frozenset()
    seasons: tuple[Season, ...] = ()

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The working spans of one day as aware moments in UTC; empty on a free day."""
        return tuple((self._at(day, start), self._at(day, end)) for start, end in self._hours(day))

    def works_on(self, day: date) -> bool:
        return bool(self._hours(day))

    def _hours(self, day: date) -> tuple[tuple[time, time], ...]:
        """The working spans of a day by the office's own clock."""
        if day in self.holidays:
            return ()
        week = next((s.week for s in self.seasons if s.first <= day <= s.last), self.week)
        return week.get(day.weekday(), ())

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def days(self, start: date, step: int) -> Iterator[date]:
        """Working days after (step 1) or before (step -1) a day, nearest first."""
        day = start
        while abs(day - start) < HORIZON:
            day += _ONE_DAY * step
            if self.works_on(day):
                yield day
        raise NoWorkingTime


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of time as people write it: `3 working days`, `4 working hours`, `14 days`, `36 hours`."""

    amount: int
    unit: str

    UNITS = ("working day", "working hour", "day", "hour")

    @classmethod
    def parse(cls, said: str) -> "Duration":
        """Read `3 working days`. Raises ValueError with what is accepted."""
        match = re.fullmatch(r"\s*(\d{1,4})\s+(working day|working hour|day|hour)s?\s*", said)
        if not match:
            raise ValueError(f"not a duration: {said!r} (say e.g. '3 working days' or '36 hours')")
        return cls(int(match[1]), match[2])

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


def after(calendar: WorkCalendar, at: datetime, duration: Duration) -> datetime:
    """The moment that lies a duration after `at`.

    Working days count from the next working day, and end when the office closes on the last of them, as
    Indonesian administrative deadlines do; working hours are used up inside the working spans.
    """
    if duration.unit == "day":
        return at + _ONE_DAY * duration.amount
    if duration.unit == "hour":
        return at + timedelta(hours=duration.amount)
    if duration.unit == "working hour":
        return _spend(calendar, at, timedelta(hours=duration.amount))
    day = at.astimezone(calendar.zone).date()
    if duration.amount == 0:
        return at
    following = calendar.days(day, 1)
    for _ in range(duration.amount):
        day = next(following)
    return calendar.spans(day)[-1][1]


def before(calendar: WorkCalendar, at: datetime, duration: Duration) -> datetime:
    """The moment that lies a duration before `at`; whole working days end when that day's office opens."""
    if duration.unit == "day":
        return at - _ONE_DAY * duration.amount
    if duration.unit == "hour":
        return at - timedelta(hours=duration.amount)
    if duration.unit == "working hour":
        return _spend_back(calendar, at, timedelta(hours=duration.amount))
    if duration.amount == 0:
        return at
    day = at.astimezone(calendar.zone).date()
    preceding = calendar.days(day, -1)
    for _ in range(duration.amount):
        day = next(preceding)
    return calendar.spans(day)[0][0]


def worked(calendar: WorkCalendar, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments; zero when the end is not after the start."""
    total = timedelta()
    day, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    while day <= last:
        for opens, closes in calendar.spans(day):
            total += max(timedelta(), min(closes, end) - max(opens, start))
        day += _ONE_DAY
    return total


def left_of(calendar: WorkCalendar, at: datetime, due: datetime, term: Duration) -> int:
    """How many seconds are left of a term, which counts working time or all time."""
    if at >= due:
        return 0
    left = worked(calendar, at, due) if term.unit.startswith("working") else due - at
    return int(left.total_seconds())


def spend(calendar: WorkCalendar, at: datetime, left: int, term: Duration) -> datetime:
    """The moment at which so many seconds of a term, counted as it counts, are used up from `at` on."""
    if term.unit.startswith("working"):
        return _spend(calendar, at, timedelta(seconds=left))
    return at + timedelta(seconds=left)


def _spend(calendar: WorkCalendar, at: datetime, left: timedelta) -> datetime:
    day = at.astimezone(calendar.zone).date() - _ONE_DAY
    for working_day in calendar.days(day, 1):
        for opens, closes in calendar.spans(working_day):
            start = max(opens, at)
            if start < closes and left <= closes - start:
                return start + left
            left -= max(timedelta(), closes - start)
    raise NoWorkingTime


def _spend_back(calendar: WorkCalendar, at: datetime, left: timedelta) -> datetime:
    day = at.astimezone(calendar.zone).date() + _ONE_DAY
    for working_day in calendar.days(day, -1):
        for opens, closes in reversed(calendar.spans(working_day)):
            end = min(closes, at)
            if end > opens and left <= end - opens:
                return end - left
            left -= max(timedelta(), end - opens)
    raise NoWorkingTime
