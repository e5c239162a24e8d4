"""Tasks that people hand to others: delegated, reassigned, escalated by hand; begun, and put aside."""

from datetime import timedelta
from typing import Any

import pytest

from approvals import cases, drafts, handing, pausing, tasks
from approvals.dossier import read_task
from approvals.drafts import Draft
from approvals.errors import CommentNeeded, HrOnly, NotPossibleNow, NotYours, OwnCase
from approvals.inbox import inbox
from approvals.models import Case
from approvals.obstacles import (
    Conflicted,
    Gone,
    HasItAlready,
    NobodyAbove,
    NothingChosen,
    NotSuperior,
    NotWithYou,
    OverseersOnly,
    Unfit,
)
from approvals.receiving import receivers
from approvals.sweep import sweep
from core import clock
from core.directory import Capacity
from tests.integration.approvals.desk import FLOW, Desk
from tests.integration.approvals.office import named


def delegate(desk: Desk, who: str, case, to: str, *, reason: str = "on a trip", with_draft: bool = False):
    return handing.delegate(
        desk.session,
        desk.who(who),
        desk.task(case).id,
        named(to),
        reason=reason,
        with_draft=with_draft,
        directory=desk.office,
    )


def reassign(desk: Desk, who: str, case, to: str, reason: str = "ill"):
    return handing.reassign(
        desk.session, desk.who(who), desk.task(case).id, named(to), reason=reason, directory=desk.office
    )


def escalate(desk: Desk, who: str, case, reason: str = "it is urgent"):
    return handing.escalate(
        desk.session, desk.who(who), desk.task(case).id, reason=reason, directory=desk.office
    )


def claimed(desk: Desk, who: str = "Vera", subject: str = "Budi"):
    case = desk.at("verification", subject)
    tasks.claim(desk.session, desk.who(who), desk.task(case).id)
    return case


# beginning


def test_work_begins_once_by_whoever_has_it(desk: Desk):
    case = claimed(desk)
    for _ in range(2):
        drafts.start(desk.session, desk.who("Vera"), desk.task(case).id)
    assert desk.task(case).state == "started"
    assert desk.names(case).count("task.started") == 1
    with pytest.raises(NotWithYou):
        drafts.start(desk.session, desk.who("Viktor"), desk.task(case).id)


def test_what_is_put_aside_is_its_writers_alone_and_goes_with_the_decision(desk: Desk):
    case = claimed(desk)
    task = desk.task(case)
    written = Draft(comment="looks good", checklist=["diploma"], return_code="other")
    drafts.save_draft(desk.session, desk.who("Vera"), task.id, written)
    assert drafts.draft_of(task, desk.who("Vera")) == written
    assert drafts.draft_of(task, desk.who("Viktor")) is None
    assert task.state == "started"
    desk.decide("Vera", case)
    assert task.draft is None


def test_nobody_puts_a_draft_into_anothers_task(desk: Desk):
    case = claimed(desk)
    with pytest.raises(NotWithYou):
        drafts.save_draft(desk.session, desk.who("Viktor"), desk.task(case).id, Draft(comment="mine"))


def test_a_task_that_is_given_back_forgets_what_was_written(desk: Desk):
    case = claimed(desk)
    drafts.save_draft(desk.session, desk.who("Vera"), desk.task(case).id, Draft(comment="half"))
    tasks.release(desk.session, desk.who("Vera"), desk.task(case).id)
    assert (desk.task(case).draft, desk.task(case).started_at) == (None, None)


# delegating


def test_a_task_is_delegated_with_what_was_written(desk: Desk):
    case = claimed(desk)
    drafts.save_draft(desk.session, desk.who("Vera"), desk.task(case).id, Draft(comment="half"))
    task = delegate(desk, "Vera", case, "Viktor", with_draft=True)
    assert (task.state, task.assignee_id, task.handed_by) == ("started", named("Viktor"), named("Vera"))
    found = drafts.draft_of(task, desk.who("Viktor"))
    assert found and found.comment == "half"
    assert [row.task_id for row in inbox(desk.session, desk.who("Viktor"), directory=desk.office)] == [
        task.id
    ]
    with pytest.raises(Exception, match="colleague took"):
        desk.decide("Vera", case)
    desk.decide("Viktor", case)
    (said,) = desk.facts(case, "task.delegated")
    assert (said["from"], said["to"], said["comment"]) == (
        str(named("Vera")),
        str(named("Viktor")),
        "on a trip",
    )


def test_a_task_is_delegated_to_begin_anew(desk: Desk):
    case = claimed(desk)
    drafts.save_draft(desk.session, desk.who("Vera"), desk.task(case).id, Draft(comment="half"))
    task = delegate(desk, "Vera", case, "Viktor")
    assert (task.state, task.draft, task.started_at) == ("allocated", None, None)


def test_a_delegated_task_can_be_given_back_to_the_queue(desk: Desk):
    case = claimed(desk)
    delegate(desk, "Vera", case, "Viktor")
    task = tasks.release(desk.session, desk.who("Viktor"), desk.task(case).id)
    assert (task.state, task.handed_by) == ("offered", None)


@pytest.mark.parametrize(
    ("who", "to", "why"),
    [
        ("Viktor", "Viktor", NotWithYou),
        ("Vera", "Vera", HasItAlready),
        ("Vera", "Hana", Unfit),
        ("Vera", "Budi", Conflicted),
        ("Vera", "Kasi", Conflicted),
        ("Vera", "Nobody", Gone),
    ],
)
def test_a_task_goes_only_from_who_has_it_to_who_may_decide_it(desk: Desk, who: str, to: str, why: type):
    case = claimed(desk)
    with pytest.raises(why):
        delegate(desk, who, case, to)
    assert desk.task(case).assignee_id == named("Vera")


def test_a_task_is_not_delegated_to_who_has_left_nor_without_a_reason(desk: Desk):
    case = claimed(desk)
    with pytest.raises(CommentNeeded):
        delegate(desk, "Vera", case, "Viktor", reason=" ")
    desk.office.retire("Viktor")
    with pytest.raises(Gone):
        delegate(desk, "Vera", case, "Viktor")


def test_a_posts_task_goes_only_to_who_acts_there_by_an_order(desk: Desk):
    case = desk.open()
    with pytest.raises(Unfit):
        delegate(desk, "Kasi", case, "Kabid")
    desk.office.appoint("head", "seksi", "Citra", Capacity.PLH, "800/1/2026")
    task = delegate(desk, "Kasi", case, "Citra")
    assert (task.assignee_capacity, task.order_number) == ("plh", "800/1/2026")
    decision = desk.decide("Citra", case)
    assert (decision.acting_for_id, decision.capacity) == (named("Kasi"), "plh")


def test_a_signature_is_never_handed_on(desk: Desk):
    case = desk.at("appointing-official")
    desk.office.appoint("ppk", "kota", "Sekda", Capacity.PLH, "800/2/2026")
    with pytest.raises(Unfit):
        delegate(desk, "Walikota", case, "Sekda")


def test_who_may_receive_a_task_can_be_chosen_from(desk: Desk):
    case = claimed(desk)
    dossier, task = read_task(desk.session, desk.task(case).id)
    found = receivers(desk.session, dossier, task, directory=desk.office, now=clock.now(desk.session))
    assert [person.name for person in found] == ["Viktor"]


# reassigning


def test_hr_reassigns_a_task_and_whoever_had_it_loses_it(desk: Desk):
    case = claimed(desk)
    drafts.save_draft(desk.session, desk.who("Vera"), desk.task(case).id, Draft(comment="half"))
    task = reassign(desk, "Hana", case, "Viktor")
    assert (task.assignee_id, task.draft, task.state) == (named("Viktor"), None, "allocated")
    desk.decide("Viktor", case)


def test_hr_gives_an_offered_task_to_one(desk: Desk):
    case = desk.at("verification")
    reassign(desk, "Hana", case, "Viktor")
    with pytest.raises(Exception, match="colleague took"):
        desk.decide("Vera", case)


def test_the_superior_reassigns_what_would_rise_to_them_and_nobody_else_does(desk: Desk):
    case = desk.open()
    desk.office.appoint("head", "seksi", "Citra", Capacity.PLT, "800/1/2026")
    with pytest.raises(NotSuperior):
        reassign(desk, "Kaban", case, "Citra")
    with pytest.raises(NotSuperior):
        reassign(desk, "Kasi", case, "Citra")
    assert reassign(desk, "Kabid", case, "Citra").assignee_id == named("Citra")


def test_hr_does_not_reassign_in_a_case_of_their_own(desk: Desk):
    case = desk.at("verification", "Hana", unit_id=named("badan"))
    with pytest.raises(OwnCase):
        reassign(desk, "Hana", case, "Viktor")


def test_many_tasks_are_reassigned_each_guarded_by_itself(desk: Desk):
    made = [claimed(desk, subject=name) for name in ("Budi", "Citra")]
    desk.office.employ("Viktor", "badan", "hr-verifier")
    own = desk.draft("Viktor", key="own", unit_id=named("badan"))
    (own_id,) = cases.open_cases(
        desk.session, FLOW, desk.process_id, desk.version, [own], directory=desk.office
    )
    own_case = desk.session.get_one(Case, own_id)
    desk.decide("Kaban", own_case)
    tasks.claim(desk.session, desk.who("Vera"), desk.task(own_case).id)
    answers = handing.reassign_many(
        desk.session,
        desk.who("Hana"),
        named("Viktor"),
        reason="Vera is ill",
        from_id=named("Vera"),
        directory=desk.office,
    )
    assert isinstance(answers[desk.task(own_case).id], Conflicted)
    assert [desk.task(case).assignee_id for case in made] == [named("Viktor")] * 2
    assert desk.task(own_case).assignee_id == named("Vera")


def test_many_are_reassigned_by_hr_and_never_blindly(desk: Desk):
    said = {"reason": "x", "directory": desk.office}
    with pytest.raises(HrOnly):
        handing.reassign_many(desk.session, desk.who("Vera"), named("Viktor"), stage="verification", **said)
    with pytest.raises(NothingChosen):
        handing.reassign_many(desk.session, desk.who("Hana"), named("Viktor"), **said)


# escalating


@pytest.mark.parametrize("who", ["Kasi", "Hana", "Olga"])
def test_a_task_is_escalated_by_who_has_it_by_hr_or_an_operator(desk: Desk, who: str):
    desk.office.employ("Olga", "badan", "operator")
    case = desk.open()
    task = escalate(desk, who, case)
    assert (task.assignee_id, task.escalated_from) == (named("Kabid"), named("Kasi"))
    (said,) = desk.facts(case, "task.escalated")
    assert (said["by"], said["comment"]) == (str(named(who)), "it is urgent")
    with pytest.raises(NotYours):
        desk.decide("Kasi", case)
    desk.decide("Kabid", case)


def test_nobody_else_escalates_and_nothing_rises_above_the_top(desk: Desk):
    case = desk.open()
    with pytest.raises(OverseersOnly):
        escalate(desk, "Budi", case)
    with pytest.raises(CommentNeeded):
        escalate(desk, "Kasi", case, reason="")
    last = desk.at("appointing-official", "Citra")
    with pytest.raises(NobodyAbove):
        escalate(desk, "Hana", last)


def test_the_clock_of_an_escalated_task_begins_anew(desk: Desk):
    case = desk.open()
    before = desk.task(case).due_at
    clock.move(desk.session, timedelta(days=2))
    task = escalate(desk, "Hana", case)
    assert before and task.due_at and task.due_at > before
    clock.move(desk.session, timedelta(days=20))
    sweep(desk.session, directory=desk.office)
    assert desk.task(case).assignee_id == named("Kaban")


def test_nobody_is_handed_what_stands_still_with_its_case(desk: Desk):
    case = claimed(desk)
    said: dict[str, Any] = {"code": "other", "reason": "waits", "directory": desk.office}
    pausing.suspend_case(desk.session, desk.who("Hana"), case.id, **said)
    for hand_on in (lambda: reassign(desk, "Hana", case, "Viktor"), lambda: escalate(desk, "Hana", case)):
        with pytest.raises(NotPossibleNow):
            hand_on()
    assert desk.task(case).state == "suspended"
