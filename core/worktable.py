"""Working time as a table, counted once and then looked up: for many spans of one calendar. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core.worktime import NoWorkingTime, WorkCalendar

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkDay:
    """A day of a calendar: seconds worked before it, and when it opens and closes (seconds since 1970)."""

    on: date
    before: float
    spans: tuple[tuple[float, float], ...]


class WorkTable:
    """The working time of one calendar from one day to another, both included, as running totals.

    Moments are seconds since 1970 (`datetime.timestamp`); totals are seconds worked since the first day.
    Before the table nothing is worked; after it the total stands still. Raises NoWorkingTime when there is
    no working time in it at all.
    """

    def __init__(self, calendar: WorkCalendar, first: date, last: date) -> None:
        self.calendar = calendar
        self.days: list[WorkDay] = []
        self._opens: list[float] = []
        self._closes: list[float] = []
        self._before: list[float] = []
        self._after: list[float] = []
        total = 0.0
        for on in _days(first, last):
            spans = tuple((opens.timestamp(), closes.timestamp()) for opens, closes in calendar.spans(on))
            self.days.append(WorkDay(on, total, spans))
            for opens, closes in spans:
                self._opens.append(opens)
                self._closes.append(closes)
                self._before.append(total)
                total += closes - opens
                self._after.append(total)
        if not total:
            raise NoWorkingTime
        self.total = total

    def worked_until(self, at: float) -> float:
        """Seconds worked from the table's first day to a moment."""
        n = bisect_right(self._opens, at) - 1
        return 0.0 if n < 0 else self._before[n] + min(at, self._closes[n]) - self._opens[n]

    def moment(self, total: float) -> float:
        """The first moment at which so many seconds are worked.

        Beyond the table, time goes on at its average rate: a forecast that far off is none, but no error.
        """
        if total > self.total:
            rate = (self._closes[-1] - self._opens[0]) / self.total
            return self._closes[-1] + (total - self.total) * rate
        n = bisect_left(self._after, total)
        return self._opens[n] + total - self._before[n]

    def between(self, start: datetime, end: datetime) -> float:
        """Seconds worked between two moments; zero when the end is not after the start."""
        return max(0.0, self.worked_until(end.timestamp()) - self.worked_until(start.timestamp()))

    def at(self, total: float) -> datetime:
        """The first moment at which so many seconds are worked, in UTC."""
        return datetime.fromtimestamp(self.moment(total), UTC)

    @property
    def usual_day(self) -> float:
        """How many seconds a working day has, in the middle of all of them."""
        lengths = sorted(sum(c - o for o, c in day.spans) for day in self.days if day.spans)
        return lengths[len(lengths) // 2]


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += _ONE_DAY
