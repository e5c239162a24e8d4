from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.worktable import WorkTable
from core.worktime import RAMADAN_WEEK, NoWorkingTime, Season, WorkCalendar, worked

MEDAN = ZoneInfo("Asia/Jakarta")
CALENDAR = WorkCalendar(
    MEDAN,
    holidays=frozenset({date(2026, 3, 20), date(2026, 3, 23), date(2026, 3, 24)}),
    seasons=(Season(date(2026, 2, 19), date(2026, 3, 19), RAMADAN_WEEK),),
)
TABLE = WorkTable(CALENDAR, date(2026, 1, 1), date(2026, 12, 31))
START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 360 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@given(moments, moments)
def test_a_lookup_says_what_counting_says(start: datetime, end: datetime):
    assert TABLE.between(start, end) == worked(CALENDAR, start, end).total_seconds()


@given(moments)
def test_a_moment_found_by_its_total_has_that_total(at: datetime):
    total = TABLE.worked_until(at.timestamp())
    found = TABLE.moment(total)
    assert TABLE.worked_until(found) == total
    assert found <= at.timestamp() or total == 0


def test_ramadan_and_a_holiday_count_as_they_are():
    thursday, wednesday = datetime(2026, 3, 19, 14, tzinfo=MEDAN), datetime(2026, 3, 25, 9, tzinfo=MEDAN)
    # Thursday until 15.00 in Ramadan; Friday to Tuesday free; Wednesday from 7.30
    assert TABLE.between(thursday, wednesday) == 3600 + 5400


def test_the_days_say_what_was_worked_before_them():
    monday = next(day for day in TABLE.days if day.on == date(2026, 1, 5))
    assert monday.before == 2 * 7.5 * 3600
    assert [closes - opens for opens, closes in monday.spans] == [4.5 * 3600, 3 * 3600]
    assert TABLE.usual_day == 7.5 * 3600


def test_beyond_the_table_time_goes_on():
    assert TABLE.moment(TABLE.total + 3600) > TABLE.moment(TABLE.total)


def test_a_calendar_without_working_time_is_refused():
    with pytest.raises(NoWorkingTime):
        WorkTable(CALENDAR, date(2026, 3, 20), date(2026, 3, 24))
