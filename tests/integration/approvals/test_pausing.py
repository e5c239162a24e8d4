"""Tasks and cases that are put aside, and go on by hand or on their day."""

from datetime import datetime, timedelta

import pytest

from approvals import pausing, tasks
from approvals.errors import CommentNeeded, HrOnly, NotPossibleNow, OwnCase, ReasonNeeded
from approvals.models import Case
from approvals.obstacles import NotAhead, NotSuspended, NotWithYou, OverseersOnly, TaskSuspended
from approvals.sweep import sweep
from core import clock
from core.worktime import worked
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named


def suspend_task(desk: Desk, who: str, case: Case, until: datetime | None = None, reason: str = "waits"):
    return pausing.suspend_task(desk.session, desk.who(who), desk.task(case).id, reason=reason, until=until)


def suspend(desk: Desk, who: str, case: Case, until: datetime | None = None, **said: str) -> Case:
    said = {"code": "complaint", "reason": "a letter came", **said}
    return pausing.suspend_case(
        desk.session, desk.who(who), case.id, until=until, directory=desk.office, **said
    )


def resume(desk: Desk, who: str, case: Case) -> Case:
    return pausing.resume_case(desk.session, desk.who(who), case.id, reason="done", directory=desk.office)


# a task


def test_who_suspends_a_task_resumes_it_and_decides(desk: Desk):
    case = desk.open()
    task = suspend_task(desk, "Kasi", case)
    assert task.state == "suspended"
    with pytest.raises(TaskSuspended):
        desk.decide("Kasi", case)
    pausing.resume_task(desk.session, desk.who("Kasi"), task.id)
    assert task.state == "allocated"
    desk.decide("Kasi", case)
    assert [n for n in desk.names(case) if n in ("task.suspended", "task.resumed")] == [
        "task.suspended",
        "task.resumed",
    ]


def test_a_suspended_task_goes_on_on_its_day(desk: Desk):
    case = desk.open()
    now = clock.now(desk.session)
    task = suspend_task(desk, "Kasi", case, until=now + timedelta(hours=3))
    assert pausing.resume_due(desk.session, directory=desk.office) == 0
    clock.move(desk.session, timedelta(hours=4))
    assert pausing.resume_due(desk.session, directory=desk.office) == 1
    assert (task.state, task.suspended_until) == ("allocated", None)


def test_nobody_hides_behind_a_suspended_task(desk: Desk):
    case = desk.open()
    suspend_task(desk, "Kasi", case)
    clock.move(desk.session, timedelta(days=4))
    assert sweep(desk.session, directory=desk.office).reminded == 1
    assert desk.task(case).state == "suspended"
    clock.move(desk.session, timedelta(days=10))
    assert sweep(desk.session, directory=desk.office).escalated == 1
    assert (desk.task(case).state, desk.task(case).assignee_id) == ("allocated", named("Kabid"))
    desk.decide("Kabid", case)


def test_a_task_is_suspended_by_who_has_it_or_hr_with_a_reason(desk: Desk):
    case = desk.open()
    with pytest.raises(HrOnly):
        suspend_task(desk, "Kabid", case)
    with pytest.raises(CommentNeeded):
        suspend_task(desk, "Kasi", case, reason=" ")
    with pytest.raises(NotAhead):
        suspend_task(desk, "Kasi", case, until=clock.now(desk.session))
    task = suspend_task(desk, "Hana", case)
    with pytest.raises(TaskSuspended):
        suspend_task(desk, "Kasi", case)
    pausing.resume_task(desk.session, desk.who("Hana"), task.id)
    with pytest.raises(NotSuspended):
        pausing.resume_task(desk.session, desk.who("Kasi"), task.id)


def test_what_nobody_has_is_not_suspended(desk: Desk):
    case = desk.at("verification")
    with pytest.raises(NotWithYou):
        suspend_task(desk, "Hana", case)


# a case


def test_a_suspended_case_stands_still_and_keeps_the_working_time_that_was_left(desk: Desk):
    case = desk.open()
    clock.move(desk.session, timedelta(days=1))
    due = desk.task(case).due_at
    calendar = next(iter(desk.office.calendars([case.unit_id]).values()))
    assert due
    left = worked(calendar, clock.now(desk.session), due)
    suspend(desk, "Hana", case)
    task = desk.task(case)
    assert (case.state, task.state, task.due_at, task.alarm_at) == ("suspended", "suspended", None, None)
    for refused in (lambda: desk.decide("Kasi", case), lambda: suspend_task(desk, "Kasi", case)):
        with pytest.raises(NotPossibleNow):
            refused()
    clock.move(desk.session, timedelta(days=30))
    assert sweep(desk.session, directory=desk.office).total == 0
    resume(desk, "Hana", case)
    assert (case.state, task.state) == ("open", "allocated")
    assert task.due_at
    assert worked(calendar, clock.now(desk.session), task.due_at) == left
    desk.decide("Kasi", case)


def test_a_suspended_case_goes_on_on_its_day(desk: Desk):
    case = desk.open()
    suspend(desk, "Hana", case, until=clock.now(desk.session) + timedelta(days=2))
    assert pausing.resume_due(desk.session, directory=desk.office) == 0
    clock.move(desk.session, timedelta(days=3))
    assert pausing.resume_due(desk.session, directory=desk.office) == 1
    assert (case.state, case.resumes_at, case.suspension) == ("open", None, None)
    desk.decide("Kasi", case)


def test_a_returned_case_is_suspended_and_is_still_to_be_repaired_afterwards(desk: Desk):
    case = desk.open(requester_id=None)
    desk.decide("Kasi", case, "return")
    suspend(desk, "Hana", case)
    with pytest.raises(NotPossibleNow):
        desk.resubmit("Budi", case)
    resume(desk, "Hana", case)
    assert (case.state, case.returned_to) == ("returned", named("Budi"))
    desk.resubmit("Budi", case)


def test_a_suspended_case_can_be_withdrawn(desk: Desk):
    case = desk.open()
    suspend(desk, "Hana", case)
    desk.withdraw("Budi", case)
    assert (case.state, case.suspension) == ("withdrawn", None)


def test_what_its_holder_suspended_stays_so_when_the_case_goes_on(desk: Desk):
    case = desk.open()
    task = suspend_task(desk, "Kasi", case, until=clock.now(desk.session) + timedelta(hours=1))
    clock.move(desk.session, timedelta(minutes=5))
    suspend(desk, "Hana", case)
    clock.move(desk.session, timedelta(days=2))
    assert pausing.resume_due(desk.session, directory=desk.office) == 0
    resume(desk, "Hana", case)
    assert task.state == "suspended"
    assert task.due_at
    assert pausing.resume_due(desk.session, directory=desk.office) == 1
    assert task.state == "allocated"


def test_an_offered_task_of_a_suspended_case_is_not_taken(desk: Desk):
    case = desk.at("verification")
    suspend(desk, "Hana", case)
    with pytest.raises(NotPossibleNow):
        tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    resume(desk, "Hana", case)
    tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)


def test_a_post_that_changes_hands_meanwhile_leaves_the_case_suspended(desk: Desk):
    case = desk.open()
    suspend(desk, "Hana", case)
    desk.office.employ("Baru", "seksi")
    desk.office.appoint("head", "seksi", "Baru")
    post = desk.task(case).position_id
    assert post
    assert tasks.rehome(desk.session, desk.who("Hana"), [post], directory=desk.office) == 0
    resume(desk, "Hana", case)
    assert tasks.rehome(desk.session, desk.who("Hana"), [post], directory=desk.office) == 1
    desk.decide("Baru", case)


def test_a_case_is_suspended_by_the_office_for_a_reason_and_not_by_its_own_subject(desk: Desk):
    case = desk.open()
    with pytest.raises(OverseersOnly):
        suspend(desk, "Kasi", case)
    with pytest.raises(ReasonNeeded):
        suspend(desk, "Hana", case, code="whim")
    with pytest.raises(CommentNeeded):
        suspend(desk, "Hana", case, reason="")
    with pytest.raises(NotSuspended):
        resume(desk, "Hana", case)
    own = desk.open("Hana", unit_id=named("badan"))
    with pytest.raises(OwnCase):
        suspend(desk, "Hana", own)
    desk.office.employ("Olga", "badan", "operator")
    suspend(desk, "Olga", case)
    with pytest.raises(NotPossibleNow):
        suspend(desk, "Hana", case)
    with pytest.raises(OverseersOnly):
        resume(desk, "Kasi", case)
