"""The clock of a task, in the working time of an office in Medan."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from approvals.deadlines import Alarm, Deadlines
from approvals.stage import Stage
from core.worktime import WorkCalendar

ZONE = ZoneInfo("Asia/Jakarta")
CALENDAR = WorkCalendar(ZONE, holidays=frozenset({date(2026, 3, 19), date(2026, 3, 20)}))
HEAD = {"candidates": {"holder_of": "head"}, "due": "3 working days"}
REMINDERS = ["1 working day before", "when due", "every 2 working days after"]
ESCALATE = {"after": "5 working days", "to": {"holder_of": "head", "unit": "subject.unit.parent"}}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def clock(start: str, **said: Any) -> Deadlines:
    return Deadlines(Stage.model_validate({"stage": "s", **HEAD, **said}), CALENDAR, at(start))


MONDAY = "2026-03-09 10:00"


def test_three_working_days_end_when_the_office_closes_on_the_third():
    assert clock(MONDAY).due_at == at("2026-03-12 16:00")


def test_weekends_and_holidays_do_not_count():
    assert clock("2026-03-17 10:00").due_at == at("2026-03-24 16:00")


def test_a_stage_without_a_due_date_has_no_clock():
    quiet = clock(MONDAY, due=None)
    assert (quiet.due_at, quiet.escalates_at, quiet.next_alarm(quiet.start)) == (None, None, None)


def test_reminders_come_before_the_due_date_on_it_and_again_after_it():
    told = clock(MONDAY, remind=REMINDERS)
    moments, now = [], told.start
    for _ in range(4):
        alarm = told.next_alarm(now)
        assert alarm
        moments.append(alarm)
        now = alarm
    assert moments == [
        at("2026-03-11 07:30"),
        at("2026-03-12 16:00"),
        at("2026-03-16 16:00"),
        at("2026-03-18 16:00"),
    ]


def test_a_reminder_that_would_come_before_the_task_itself_is_left_out():
    hasty = clock(MONDAY, due="1 working day", remind=["3 working days before"])
    assert hasty.next_alarm(hasty.start) is None


def test_escalation_comes_when_the_chain_says():
    late = clock(MONDAY, escalate=ESCALATE)
    assert late.escalates_at == late.next_alarm(late.start) == at("2026-03-16 16:00")
    assert late.asks(at("2026-03-16 16:00"), at("2026-03-16 16:01")) is Alarm.ESCALATE


def test_expiry_that_escalates_does_so_when_it_is_due():
    late = clock(MONDAY, on_expiry="escalate")
    assert late.escalates_at == late.due_at


def test_an_escalation_that_found_nobody_is_not_tried_at_every_alarm():
    late = clock(MONDAY, escalate=ESCALATE, remind=REMINDERS)
    tried = at("2026-03-16 16:01")
    following = late.next_alarm(tried)
    assert following == at("2026-03-18 16:00")
    assert late.asks(following, following) is Alarm.REMIND


@given(st.integers(0, 60 * 24 * 330), st.integers(0, 60 * 24 * 60))
def test_the_next_alarm_is_always_ahead_and_none_is_passed_over(start: int, minutes: int):
    told = clock("2026-01-01 00:00", remind=REMINDERS, escalate=ESCALATE)
    told = replace(told, start=told.start + timedelta(minutes=start))
    now = told.start + timedelta(minutes=minutes)
    alarm = told.next_alarm(now)
    assert alarm is not None and alarm > now
    halfway = now + (alarm - now) / 2
    assert told.next_alarm(halfway) == alarm
