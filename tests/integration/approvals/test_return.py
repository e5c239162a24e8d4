"""Returned for repair, and sent in again."""

from typing import Any

import pytest

from approvals.corrections import correct_data
from approvals.errors import CaseChanged, HrOnly, NotCorrectable, NotPossibleNow, NotRepairer, OwnCase
from core.conditions import BadCondition
from core.directory import Capacity
from tests.integration.approvals.desk import CHAIN, Desk
from tests.integration.approvals.office import named


def test_a_return_waits_for_the_subject_where_nobody_raised_the_case(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "return", code="document-missing", comment="Ijazah?")
    assert (case.state, case.stage, case.returned_to) == ("returned", "unit-head", named("Budi"))
    said = desk.facts(case, "case.returned")[0]
    assert (said["to"], said["code"], said["comment"]) == (str(named("Budi")), "document-missing", "Ijazah?")


def test_a_return_waits_for_the_requester_where_there_is_one(desk: Desk):
    case = desk.open(requester_id=named("Citra"))
    desk.decide("Kasi", case, "return")
    assert case.returned_to == named("Citra")
    with pytest.raises(NotRepairer):
        desk.resubmit("Budi", case)
    desk.resubmit("Citra", case)


@pytest.mark.parametrize("name", ["Citra", "Kasi", "Hana"])
def test_only_whoever_it_was_returned_to_sends_it_in_again(desk: Desk, name: str):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    with pytest.raises(NotRepairer):
        desk.resubmit(name, case)


def test_a_repair_opens_the_stage_again_in_the_next_round(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    desk.resubmit("Budi", case)
    assert (case.state, case.stage, case.round, case.version) == ("open", "unit-head", 2, 1)
    assert (case.returned_to, case.returned_at, case.outcome) == (None, None, None)
    assert desk.task(case).round == 2
    assert desk.names(case)[-3:] == ["case.returned", "case.resubmitted", "task.opened"]


def test_a_repair_that_corrects_the_file_makes_a_new_version(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    desk.resubmit("Budi", case, {"documents": ["diploma", "decree"]})
    assert (case.version, case.data["documents"]) == (2, ["diploma", "decree"])
    with pytest.raises(CaseChanged):
        desk.decide("Kasi", case, seen_version=1)
    desk.decide("Kasi", case, seen_version=2)


def test_a_repair_that_changes_nothing_keeps_the_version(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    desk.resubmit("Budi", case, {"documents": ["diploma"]})
    assert (case.version, case.round) == (1, 2)


def test_a_repair_corrects_only_what_the_chain_allows(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    with pytest.raises(NotCorrectable, match="subject"):
        desk.resubmit("Budi", case, {"subject": {"rank": 17}})
    assert case.data["subject"] == {"rank": 9}


def test_a_repair_of_an_older_version_is_refused(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    with pytest.raises(CaseChanged):
        desk.resubmit("Budi", case, seen_version=7)


def test_a_case_that_was_not_returned_cannot_be_sent_in(desk: Desk):
    case = desk.open()
    with pytest.raises(NotPossibleNow):
        desk.resubmit("Budi", case)


def test_a_repair_goes_to_the_verifier_who_returned_it(desk: Desk):
    case = desk.at("verification")
    desk.decide("Viktor", case, "return")
    desk.resubmit("Budi", case)
    task = desk.task(case)
    assert (task.state, task.assignee_id, task.queue) == ("allocated", named("Viktor"), "role:hr-verifier")


def test_a_repair_goes_to_the_queue_when_that_verifier_is_gone(desk: Desk):
    case = desk.at("verification")
    desk.decide("Viktor", case, "return")
    desk.office.retire("Viktor")
    desk.resubmit("Budi", case)
    assert (desk.task(case).state, desk.task(case).assignee_id) == ("offered", None)


def test_a_repair_goes_to_the_acting_head_who_returned_it(desk: Desk):
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    case = desk.open()
    desk.decide("Wakil", case, "return")
    desk.resubmit("Budi", case)
    assert desk.task(case).assignee_id == named("Wakil")


def test_a_stage_may_send_the_repair_back_to_the_start(desk: Desk):
    chain = CHAIN.replace("checklist: [diploma, last-decree]", "after_return: restart").replace(
        "chain: promotion", "chain: from-the-start"
    )
    again = Desk(desk.session, desk.office, chain)
    case = again.at("verification")
    again.decide("Vera", case, "return")
    again.resubmit("Budi", case)
    assert (case.stage, case.round, again.task(case).assignee_id) == ("unit-head", 2, named("Kasi"))
    again.decide("Kasi", case)
    again.decide("Vera", case)
    assert case.stage == "consideration"


def test_hr_corrects_a_fact_and_everybody_is_asked_to_look_again(desk: Desk):
    case = desk.open()
    correct(desk, case, {"documents": ["last-decree"]})
    assert (case.version, case.data["subject"], case.data["documents"]) == (2, {"rank": 9}, ["last-decree"])
    assert desk.facts(case, "case.corrected")[0]["keys"] == ["documents"]
    with pytest.raises(CaseChanged):
        desk.decide("Kasi", case, seen_version=1)


def test_hr_cannot_correct_away_a_fact_that_a_stage_asks_for(desk: Desk):
    case = desk.open()
    with pytest.raises(BadCondition), desk.session.begin_nested():
        correct(desk, case, {"subject": {}})
    desk.session.refresh(case)
    assert case.version == 1


def correct(desk: Desk, case: Any, data: dict[str, Any], actor: str = "Hana") -> None:
    correct_data(
        desk.session, desk.who(actor), case.id, data, seen_version=case.version, reason="SK keliru dibaca"
    )


def test_nobody_corrects_their_own_case_and_nobody_but_hr_any(desk: Desk):
    with pytest.raises(OwnCase):
        correct(desk, desk.open("Hana"), {"documents": []})
    with pytest.raises(HrOnly):
        correct(desk, desk.open("Budi"), {"documents": []}, actor="Budi")
