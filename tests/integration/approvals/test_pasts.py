"""Real past cases held against a changed chain: read from the records, nothing written."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event

from approvals.definition import parse
from approvals.pasts import DryRun, Period, dry_run, today
from core import clock as clocks
from core.directory import Capacity
from tests.integration.approvals.desk import CHAIN, Desk
from tests.integration.approvals.office import named


def held(desk: Desk, text: str, with_open: bool = False) -> DryRun:
    now = clocks.now(desk.session)
    period = Period(now - timedelta(days=30), now + timedelta(days=1), with_open)
    return dry_run(desk.session, parse(text), period, directory=desk.office)


def approved(desk: Desk, subject: str = "Budi") -> None:
    desk.decide("Walikota", desk.at("appointing-official", subject))


def whys(found: DryRun) -> list[tuple[str, str, str]]:
    return [(c.past.subject_name, d.why, d.stage) for c in found.comparisons for d in c.differences]


def test_cases_went_as_their_own_chain_says(desk: Desk):
    approved(desk)
    found = held(desk, CHAIN)
    assert (found.total, found.differing) == (1, [])
    assert [s.state for s in found.comparisons[0].after] == ["as-was"] * 3 + ["skipped", "as-was"]


def test_a_new_stage_is_told_of_those_that_were_settled_and_of_open_ones_only_when_asked(desk: Desk):
    approved(desk)
    desk.at("appointing-official", "Citra")
    text = CHAIN.replace("    when: subject.rank >= 12\n", "")
    assert whys(held(desk, text)) == [("Budi", "asked", "committee")]
    assert {name for name, _, _ in whys(held(desk, text, with_open=True))} == {"Budi", "Citra"}


def test_who_acted_is_told_where_the_new_chain_would_not_have_let_them(desk: Desk):
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1")
    desk.office.send_away("Kasi")
    case = desk.open("Budi")
    assert desk.task(case).assignee_id == named("Wakil")
    desk.decide("Wakil", case, "reject")
    assert whys(held(desk, CHAIN.replace("    acting: [plh, plt]\n", ""))) == [
        ("Budi", "acting", "unit-head")
    ]


def test_an_answer_from_outside_is_a_decision_of_nobody_here(desk: Desk):
    approved(desk)
    text = CHAIN.replace("    kind: external\n", "    candidates: {role: committee}\n")
    assert whys(held(desk, text)) == [("Budi", "otherwise", "consideration")]


def test_a_shorter_deadline_counts_working_time(desk: Desk, clock: Any):
    case = desk.open("Budi")
    clock.move(days=2)
    desk.decide("Kasi", case, "reject")
    text = CHAIN.replace("due: 3 working days", "due: 1 working hour")
    assert ("Budi", "late", "unit-head") in whys(held(desk, text))


def test_any_number_of_cases_costs_the_same_few_statements(desk: Desk):
    for subject in ("Budi", "Citra", "Dewi"):
        desk.decide("Kasi", desk.open(subject), "reject")
    counted: list[str] = []
    connection = desk.session.connection()
    desk.session.flush()

    def count(*said: Any) -> None:
        counted.append(said[2])

    event.listen(connection, "before_cursor_execute", count)
    found = held(desk, CHAIN)
    event.remove(connection, "before_cursor_execute", count)
    assert len(found.comparisons) == 3
    assert len(counted) <= 6


def test_who_would_be_asked_is_told_by_todays_directory_without_whoever_may_not(desk: Desk):
    approved(desk)
    for name in ("Karin", "Kiki", "Vera"):
        desk.office.employ(name, "badan", "committee", "hr-verifier")
    text = CHAIN.replace("    when: subject.rank >= 12\n", "").replace(
        "candidates: {role: committee}\n    separate_from: [unit-head]",
        "candidates: {role: committee, where: person.rank >= 0}",
    )
    found = held(desk, text)
    asked = today(desk.session, parse(text), found.comparisons, directory=desk.office)
    ((key, answer),) = asked.items()
    assert key[1] == "committee"
    assert set(answer.people) == {named("Karin"), named("Kiki")}


def test_a_queue_is_told_as_a_queue(desk: Desk):
    approved(desk)
    desk.office.employ("Karin", "badan", "committee")
    text = CHAIN.replace("    when: subject.rank >= 12\n", "")
    found = held(desk, text)
    (answer,) = today(desk.session, parse(text), found.comparisons, directory=desk.office).values()
    assert answer.queue == "role:committee"
