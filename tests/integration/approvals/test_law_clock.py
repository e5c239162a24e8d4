"""The law's clock: it stands still with the repairer, warns, is marked once, and never decides."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from approvals import cases, pausing
from approvals.lawful import LawCount, sweep_cases
from approvals.models import Case
from approvals.sweep import sweep
from core.worktime import Duration, after, worked
from tests.integration.approvals.desk import FLOW, Desk
from tests.integration.approvals.office import named

CHAIN = """
chain: lawful
title: {id: Menurut hukum, en: By law}
statutory:
  within: 10 working days
  reference: PP 11/2017
  remind: [2 working days before]
stages:
  - {stage: head, candidates: {holder_of: head, unit: subject.unit}, due: 5 working days}
  - {stage: check, candidates: {role: hr-verifier}, due: 3 working days}
"""
ZONE = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def monday(clock: Any) -> datetime:
    """Ten o'clock on the next Monday."""
    now = clock.now().astimezone(ZONE)
    ten = (now + timedelta(days=7 - now.weekday())).replace(hour=10, minute=0, second=0, microsecond=0)
    clock.move(seconds=(ten - now).total_seconds())
    return ten.astimezone(UTC)


@pytest.fixture
def lawful(desk: Desk, monday: datetime) -> Desk:
    return Desk(desk.session, desk.office, CHAIN)


def looked(desk: Desk) -> LawCount:
    return sweep_cases(desk.session, directory=desk.office)


def calendar(desk: Desk) -> Any:
    return desk.office.calendars([named("seksi")])[named("seksi")]


def test_the_law_has_its_own_deadline_apart_from_the_stages(lawful: Desk, monday: datetime):
    case = lawful.open()
    by_law, by_office = case.statutory_due_at, lawful.task(case).due_at
    assert by_law == after(calendar(lawful), case.opened_at, Duration(10, "working day"))
    assert by_office and by_law and by_office < by_law
    lawful.decide("Kasi", case)
    assert case.statutory_due_at == by_law, "no stage gives the law's time back"


def test_a_chain_without_a_law_has_no_such_clock(desk: Desk):
    case = desk.open()
    assert (case.statutory_due_at, case.alarm_at) == (None, None)


def test_it_stands_still_while_the_case_is_with_its_repairer(lawful: Desk, clock: Any):
    case = lawful.open()
    due = case.statutory_due_at
    assert due
    clock.move(days=2)
    left = worked(calendar(lawful), clock.now(), due)
    lawful.decide("Kasi", case, "return")
    assert (case.statutory_due_at, case.alarm_at) == (None, None)
    clock.move(days=60)
    assert looked(lawful) == LawCount(0, 0)
    lawful.resubmit("Budi", case)
    again = case.statutory_due_at
    assert again and abs(worked(calendar(lawful), clock.now(), again) - left) < timedelta(minutes=1)


def test_a_second_return_keeps_what_was_left_then(lawful: Desk, clock: Any):
    case = lawful.open()
    for _ in range(2):
        clock.move(days=7)
        due = case.statutory_due_at
        assert due
        left = worked(calendar(lawful), clock.now(), due)
        lawful.decide("Kasi", case, "return")
        clock.move(days=5)
        lawful.resubmit("Budi", case)
        again = case.statutory_due_at
        assert again and abs(worked(calendar(lawful), clock.now(), again) - left) < timedelta(minutes=1)


def test_it_runs_on_during_repair_where_the_chain_says_so(desk: Desk, clock: Any, monday: datetime):
    strict = Desk(desk.session, desk.office, CHAIN.replace("  reference", "  pauses: false\n  reference"))
    case = strict.open()
    due = case.statutory_due_at
    strict.decide("Kasi", case, "return")
    assert case.statutory_due_at == due
    clock.move(days=20)
    assert looked(strict) == LawCount(0, 1)


def test_it_warns_once_and_then_marks_the_case_late_once(lawful: Desk, clock: Any):
    case = lawful.open()
    clock.move(days=10)
    assert looked(lawful) == LawCount(1, 0)
    assert looked(lawful) == LawCount(0, 0)
    clock.move(days=10)
    assert looked(lawful) == LawCount(0, 1)
    assert (looked(lawful), case.state) == (LawCount(0, 0), "open")
    assert case.statutory_missed_at
    said = lawful.facts(case, "case.statutory_overdue")
    assert [(s["stage"], s["reference"]) for s in said] == [("head", "PP 11/2017")]
    assert lawful.decide("Kasi", case).kind == "approve", "late is not too late"


def test_a_deadline_that_was_missed_stays_missed_through_a_repair(lawful: Desk, clock: Any):
    case = lawful.open()
    due = case.statutory_due_at
    clock.move(days=30)
    looked(lawful)
    lawful.decide("Kasi", case, "return")
    lawful.resubmit("Budi", case)
    assert case.statutory_due_at == due
    assert looked(lawful) == LawCount(0, 0)


def test_an_ended_case_is_not_looked_at(lawful: Desk, clock: Any):
    case = lawful.open()
    lawful.decide("Kasi", case, "reject")
    clock.move(days=30)
    assert (looked(lawful), case.alarm_at) == (LawCount(0, 0), None)


def test_many_cases_open_with_one_computation_for_a_unit(lawful: Desk):
    before = lawful.office.asked
    drafts = [lawful.draft("Budi", key=f"n{n}") for n in range(50)]
    ids = cases.open_cases(
        lawful.session, FLOW, lawful.process_id, lawful.version, drafts, directory=lawful.office
    )
    assert lawful.office.asked - before < 8
    dues = {lawful.session.get_one(Case, id_).statutory_due_at for id_ in ids}
    assert len(dues) == 1 and None not in dues


def test_a_repaired_case_gets_what_was_left_of_its_stages_term(lawful: Desk, clock: Any):
    case = lawful.open()
    due = lawful.task(case).due_at
    assert due
    clock.move(days=2)
    left = worked(calendar(lawful), clock.now(), due)
    lawful.decide("Kasi", case, "return")
    clock.move(days=30)
    lawful.resubmit("Budi", case)
    again = lawful.task(case).due_at
    assert again and abs(worked(calendar(lawful), clock.now(), again) - left) < timedelta(minutes=1)


def test_but_a_working_day_at_least(lawful: Desk, clock: Any):
    case = lawful.open()
    clock.move(days=20)
    sweep(lawful.session, directory=lawful.office)
    lawful.decide("Kasi", case, "return")
    lawful.resubmit("Budi", case)
    assert lawful.task(case).due_at == after(calendar(lawful), clock.now(), Duration(1, "working day"))


def test_and_a_whole_term_where_the_chain_begins_anew(desk: Desk, clock: Any, monday: datetime):
    restarting = CHAIN.replace("due: 5 working days}", "due: 5 working days, after_return: restart}")
    anew = Desk(desk.session, desk.office, restarting)
    case = anew.open()
    clock.move(days=2)
    anew.decide("Kasi", case, "return")
    anew.resubmit("Budi", case)
    due = after(calendar(anew), clock.now(), Duration(5, "working day"))
    assert anew.task(case).due_at == due


@pytest.mark.parametrize("stops", [False, True])
def test_a_suspension_stops_the_law_only_where_the_law_says_so(
    desk: Desk, clock: Any, monday: datetime, stops: bool
):
    chain = CHAIN.replace("  reference", "  pauses_suspended: true\n  reference") if stops else CHAIN
    lawful = Desk(desk.session, desk.office, chain)
    case = lawful.open()
    due = case.statutory_due_at
    hr = lawful.who("Hana")
    pausing.suspend_case(
        lawful.session, hr, case.id, code="other", reason="court order", directory=lawful.office
    )
    assert case.statutory_due_at == (None if stops else due)
    clock.move(days=7)
    pausing.resume_case(lawful.session, hr, case.id, reason="over", directory=lawful.office)
    assert due and case.statutory_due_at
    assert (case.statutory_due_at > due) is stops
