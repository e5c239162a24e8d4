"""A case on its way through the chain."""

import pytest

from approvals.errors import NoStageApplies
from core.conditions import BadCondition
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named


def test_a_case_opens_with_its_first_task_for_the_unit_head(desk: Desk):
    case = desk.open("Budi")
    task = desk.task(case)
    assert (case.state, case.stage, case.round, case.version) == ("open", "unit-head", 1, 1)
    assert (task.state, task.assignee_id, task.assignee_capacity) == (
        "allocated",
        named("Kasi"),
        "definitive",
    )
    assert desk.names(case) == ["case.opened", "task.opened"]


def test_each_approval_opens_the_next_stage_in_the_same_transaction(desk: Desk):
    case = desk.open("Budi")
    desk.decide("Kasi", case)
    assert (case.stage, desk.task(case).queue) == ("verification", "role:hr-verifier")
    desk.decide("Vera", case)
    assert (case.state, case.stage) == ("open", "consideration")
    desk.answer(case, "MS")
    assert (case.stage, desk.task(case).assignee_id) == ("appointing-official", named("Walikota"))
    desk.decide("Walikota", case)
    assert (case.state, case.stage, case.outcome) == ("approved", None, "approved")
    assert case.settled_at is not None
    assert desk.names(case) == [
        "case.opened",
        "task.opened",
        "task.decided",
        "case.advanced",
        "task.opened",
        "task.claimed",
        "task.decided",
        "case.advanced",
        "case.waiting_outside",
        "case.answered_outside",
        "case.stage_skipped",
        "case.advanced",
        "task.opened",
        "task.decided",
        "case.approved",
    ]


def test_a_stage_whose_condition_does_not_hold_is_skipped_and_says_so(desk: Desk):
    junior = desk.at("appointing-official", "Budi")
    assert desk.facts(junior, "case.stage_skipped") == [{"case": str(junior.id), "stage": "committee"}]
    desk.office.employ("Komang", "kota", "committee")
    senior = desk.open("Citra", data={"subject": {"rank": 13}})
    desk.decide("Kasi", senior)
    desk.decide("Vera", senior)
    desk.answer(senior)
    assert senior.stage == "committee"


def test_a_rejection_ends_the_case_with_its_reason(desk: Desk):
    case = desk.open("Budi")
    desk.decide("Kasi", case, "reject", code="discipline", comment="Masih dihukum")
    assert (case.state, case.stage, case.outcome) == ("rejected", None, "discipline")
    rejected = desk.facts(case, "case.rejected")[0]
    assert (rejected["outcome"], rejected["comment"]) == ("discipline", "Masih dihukum")


def test_a_case_whose_data_lack_a_fact_is_refused_before_anything_opens(desk: Desk):
    with pytest.raises(BadCondition):
        desk.open("Budi", data={"subject": {}})
    assert desk.session.query(type(desk.open("Citra"))).count() == 1


def test_a_case_to_which_no_stage_applies_is_refused(desk: Desk):
    nobody = Desk(
        desk.session,
        chain="""
chain: empty
title: {id: Kosong, en: Empty}
stages:
  - {stage: only, when: "false", candidates: {role: hr}}
""",
    )
    with pytest.raises(NoStageApplies, match="KP/Budi"):
        nobody.open("Budi")


def test_the_event_of_an_opened_task_says_who_has_it_by_which_right_and_until_when(desk: Desk):
    case = desk.open("Budi")
    task = desk.task(case)
    assert desk.facts(case, "task.opened") == [
        {
            "task": str(task.id),
            "case": str(case.id),
            "stage": "unit-head",
            "state": "allocated",
            "assignee": str(named("Kasi")),
            "capacity": "definitive",
            "queue": None,
            "position": str(named("head@seksi")),
            "due_at": task.due_at and task.due_at.isoformat(),
        }
    ]
