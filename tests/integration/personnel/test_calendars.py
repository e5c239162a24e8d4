from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import events
from core.errors import NotFound
from core.ids import new_id
from core.worktime import NORMAL_WEEK, RAMADAN_WEEK, Duration, after
from personnel import calendars
from personnel.access import RecordsAreHrs
from personnel.calendars import BadWeek
from personnel.models import FreeDay
from tests.integration.personnel.office import CLERK, HR

MEDAN = ZoneInfo("Asia/Jakarta")


def test_an_office_starts_with_the_week_holidays_and_ramadan_that_were_decreed(session: Session) -> None:
    calendar = calendars.work_calendar(session, calendars.seed(session))
    assert calendar.zone == MEDAN
    assert calendar.week == NORMAL_WEEK
    (ramadan,) = calendar.seasons
    assert (ramadan.first, ramadan.last, ramadan.week) == (date(2026, 2, 19), date(2026, 3, 20), RAMADAN_WEEK)


def test_the_year_2026_has_seventeen_holidays_and_eight_days_of_joint_leave() -> None:
    kinds = [kind for kind, _ in calendars.free_days(2026).values()]
    assert (kinds.count("holiday"), kinds.count("joint-leave")) == (17, 8)
    assert calendars.free_days(2026)[date(2026, 8, 17)] == ("holiday", "Proklamasi Kemerdekaan")


def test_a_year_without_a_decree_has_the_national_holidays_alone() -> None:
    days = calendars.free_days(2027)
    assert {kind for kind, _ in days.values()} == {"holiday"}
    assert days[date(2027, 8, 17)][1] == "Hari Kemerdekaan Republik Indonesia"


def test_hours_shrink_in_ramadan_and_joint_leave_is_free(session: Session) -> None:
    calendar = calendars.work_calendar(session, calendars.seed(session))
    worked = {
        day: sum((end - start for start, end in calendar.spans(day)), timedelta())
        for day in (date(2026, 2, 12), date(2026, 2, 26), date(2026, 3, 20), date(2026, 12, 24))
    }
    assert [span.total_seconds() / 3600 for span in worked.values()] == [7.5, 6.5, 0, 0]


def test_three_working_days_before_christmas_end_after_it(session: Session) -> None:
    calendar = calendars.work_calendar(session, calendars.seed(session))
    wednesday = datetime(2026, 12, 23, 3, tzinfo=UTC)
    assert after(calendar, wednesday, Duration.parse("1 working day")) == datetime.combine(
        date(2026, 12, 28), time(16), MEDAN
    )


def test_starting_again_changes_nothing_and_keeps_what_the_office_changed(session: Session) -> None:
    calendar_id = calendars.seed(session)
    calendars.remove_free_day(session, HR, calendar_id, date(2026, 12, 24))
    written = session.scalar(select(func.count()).select_from(events.EventRow))
    assert calendars.seed(session) == calendar_id
    assert session.scalar(select(func.count()).select_from(events.EventRow)) == written
    assert calendars.work_calendar(session, calendar_id).works_on(date(2026, 12, 24))


def test_next_years_days_are_added_when_the_year_is_near(session: Session, clock: "Clock") -> None:  # noqa: F821
    calendar_id = calendars.seed(session)
    clock.move(days=366)
    calendars.seed(session)
    last = session.scalar(select(func.max(FreeDay.on)).where(FreeDay.calendar_id == calendar_id))
    assert last is not None
    assert last.year == clock.now().year + 1


def test_hr_frees_days_and_takes_them_back(session: Session) -> None:
    calendar_id, day = calendars.seed(session), date(2026, 7, 1)
    calendars.add_free_days(session, HR, calendar_id, {day: ("local", "Hari Jadi Kota Medan")})
    assert not calendars.work_calendar(session, calendar_id).works_on(day)
    calendars.add_free_days(session, HR, calendar_id, {day: ("local", "HUT Kota Medan")})
    assert session.get_one(FreeDay, (calendar_id, day)).name == "HUT Kota Medan"
    calendars.remove_free_day(session, HR, calendar_id, day)
    assert calendars.work_calendar(session, calendar_id).works_on(day)
    names = [event.name for event in events.history(session, calendar_id)][-3:]
    assert names == ["calendar.days_freed", "calendar.days_freed", "calendar.day_restored"]
    with pytest.raises(NotFound):
        calendars.remove_free_day(session, HR, calendar_id, day)


def test_nobody_else_changes_a_calendar(session: Session) -> None:
    calendar_id = calendars.seed(session)
    for attempt in (
        lambda: calendars.define(session, CLERK, "Lain", {"0": [["08:00", "12:00"]]}),
        lambda: calendars.add_free_days(session, CLERK, calendar_id, {date(2026, 7, 1): ("local", "x")}),
        lambda: calendars.remove_free_day(session, CLERK, calendar_id, date(2026, 12, 25)),
    ):
        with pytest.raises(RecordsAreHrs):
            attempt()


@pytest.mark.parametrize(
    "week",
    [
        {},
        {"0": []},
        {"0": [["12:00", "08:00"]]},
        {"0": [["08:00", "12:00"], ["11:00", "13:00"]]},
        {"0": [["pagi", "siang"]]},
        {"7": [["08:00", "12:00"]]},
    ],
)
def test_a_week_that_cannot_be_worked_is_refused(session: Session, week: dict[str, object]) -> None:
    with pytest.raises(BadWeek):
        calendars.define(session, HR, "Lain", week)


def test_an_unknown_calendar_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        calendars.work_calendar(session, new_id())
    with pytest.raises(NotFound):
        calendars.add_free_days(session, HR, new_id(), {})
