"""What the record says of the office's pace, against histories that can be reckoned by hand."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from approvals import durations
from approvals.chains import definition_of
from approvals.durations import Measured, in_hand, paces
from approvals.measuring import DECISIONS, OPEN, REPAIRS, Slice, Tables
from approvals.pace import FEWEST
from core.ids import new_id
from core.worktable import WorkTable
from core.worktime import RAMADAN_WEEK, Duration, Season, WorkCalendar
from tests.integration.approvals.desk import CHAIN
from tests.integration.approvals.office import named
from tests.integration.approvals.past import MEDAN, Past, at

HOUR = 3600.0
NOW = at(2026, 4, 1, 8)
pytestmark = pytest.mark.usefixtures("wired")


@pytest.fixture
def past(session: Session, wired: object) -> Past:
    return Past.of(session)


def worked(past: Past, source: str = DECISIONS) -> list[float]:
    """The working hours of a source's spans, in the order of their ends."""
    slice = Slice(at(2026, 1, 1), NOW)
    rows = Tables.of(past.session, past.office, NOW).measure(
        past.session, source, slice, "SELECT worked FROM measured ORDER BY ended, id"
    )
    return [row.worked / HOUR for row in rows]


def test_a_night_and_a_weekend_do_not_count(past: Past):
    past.decided(at(2026, 3, 27, 15), at(2026, 3, 30, 9))  # Friday to Monday
    assert worked(past) == [1.5 + 1.5]


def test_a_holiday_and_ramadan_count_as_the_units_calendar_says(past: Past):
    past.office.holidays = frozenset({date(2026, 3, 20)})
    past.decided(at(2026, 3, 19, 15), at(2026, 3, 23, 8))
    assert worked(past) == [1 + 0.5]


def test_in_ramadan_the_days_are_shorter(past: Past, monkeypatch: pytest.MonkeyPatch):
    calendar = WorkCalendar(MEDAN, seasons=(Season(date(2026, 2, 19), date(2026, 3, 19), RAMADAN_WEEK),))
    monkeypatch.setattr(past.office, "calendars", lambda units: dict.fromkeys(units, calendar))
    past.decided(at(2026, 3, 2, 14), at(2026, 3, 3, 9))
    assert worked(past) == [1 + 1]


def test_what_waits_is_as_old_as_the_working_time_that_passed(past: Past):
    past.task(at(2026, 3, 31, 15))
    past.task(at(2026, 3, 31, 15), state="cancelled", ended_at=at(2026, 3, 31, 16))
    assert worked(past, OPEN) == [1 + 0.5]


def test_a_repair_lasts_from_the_return_to_the_next_round(past: Past):
    returned = past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9), kind="return", code="other")
    case = past.case(at(2026, 3, 30, 8))
    returned.case_id = case.id
    past.task(at(2026, 3, 30, 11), case=case, round=2)
    past.session.flush()
    assert worked(past, REPAIRS) == [2]


def seen(past: Past) -> list[tuple[float, bool]]:
    """What each decision took its decider, and whether it followed on another of the pile."""
    rows = Measured.of(past.session, past.office, "promotion", NOW).decisions["unit-head"]
    return sorted((row.seconds / HOUR, bool(row.following)) for row in rows)


def test_of_a_pile_the_first_waits_for_attention_and_the_next_for_the_one_before(past: Past):
    for hour in (13, 14, 15):
        past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, hour))
    # four hours to the first (the break does not count), then one each
    assert seen(past) == [(1, True), (1, True), (4, False)]


def test_who_was_through_begins_with_what_comes_next(past: Past):
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))
    past.decided(at(2026, 3, 30, 10), at(2026, 3, 30, 10, 30))
    assert seen(past) == [(0.5, False), (1, False)]


def test_who_decides_the_newer_first_was_at_work_since_the_older_came(past: Past):
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 11))
    past.decided(at(2026, 3, 30, 9), at(2026, 3, 30, 10))
    assert seen(past) == [(1, True), (2, False)]


def test_work_on_other_chains_keeps_a_decider_busy_too(past: Past, session: Session):
    other = Past.of(session, CHAIN.replace("chain: promotion", "chain: transfer"))
    other.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 10))
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 11))
    assert seen(past) == [(1, True)]


def table() -> WorkTable:
    return WorkTable(WorkCalendar(MEDAN), date(2026, 1, 1), date(2026, 12, 31))


def test_a_stage_with_enough_decisions_is_measured_and_the_others_are_assumed(past: Past, session: Session):
    definition = definition_of(past.version)
    for n in range(FEWEST):
        kind = "return" if n < 4 else "reject" if n < 6 else "approve"
        past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9) + timedelta(minutes=n), kind=kind)
    assumed = {"consideration": Duration(10, "working day")}
    found = {
        pace.stage: pace
        for pace in paces(session, definition, past.office, table=table(), now=NOW, assumed=assumed)
    }
    head, outside = found["unit-head"], found["consideration"]
    assert head.measured
    assert (head.observations, head.returned, head.rejected) == (FEWEST, 0.2, 0.1)
    assert (outside.measured, outside.within) == (False, table().between(NOW, at(2026, 4, 15, 16)))
    assert not found["verification"].measured
    assert found["verification"].within == table().between(NOW, at(2026, 4, 8, 16))


def test_answers_from_outside_are_counted_from_when_the_case_began_to_wait(past: Past):
    for n in range(FEWEST):
        case = past.case(at(2026, 3, 23, 8))
        past.decided(at(2026, 3, 23, 8), at(2026, 3, 23, 9), case=case)
        past.answered(case, at(2026, 3, 24, 9) + timedelta(minutes=n))
    found = Measured.of(past.session, past.office, "promotion", NOW).pace("consideration", HOUR)
    assert found.observations == FEWEST
    assert min(found.first[0]) == 7.5 * HOUR


def test_nothing_is_known_that_happened_later(past: Past):
    for n in range(FEWEST):
        past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9) + timedelta(minutes=n))
    before = Measured.of(past.session, past.office, "promotion", at(2026, 3, 30, 9))
    assert not before.decisions


def test_only_the_newest_observations_are_used(past: Past, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(durations, "MOST_OBSERVATIONS", 3)
    for n in range(5):
        past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9) + timedelta(minutes=n))
    assert len(seen(past)) == 3


def test_each_cycle_is_kept_apart(past: Past):
    for _ in range(2):
        past.process_id = new_id()
        for n in range(12):
            past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9) + timedelta(minutes=n))
    pace = Measured.of(past.session, past.office, "promotion", NOW).pace("unit-head", HOUR)
    assert sorted(map(len, pace.following)) == [11, 12]


def test_what_lies_before_each_approver_is_counted(past: Past):
    for _ in range(3):
        past.task(at(2026, 3, 30, 8))
    past.task(at(2026, 3, 30, 8), who="Kabid")
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))
    assert in_hand(past.session, [named("Kasi"), named("Kabid"), named("Kaban")]) == {
        named("Kasi"): 3,
        named("Kabid"): 1,
    }


def test_an_office_without_a_past_measures_nothing(past: Past):
    assert not Measured.of(past.session, past.office, "promotion", datetime.now(MEDAN)).decisions
