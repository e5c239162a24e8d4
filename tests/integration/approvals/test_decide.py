"""Deciding: who, on what they saw, with which reasons, once."""

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import func, select

from approvals import cohort, decisions
from approvals.decisions import Verdict
from approvals.errors import (
    AlreadyDecided,
    CaseChanged,
    CaseSealed,
    CaseSettled,
    ChecklistIncomplete,
    CommentNeeded,
    NoSuchTask,
    NotYours,
    ReasonNeeded,
    RequestReused,
    UnknownDecision,
)
from approvals.models import Decision
from core.actor import system
from core.ids import new_id
from tests.integration.approvals.desk import FLOW, Desk
from tests.integration.approvals.office import named


def test_a_decision_says_who_when_by_which_right_on_which_version_and_by_which_way(desk: Desk):
    case = desk.open()
    decision = desk.decide(desk.office.actor("Kasi", via="mail"), case, comment="  Layak  ")
    assert (decision.decider_id, decision.decider_name) == (named("Kasi"), "Kasi")
    assert (decision.capacity, decision.acting_for_id, decision.order_number) == ("definitive", None, None)
    assert (decision.case_version, decision.via, decision.comment) == (1, "mail", "Layak")
    assert decision.decided_at.tzinfo is not None
    said = desk.facts(case, "task.decided")[0]
    assert (said["by"], said["kind"], said["version"], said["via"]) == (
        str(named("Kasi")),
        "approve",
        1,
        "mail",
    )
    assert (said["by_name"], said["comment"]) == ("Kasi", "Layak")


def test_the_same_request_again_gives_the_same_decision(desk: Desk):
    case = desk.open()
    task = desk.task(case)
    first = desk.decide("Kasi", task, request_key="once")
    again = desk.decide("Kasi", task, request_key="once")
    assert again.id == first.id
    assert desk.session.scalar(select(func.count()).select_from(Decision)) == 1
    assert desk.names(case).count("task.decided") == 1


def test_the_same_request_gives_the_same_decision_even_after_the_case_is_sealed(desk: Desk):
    case = desk.at("appointing-official")
    task = desk.task(case)
    first = desk.decide("Walikota", task, request_key="once")
    cohort.seal_cases(desk.session, FLOW, desk.process_id)
    assert desk.decide("Walikota", task, request_key="once").id == first.id


def test_a_late_decision_learns_who_decided_and_when(desk: Desk):
    task = desk.task(desk.at("verification"))
    first = desk.decide("Vera", task)
    with pytest.raises(AlreadyDecided) as refused:
        desk.decide("Viktor", task, "reject")
    assert refused.value.facts == {"by": "Vera", "at": first.decided_at}


def test_another_form_by_the_same_person_is_a_late_decision_too(desk: Desk):
    task = desk.task(desk.open())
    desk.decide("Kasi", task)
    with pytest.raises(AlreadyDecided, match="Kasi"):
        desk.decide("Kasi", task, "reject")


def test_another_person_cannot_take_credit_by_repeating_a_request(desk: Desk):
    task = desk.task(desk.at("verification"))
    desk.decide("Vera", task, request_key="hers")
    with pytest.raises(AlreadyDecided):
        desk.decide("Viktor", task, request_key="hers")


def test_a_form_decides_one_task_only(desk: Desk):
    desk.decide("Kasi", desk.open("Budi"), request_key="used")
    other = desk.open("Citra")
    with pytest.raises(RequestReused), desk.session.begin_nested():
        desk.decide("Kasi", other, request_key="used")
    assert desk.task(other).ended_at is None


def test_who_saw_an_older_version_is_asked_to_look_again(desk: Desk):
    case = desk.open()
    with pytest.raises(CaseChanged):
        desk.decide("Kasi", case, seen_version=0)
    assert desk.task(case).state == "allocated"


@pytest.mark.parametrize("kind", ["reject", "return"])
def test_a_no_needs_a_reason_of_the_stage_and_a_text(desk: Desk, kind: str):
    case = desk.open()
    for code in (None, "", "because-i-say-so"):
        with pytest.raises(ReasonNeeded):
            desk.decide("Kasi", case, kind, code=code)
    with pytest.raises(CommentNeeded):
        desk.decide("Kasi", case, kind, comment="  ")


@pytest.mark.parametrize("kind", ["abstain", "maybe", ""])
def test_what_is_no_decision_here_is_refused(desk: Desk, kind: str):
    case = desk.open()
    with pytest.raises(UnknownDecision):
        desk.decide("Kasi", case, kind)


def test_an_approval_needs_every_item_of_the_checklist(desk: Desk):
    case = desk.at("verification")
    with pytest.raises(ChecklistIncomplete, match="Last decree"):
        desk.decide("Vera", case, checklist=["diploma"])
    ticked = ["last-decree", "diploma", "no-such-item"]
    assert desk.decide("Vera", case, checklist=ticked).checklist == ["diploma", "last-decree"]


def test_a_rejection_does_not_need_the_checklist(desk: Desk):
    case = desk.at("verification")
    assert desk.decide("Vera", case, "reject", checklist=[]).kind == "reject"


@pytest.mark.parametrize("name", ["Citra", "Kabid", "Walikota", "Hana", "Vera"])
def test_nobody_else_decides_the_unit_heads_task(desk: Desk, name: str):
    case = desk.open()
    with pytest.raises(NotYours):
        desk.decide(name, case)
    assert desk.names(case) == ["case.opened", "task.opened"]


def test_the_system_decides_nothing(desk: Desk):
    case = desk.open()
    with pytest.raises(NotYours):
        desk.decide(system("flow"), case)


def test_a_task_that_does_not_exist_is_not_found(desk: Desk):
    verdict = Verdict(kind="approve", seen_version=1, request_key="x")
    with pytest.raises(NoSuchTask):
        decisions.decide(desk.session, desk.who("Kasi"), new_id(), verdict, directory=desk.office)


def test_deciding_an_offered_task_claims_it(desk: Desk):
    case = desk.at("verification")
    task = desk.task(case)
    desk.decide("Viktor", case)
    assert (task.assignee_id, task.claimed_at) == (named("Viktor"), task.ended_at)
    assert desk.names(case)[-4:] == ["task.claimed", "task.decided", "case.advanced", "case.waiting_outside"]


def test_a_task_that_its_case_left_behind_is_over(desk: Desk):
    case = desk.open()
    task = desk.task(case)
    desk.withdraw("Budi", case)
    with pytest.raises(CaseSettled, match="withdrawn"):
        desk.decide("Kasi", task)


def test_a_task_that_ended_by_a_return_of_its_case_is_over(desk: Desk):
    desk.office.employ("Komang", "kota", "committee")
    case = desk.at("verification")
    task = desk.task(case)
    desk.decide("Vera", task, "return")
    desk.resubmit("Budi", case)
    assert desk.task(case).id != task.id
    with pytest.raises(AlreadyDecided):
        desk.decide("Viktor", task)


def test_a_sealed_case_refuses_everything(desk: Desk):
    case = desk.at("appointing-official")
    desk.decide("Walikota", case)
    assert cohort.seal_cases(desk.session, FLOW, desk.process_id) == 1
    desk.session.refresh(case)
    with pytest.raises(CaseSealed):
        desk.withdraw("Budi", case)


def test_a_task_of_a_cancelled_case_is_refused(desk: Desk):
    case = desk.open()
    task = desk.task(case)
    cohort.cancel_cases(desk.session, desk.who("Hana"), desk.process_id, "wrong period")
    with pytest.raises(CaseSettled, match="cancelled"):
        desk.decide("Kasi", task)


def test_what_may_be_decided_is_told_without_deciding(desk: Desk):
    case = desk.open()
    task = desk.task(case)
    decisions.may_decide(desk.session, desk.who("Kasi"), task.id, directory=desk.office)
    with pytest.raises(NotYours):
        decisions.may_decide(desk.session, desk.who("Kabid"), task.id, directory=desk.office)
    desk.decide("Kasi", case, "return")
    with pytest.raises(AlreadyDecided):
        decisions.may_decide(desk.session, desk.who("Kasi"), task.id, directory=desk.office)


def test_a_decision_costs_a_fixed_handful_of_statements(desk: Desk):
    """Lock the case and read its tasks and decisions; write everything at once.

    The directory's own questions and the outbox come on top; in a rehearsal, so do two of the clock.
    """
    case = desk.open()
    said: list[str] = []
    task_id = desk.task(case).id
    desk.session.flush()
    hooks.listen(desk.session.bind, "before_cursor_execute", lambda *a: said.append(a[2]))
    verdict = Verdict(kind="approve", seen_version=1, request_key="counted")
    decisions.decide(desk.session, desk.who("Kasi"), task_id, verdict, directory=desk.office)
    ours = [s for s in said if "clock_offset" not in s]
    assert len(ours) == 2, "\n".join(ours)
