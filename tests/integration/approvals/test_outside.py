"""An authority outside answers by letter; HR records what it says."""

from datetime import date, timedelta

import pytest

from approvals import outside
from approvals.errors import (
    AlreadyAnswered,
    BadLetter,
    CaseSettled,
    CorrectedIt,
    HrOnly,
    NotWaitingOutside,
    OwnCase,
    OwnRequest,
)
from core import clock
from tests.integration.approvals.desk import CHAIN, Desk
from tests.integration.approvals.office import named


def test_a_case_that_waits_outside_has_no_task_and_is_found_by_its_stage(desk: Desk):
    case, other = desk.at("consideration", "Budi"), desk.open("Citra")
    assert [t for t in desk.tasks(case) if not t.ended_at] == []
    assert outside.waiting(desk.session, desk.process_id, "consideration") == [case]
    assert outside.waiting(desk.session, desk.process_id, "unit-head") == [other]
    assert desk.names(case)[-1] == "case.waiting_outside"


def test_ms_moves_the_case_on_and_keeps_the_letter(desk: Desk):
    case = desk.at("consideration")
    given = desk.answer(case, "MS", number=" B-77/2026 ")
    assert (given.outcome, given.letter_number, given.recorded_by) == ("approve", "B-77/2026", named("Hana"))
    assert case.stage == "appointing-official"
    said = desk.facts(case, "case.answered_outside")[0]
    assert (said["letter_number"], said["letter_date"], said["outcome"]) == (
        "B-77/2026",
        "2026-01-05",
        "approve",
    )


def test_tms_rejects(desk: Desk):
    case = desk.at("consideration")
    desk.answer(case, "TMS")
    assert (case.state, case.outcome) == ("rejected", "tms")


def test_bts_returns_for_repair_and_the_repair_waits_outside_again(desk: Desk):
    case = desk.at("consideration")
    desk.answer(case, "BTS")
    assert (case.state, case.outcome, case.returned_to) == ("returned", "bts", named("Budi"))
    desk.resubmit("Budi", case)
    assert (case.state, case.stage, case.round) == ("open", "consideration", 2)
    desk.answer(case, "MS", number="B-2/2026")
    assert case.stage == "appointing-official"


def test_the_same_letter_again_gives_the_same_answer(desk: Desk):
    case = desk.at("consideration")
    first = desk.answer(case, "BTS", number="B-1")
    desk.resubmit("Budi", case)
    assert desk.answer(case, "BTS", number="B-1") is first
    assert (case.state, case.round) == ("open", 2)


def test_another_letter_of_the_same_round_is_refused(desk: Desk):
    case = desk.at("consideration")
    desk.answer(case, "MS", number="B-1")
    with pytest.raises(AlreadyAnswered, match="B-1"):
        desk.answer(case, "TMS", number="B-2")


def test_recording_an_answer_is_not_deciding(desk: Desk):
    desk.office.roles[named("Vera")].add("hr")
    case = desk.at("consideration")
    desk.answer(case, "MS", actor="Vera")
    assert case.stage == "appointing-official"


def test_only_hr_records_and_never_on_their_own_case(desk: Desk):
    with pytest.raises(HrOnly):
        desk.answer(desk.at("consideration", "Budi"), actor="Vera")
    with pytest.raises(OwnCase):
        desk.answer(desk.at("consideration", "Hana"))
    with pytest.raises(OwnRequest):
        desk.answer(desk.at("consideration", "Citra", requester_id=named("Hana")))


def test_an_answer_without_outcome_number_or_with_tomorrows_date_is_refused(desk: Desk):
    case = desk.at("consideration")
    with pytest.raises(BadLetter):
        desk.answer(case, "MAYBE")
    with pytest.raises(BadLetter):
        desk.answer(case, number="  ")
    with pytest.raises(BadLetter):
        outside.answer(
            desk.session,
            desk.who("Hana"),
            case.id,
            outcome="MS",
            letter_number="B-1",
            letter_date=date.fromordinal((clock.now(desk.session) + timedelta(days=2)).toordinal()),
            note="",
            directory=desk.office,
        )


def test_a_case_that_does_not_wait_outside_takes_no_answer(desk: Desk):
    case = desk.open()
    with pytest.raises(NotWaitingOutside):
        desk.answer(case)
    desk.withdraw("Budi", case)
    with pytest.raises(CaseSettled):
        desk.answer(case)


def test_a_case_may_be_withdrawn_while_it_waits_outside(desk: Desk):
    case = desk.at("consideration")
    desk.withdraw("Budi", case)
    assert case.state == "withdrawn"


def test_whoever_entered_the_answer_does_not_decide_after_it(desk: Desk):
    desk = Desk(
        desk.session,
        desk.office,
        CHAIN.replace("{holder_of: ppk, unit: top}\n    sign: decree", "{role: hr}"),
    )
    desk.office.employ("Heri", "badan", "hr")
    case = desk.at("consideration")
    desk.answer(case)
    assert case.stage == "appointing-official"
    with pytest.raises(CorrectedIt):
        desk.decide("Hana", case)
    desk.decide("Heri", case)
    assert case.state == "approved"
