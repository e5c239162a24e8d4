"""Nobody decides on their own case, on one they raised, or twice on one."""

import pytest

from approvals import tasks
from approvals.errors import ActsForConflicted, ConflictOfInterest, DecidedBefore, OwnCase, OwnRequest
from core.directory import Capacity
from tests.integration.approvals.desk import CHAIN, Desk
from tests.integration.approvals.office import named


def test_a_head_whose_own_case_it_is_is_passed_over_for_the_superior(desk: Desk):
    case = desk.open("Kasi")
    assert desk.task(case).assignee_id == named("Kabid")
    desk.decide("Kabid", case)
    assert case.stage == "verification"


def test_a_head_who_raised_the_case_is_passed_over_too(desk: Desk):
    case = desk.open("Budi", requester_id=named("Kasi"))
    assert desk.task(case).assignee_id == named("Kabid")


def test_a_verifier_cannot_verify_their_own_case(desk: Desk):
    case = desk.at("verification", "Vera")
    with pytest.raises(OwnCase):
        desk.decide("Vera", case)
    with pytest.raises(OwnCase):
        tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    desk.decide("Viktor", case)


def test_a_verifier_cannot_verify_a_case_they_raised(desk: Desk):
    case = desk.at("verification", "Budi", requester_id=named("Vera"))
    with pytest.raises(OwnRequest):
        desk.decide("Vera", case)


def test_nobody_decides_two_stages_of_one_case(desk: Desk):
    desk.office.roles[named("Kasi")].add("hr-verifier")
    case = desk.at("verification")
    with pytest.raises(DecidedBefore):
        desk.decide("Kasi", case)
    desk.decide("Vera", case)


def test_a_stage_may_name_the_only_stages_it_is_separate_from(desk: Desk):
    desk.office.roles[named("Vera")].add("committee")
    desk.office.roles[named("Kasi")].add("committee")
    case = desk.at("committee", data={"subject": {"rank": 12}})
    with pytest.raises(DecidedBefore):
        desk.decide("Kasi", case)
    desk.decide("Vera", case)
    assert case.stage == "appointing-official"


def test_whoever_returned_a_case_may_decide_its_repair(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    desk.resubmit("Budi", case)
    assert desk.decide("Kasi", case).kind == "approve"


def test_a_next_stage_is_never_given_to_somebody_who_decided_before(desk: Desk):
    desk.office.appoint("ppk", "kota", "Kasi")
    desk.office.appoint("ppk", "badan", "Walikota")
    case = desk.at("appointing-official")
    task = desk.task(case)
    assert (task.queue, task.assignee_id) == ("role:hr", None)
    assert named("Kasi") in task.barred
    with pytest.raises(DecidedBefore):
        desk.decide("Kasi", case)


def test_acting_for_somebody_in_conflict_is_no_way_around(desk: Desk):
    case = desk.open("Budi")
    desk.office.appoint("head", "seksi", "Budi")
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    with pytest.raises(ActsForConflicted):
        desk.decide("Wakil", case)


def test_holding_the_post_now_is_no_way_to_decide_on_oneself(desk: Desk):
    case = desk.open("Budi")
    desk.office.appoint("head", "seksi", "Budi")
    with pytest.raises(OwnCase):
        desk.decide("Budi", case)


def test_a_head_who_acts_for_the_post_above_still_decides_once(desk: Desk):
    chain = CHAIN.replace(
        "candidates: {role: hr-verifier}\n    checklist: [diploma, last-decree]",
        ("candidates: {holder_of: head, unit: subject.unit.parent}\n    acting: [plt]"),
    ).replace("chain: promotion", "chain: two-heads")
    two = Desk(desk.session, desk.office, chain)
    desk.office.vacate("head", "bidang")
    desk.office.appoint("head", "bidang", "Kasi", Capacity.PLT, "SP-9/2026")
    case = two.open("Budi")
    two.decide("Kasi", case)
    assert two.task(case).assignee_id == named("Kaban")
    with pytest.raises(ConflictOfInterest):
        two.decide("Kasi", case)
