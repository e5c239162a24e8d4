from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.worktime import WorkCalendar
from notifications.timing import Quiet, Wishes, due, loud
from notifications.topics import NEWS, REMINDERS, TALK, TOPICS, WORK, Rhythm

ZONE = ZoneInfo("Asia/Jakarta")
OFFICE = WorkCalendar(ZONE, holidays=frozenset({date(2026, 11, 27)}))
NO_GATHER = timedelta(0)


def wib(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


TUESDAY_MORNING = wib(24, 9)


def test_without_a_wish_all_but_reminders_goes_out_at_once():
    for topic in (WORK, TALK, NEWS):
        assert due(topic, Wishes(), OFFICE, TUESDAY_MORNING, timedelta(seconds=60)) is None


def test_reminders_wait_a_moment_for_each_other():
    at = due(REMINDERS, Wishes(), OFFICE, TUESDAY_MORNING, timedelta(seconds=60))
    assert at == TUESDAY_MORNING + timedelta(seconds=60)
    assert due(REMINDERS, Wishes(), OFFICE, TUESDAY_MORNING, NO_GATHER) is None


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (wib(24, 6), wib(24, 7, 30)),
        (wib(24, 7, 30), wib(25, 7, 30)),
        (wib(24, 9), wib(25, 7, 30)),
        (wib(28, 9), wib(29, 7, 30)),
    ],
)
def test_a_daily_digest_comes_at_its_next_hour(now: datetime, at: datetime):
    assert due(TALK, Wishes({TALK: Rhythm.DAILY}), OFFICE, now, NO_GATHER) == at


def test_with_the_offices_quiet_a_digest_waits_for_a_working_day():
    wishes = Wishes({TALK: Rhythm.DAILY}, quiet=Quiet.OFFICE)
    # the 27th is a holiday, then comes the weekend
    assert due(TALK, wishes, OFFICE, wib(26, 9), NO_GATHER) == wib(30, 7, 30)


def test_a_weekly_digest_comes_on_its_day():
    wishes = Wishes({NEWS: Rhythm.WEEKLY}, digest_at=time(14), digest_day=2)
    assert due(NEWS, wishes, OFFICE, TUESDAY_MORNING, NO_GATHER) == wib(25, 14)
    assert due(NEWS, wishes, OFFICE, wib(25, 14), NO_GATHER) == wib(25, 14) + timedelta(days=7)


def test_work_is_never_weekly_or_off_whatever_was_stored():
    for rhythm in (Rhythm.WEEKLY, Rhythm.OFF):
        assert Wishes({WORK: rhythm}).rhythm(WORK) is Rhythm.AT_ONCE


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (wib(24, 6), wib(24, 7, 30)),
        (wib(24, 12, 30), None),
        (wib(24, 16), wib(25, 7, 30)),
        (wib(24, 23), wib(25, 7, 30)),
        (wib(26, 20), wib(30, 7, 30)),
    ],
)
def test_while_the_office_is_closed_mail_waits_for_its_opening(now: datetime, at: datetime | None):
    assert due(TALK, Wishes(quiet=Quiet.OFFICE), OFFICE, now, NO_GATHER) == at


@pytest.mark.parametrize(
    ("now", "at"),
    [(wib(24, 21), wib(25, 6)), (wib(25, 3), wib(25, 6)), (wib(25, 6), None), (wib(24, 19, 59), None)],
)
def test_own_quiet_hours_reach_over_midnight(now: datetime, at: datetime | None):
    assert due(WORK, Wishes(quiet=Quiet.OWN), OFFICE, now, NO_GATHER) == at


def test_own_quiet_hours_may_lie_within_a_day():
    wishes = Wishes(quiet=Quiet.OWN, quiet_from=time(12), quiet_until=time(13))
    assert due(WORK, wishes, OFFICE, wib(24, 12, 15), NO_GATHER) == wib(24, 13)
    assert due(WORK, wishes, OFFICE, wib(24, 13), NO_GATHER) is None


def test_an_office_that_never_works_keeps_nobodys_mail_for_ever():
    never = WorkCalendar(ZONE, week={})
    assert due(TALK, Wishes(quiet=Quiet.OFFICE), never, TUESDAY_MORNING, NO_GATHER) is None
    wishes = Wishes({TALK: Rhythm.DAILY}, quiet=Quiet.OFFICE)
    assert due(TALK, wishes, never, TUESDAY_MORNING, NO_GATHER) == wib(25, 7, 30)


HOURS = st.times(timezones=st.none()).map(lambda t: t.replace(microsecond=0))


@given(
    topic=st.sampled_from(list(TOPICS)),
    rhythm=st.sampled_from([r for r in Rhythm if r is not Rhythm.OFF]),
    quiet=st.sampled_from(Quiet),
    hours=st.tuples(HOURS, HOURS, HOURS),
    day=st.integers(0, 6),
    minutes=st.integers(0, 2 * 365 * 24 * 60),
)
def test_nothing_waits_longer_than_two_weeks_or_for_the_past(  # noqa: PLR0917
    topic: str, rhythm: Rhythm, quiet: Quiet, hours: tuple[time, time, time], day: int, minutes: int
):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    wishes = Wishes({topic: rhythm}, hours[0], day, quiet, hours[1], hours[2])
    at = due(topic, wishes, OFFICE, now, timedelta(seconds=60))
    assert at is None or now < at <= now + timedelta(days=14)
    if at and rhythm is Rhythm.AT_ONCE:
        assert loud(wishes, OFFICE, at) == at
