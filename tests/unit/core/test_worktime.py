from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.worktime import (
    RAMADAN_WEEK,
    Duration,
    NoWorkingTime,
    Season,
    WorkCalendar,
    after,
    before,
    worked,
)

MEDAN = ZoneInfo("Asia/Jakarta")
PLAIN = WorkCalendar(MEDAN)
HOLIDAYS_2026 = WorkCalendar(
    MEDAN,
    holidays=frozenset({date(2026, 12, 24), date(2026, 12, 25)}),
    seasons=(Season(date(2026, 2, 19), date(2026, 3, 19), RAMADAN_WEEK),),
)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=MEDAN)  # type: ignore[misc]


def test_a_normal_and_a_ramadan_week_have_the_hours_of_the_decree():
    monday = date(2026, 3, 2)
    hours = {}
    for name, calendar in (("normal", PLAIN), ("ramadan", HOLIDAYS_2026)):
        spans = [span for n in range(7) for span in calendar.spans(monday + timedelta(days=n))]
        hours[name] = sum((end - start for start, end in spans), timedelta())
    assert hours == {"normal": timedelta(hours=37.5), "ramadan": timedelta(hours=32.5)}


def test_three_working_days_skip_the_weekend_and_end_when_the_office_closes():
    thursday = local(2026, 11, 26, 10)
    assert after(PLAIN, thursday, Duration.parse("3 working days")) == local(2026, 12, 1, 16)


def test_holidays_and_joint_leave_are_skipped():
    wednesday = local(2026, 12, 23, 9)
    assert after(HOLIDAYS_2026, wednesday, Duration.parse("1 working day")) == local(2026, 12, 28, 16)


def test_working_hours_run_only_while_the_office_works():
    friday_late = local(2026, 11, 27, 16)
    assert after(PLAIN, friday_late, Duration.parse("2 working hours")) == local(2026, 11, 30, 9)


def test_in_ramadan_the_day_ends_earlier():
    assert after(HOLIDAYS_2026, local(2026, 3, 2, 9), Duration.parse("1 working day")) == local(
        2026, 3, 3, 15
    )


def test_one_working_day_before_is_when_that_day_opens():
    assert before(PLAIN, local(2026, 11, 30, 16), Duration.parse("1 working day")) == local(
        2026, 11, 27, 7, 30
    )


def test_plain_days_and_hours_ignore_the_calendar():
    at = local(2026, 11, 27, 16)
    assert after(PLAIN, at, Duration.parse("36 hours")) == at + timedelta(hours=36)
    assert before(PLAIN, at, Duration.parse("14 days")) == at - timedelta(days=14)


@pytest.mark.parametrize("said", ["", "3", "three working days", "-1 days", "3 weeks", "99999 days"])
def test_what_is_not_a_duration_is_refused(said: str):
    with pytest.raises(ValueError, match="not a duration"):
        Duration.parse(said)


def test_a_calendar_without_working_days_says_so_instead_of_searching_for_ever():
    with pytest.raises(NoWorkingTime):
        after(WorkCalendar(MEDAN, week={}), local(2026, 1, 1), Duration(1, "working day"))


moments = st.floats(0, 330, allow_nan=False).map(
    lambda d: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=d)
)


@given(moments, st.integers(1, 60))
def test_what_was_added_in_working_hours_is_what_was_worked(at: datetime, hours: int):
    due = after(HOLIDAYS_2026, at, Duration(hours, "working hour"))
    assert worked(HOLIDAYS_2026, at, due) == timedelta(hours=hours)


@given(moments, st.integers(1, 60))
def test_going_back_undoes_going_forward_in_worked_time(at: datetime, hours: int):
    start = before(HOLIDAYS_2026, at, Duration(hours, "working hour"))
    assert worked(HOLIDAYS_2026, start, at) == timedelta(hours=hours)


@given(moments, st.integers(1, 30), st.integers(1, 30))
def test_more_working_days_are_never_earlier(at: datetime, fewer: int, more: int):
    fewer, more = sorted((fewer, more))
    assert after(HOLIDAYS_2026, at, Duration(fewer, "working day")) <= after(
        HOLIDAYS_2026, at, Duration(more, "working day")
    )
