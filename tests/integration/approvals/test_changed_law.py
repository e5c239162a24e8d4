"""A case that goes over to a chain whose law differs: the clock keeps its start, and nobody gains time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from approvals import chains, migrating, pausing
from approvals.crossing import Way
from approvals.lawful import LawCount, sweep_cases
from approvals.migrating import Change, Seen
from approvals.models import Case
from approvals.rescheduling import recompute_deadlines
from core.actor import system
from core.worktime import Duration, after, worked
from tests.integration.approvals.desk import FLOW, Desk
from tests.integration.approvals.office import named
from tests.integration.approvals.second import agreed
from tests.integration.approvals.test_law_clock import CHAIN, calendar, looked, monday

__all__ = ["monday"]

LAW = CHAIN[CHAIN.index("statutory:") : CHAIN.index("stages:")]
LAWLESS = CHAIN.replace(LAW, "")


def by(days: int, *more: str) -> str:
    """The chain with a term of so many working days."""
    said = "".join(f"  {line}\n" for line in more)
    return CHAIN.replace("within: 10", f"within: {days}").replace("  reference", f"{said}  reference")


@pytest.fixture
def lawful(desk: Desk, monday: datetime) -> Desk:
    return Desk(desk.session, desk.office, CHAIN)


def go_over(desk: Desk, case: Case, text: str, choice: Any = "move") -> None:
    change = Change(chains.publish(desk.session, FLOW, text), Way(choice))
    hana = desk.who("Hana")
    takeover = agreed(desk.session, hana, change)
    answers = migrating.migrate(desk.session, hana, takeover, [Seen.of(case)], directory=desk.office)
    assert answers == {case.id: None}
    reckoned_again(desk, case)


def reckoned_again(desk: Desk, case: Case) -> None:
    """Reckoning all deadlines anew by the same calendar moves none: the columns agree with the rule."""
    due, units = case.statutory_due_at, [case.unit_id]
    found = recompute_deadlines(desk.session, system("keeper"), units, directory=desk.office, why="holiday")
    assert (found.changed, case.statutory_due_at) == (0, due)


def term(desk: Desk, case: Case, days: int) -> datetime:
    """When a term of so many working days from the opening ends."""
    return after(calendar(desk), case.opened_at, Duration(days, "working day"))


@pytest.mark.parametrize("choice", ["move", "restart"])
def test_a_shorter_term_counts_from_the_same_start(lawful: Desk, clock: Any, choice: str):
    case = lawful.open()
    clock.move(days=2)
    go_over(lawful, case, by(6), choice)
    assert case.statutory_due_at == term(lawful, case, 6)
    told = lawful.facts(case, "case.migrated")[0]["statutory_due_at"]
    assert datetime.fromisoformat(told) == case.statutory_due_at


def test_a_longer_term_gives_a_case_under_way_no_more_time(lawful: Desk, clock: Any):
    case = lawful.open()
    promised = case.statutory_due_at
    clock.move(days=2)
    go_over(lawful, case, by(30))
    assert case.statutory_due_at == promised
    assert lawful.open("Citra").statutory_due_at == after(
        calendar(lawful), clock.now(), Duration(10, "working day")
    ), "by the version it was opened on"


def test_a_term_in_other_units_keeps_what_was_promised(lawful: Desk, clock: Any):
    case = lawful.open()
    promised = case.statutory_due_at
    go_over(lawful, case, CHAIN.replace("within: 10 working days", "within: 90 days"))
    assert case.statutory_due_at == promised
    go_over(lawful, case, CHAIN.replace("within: 10 working days", "within: 72 hours"))
    assert case.statutory_due_at == case.opened_at + timedelta(hours=72)


def test_a_term_that_had_passed_by_the_new_law_is_marked_at_once(lawful: Desk, clock: Any):
    case = lawful.open()
    clock.move(days=5)
    go_over(lawful, case, by(2))
    assert case.statutory_due_at == term(lawful, case, 2)
    assert (looked(lawful), looked(lawful)) == (LawCount(0, 1), LawCount(0, 0))
    assert case.statutory_missed_at


def test_what_was_missed_stays_missed_and_is_not_marked_twice(lawful: Desk, clock: Any):
    case = lawful.open()
    missed = case.statutory_due_at
    clock.move(days=30)
    assert looked(lawful).missed == 1
    go_over(lawful, case, by(90))
    assert case.statutory_due_at == missed
    assert (looked(lawful), case.statutory_missed_at is None) == (LawCount(0, 0), False)


def test_what_passed_unseen_is_still_marked(lawful: Desk, clock: Any):
    case = lawful.open()
    clock.move(days=30)
    lawful.decide("Kasi", case, "return")
    go_over(lawful, case, by(90))
    assert looked(lawful) == LawCount(0, 1)


def test_a_law_that_begins_counts_from_the_opening_less_the_time_at_the_repairer(desk: Desk, clock: Any):
    plain = Desk(desk.session, desk.office, LAWLESS)
    case = plain.open()
    clock.move(days=1)
    at = clock.now()
    plain.decide("Kasi", case, "return")
    clock.move(days=20)
    plain.resubmit("Budi", case)
    resumed, ran = clock.now(), worked(calendar(plain), case.opened_at, at)
    clock.move(hours=3)
    go_over(plain, case, CHAIN)
    whole = worked(calendar(plain), case.opened_at, term(plain, case, 10))
    due = case.statutory_due_at
    assert due
    assert abs(worked(calendar(plain), resumed, due) - (whole - ran)) < timedelta(minutes=1)


def test_a_law_that_ends_sets_no_deadline_and_a_later_one_begins_with_the_case(lawful: Desk, clock: Any):
    case = lawful.open()
    go_over(lawful, case, LAWLESS)
    assert (case.statutory_due_at, case.statutory_since, case.alarm_at) == (None, None, None)
    clock.move(days=1)
    go_over(lawful, case, by(8))
    assert case.statutory_due_at == term(lawful, case, 8)


def test_with_the_repairer_the_new_clock_stands_still_and_counts_on_afterwards(lawful: Desk, clock: Any):
    case = lawful.open()
    clock.move(days=1)
    at = clock.now()
    lawful.decide("Kasi", case, "return")
    clock.move(days=9)
    go_over(lawful, case, by(4))
    assert (case.statutory_due_at, case.alarm_at) == (None, None)
    clock.move(days=9)
    lawful.resubmit("Budi", case)
    due, left = case.statutory_due_at, worked(calendar(lawful), at, term(lawful, case, 4))
    assert due and abs(worked(calendar(lawful), clock.now(), due) - left) < timedelta(minutes=1)


def test_a_law_that_does_not_stand_still_runs_on_at_the_repairers(lawful: Desk, clock: Any):
    case = lawful.open()
    lawful.decide("Kasi", case, "return")
    clock.move(days=3)
    go_over(lawful, case, by(9, "pauses: false"))
    assert case.statutory_due_at == term(lawful, case, 9)
    clock.move(days=20)
    assert looked(lawful) == LawCount(0, 1)


def test_what_the_office_suspended_counts_only_where_the_new_law_says_so(lawful: Desk, clock: Any):
    stands, runs = lawful.open("Budi"), lawful.open("Citra")
    hana = lawful.who("Hana")
    for case in (stands, runs):
        pausing.suspend_case(
            lawful.session, hana, case.id, code="other", reason="a court", directory=lawful.office
        )
    clock.move(days=7)
    for case in (stands, runs):
        pausing.resume_case(lawful.session, hana, case.id, reason="over", directory=lawful.office)
    go_over(lawful, stands, by(9, "pauses_suspended: true"))
    assert stands.statutory_due_at == term(lawful, stands, 10), "no later than was promised"
    go_over(lawful, runs, by(4))
    assert runs.statutory_due_at == term(lawful, runs, 4)


def test_where_only_the_warnings_differ_the_term_stands_and_the_new_ones_are_given(lawful: Desk, clock: Any):
    case = lawful.open()
    due = case.statutory_due_at
    go_over(lawful, case, CHAIN.replace("2 working days before", "8 working days before"))
    assert case.statutory_due_at == due
    assert "statutory_due_at" not in lawful.facts(case, "case.migrated")[0]
    clock.move(days=3)
    assert sweep_cases(lawful.session, directory=lawful.office) == LawCount(1, 0)
    assert named("Kasi") == lawful.task(case).assignee_id
