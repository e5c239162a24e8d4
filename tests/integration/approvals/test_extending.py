"""HR pushes: reminds whoever lets things lie, and gives a whole process more time."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from approvals.errors import HrOnly
from approvals.extending import Extended, extend
from approvals.hold_ups import hold_ups
from approvals.models import Case
from approvals.obstacles import NotAhead, NothingChosen, OverseersOnly, RemindedAlready
from approvals.reminding import remind
from approvals.rescheduling import ask_recompute, recompute_next
from approvals.sweep import SweepCount, sweep
from core.actor import Actor, Role
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named

ZONE = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def monday(clock: Any) -> datetime:
    """Ten o'clock on the next Monday, from which working days are easy to count."""
    now = clock.now().astimezone(ZONE)
    ten = (now + timedelta(days=7 - now.weekday())).replace(hour=10, minute=0, second=0, microsecond=0)
    clock.move(seconds=(ten - now).total_seconds())
    return ten


def extended(desk: Desk, until: datetime, who: str | Actor = "Hana", **more: Any) -> Extended:
    said: dict[str, Any] = {"until": until, "directory": desk.office, **more}
    return extend(desk.session, desk.who(who), desk.process_id, **said)


def more_time(desk: Desk, until: datetime, who: str = "Hana", **more: Any) -> int:
    return extended(desk, until, who, **more).tasks


def pushed(desk: Desk, who: str = "Hana", **whose: Any) -> int:
    return remind(desk.session, desk.who(who), desk.process_id, **whose)


def due(desk: Desk, case: Case) -> datetime:
    at = desk.task(case).due_at
    assert at is not None
    return at.astimezone(ZONE)


def test_what_is_due_earlier_becomes_due_at_the_end_of_that_day(desk: Desk, monday: datetime):
    case = desk.open()
    assert due(desk, case).date() == (monday + timedelta(days=3)).date()
    friday_week = (monday + timedelta(days=11)).replace(hour=23, minute=59)
    assert more_time(desk, friday_week) == 1
    assert due(desk, case).date() == friday_week.date()
    (told,) = desk.facts(case, "task.rescheduled")
    assert (told["why"], told["by"]) == ("extended", str(named("Hana")))


def test_the_same_again_moves_nothing(desk: Desk, monday: datetime):
    case = desk.open()
    until = monday + timedelta(days=11)
    assert (more_time(desk, until), more_time(desk, until)) == (1, 0)
    assert more_time(desk, monday + timedelta(days=1)) == 0
    assert len(desk.facts(case, "task.rescheduled")) == 1


def test_reminders_and_escalation_follow_the_new_term(desk: Desk, clock: Any, monday: datetime):
    case = desk.open()
    more_time(desk, (monday + timedelta(days=11)).replace(hour=23))
    clock.move(days=9)  # it would have gone up on the seventh day
    assert sweep(desk.session, directory=desk.office) == SweepCount(0, 0)
    clock.move(days=2)
    assert sweep(desk.session, directory=desk.office).reminded == 1
    assert desk.task(case).assignee_id == named("Kasi")


def test_a_calendar_that_changes_afterwards_does_not_undo_it(desk: Desk, monday: datetime):
    case = desk.open()
    more_time(desk, (monday + timedelta(days=11)).replace(hour=23))
    given = due(desk, case)
    ask_recompute(desk.session, [case.unit_id], "calendar")
    while recompute_next(desk.session, directory=desk.office):
        pass
    assert due(desk, case) == given


def test_one_stage_can_be_given_more_time_alone(desk: Desk, monday: datetime):
    first, second = desk.open(), desk.open("Citra")
    assert more_time(desk, monday + timedelta(days=20), stage="verification") == 0
    assert more_time(desk, monday + timedelta(days=20), stage="unit-head") == 2
    assert due(desk, first) == due(desk, second)


def test_only_hr_gives_time_and_only_ahead(desk: Desk, monday: datetime):
    desk.open()
    with pytest.raises(HrOnly):
        more_time(desk, monday + timedelta(days=9), "Vera")
    with pytest.raises(NotAhead):
        more_time(desk, monday - timedelta(days=1))


INTERESTS: dict[str, dict[str, Any]] = {
    "their own case": {"subject_id": named("Hana")},
    "their own request": {"requester_id": named("Hana")},
    "a tie": {"tied": [named("Hana")]},
    "a tie that others say they have": {"doubted": [named("Hana")]},
}


@pytest.mark.parametrize("interest", INTERESTS)
def test_nobody_gives_time_to_a_case_in_which_they_have_an_interest(
    desk: Desk, monday: datetime, interest: str
):
    mine, other = desk.open(), desk.open("Citra")
    for name, value in INTERESTS[interest].items():
        setattr(mine, name, value)
    before, until = due(desk, mine), (monday + timedelta(days=11)).replace(hour=23, minute=59)
    given = extended(desk, until)
    assert (given.tasks, given.left_out) == (1, 1)
    assert (due(desk, mine), due(desk, other).date()) == (before, until.date())


def test_nobody_gives_time_to_themselves(desk: Desk, monday: datetime):
    case = desk.open()
    before = due(desk, case)
    given = extended(desk, monday + timedelta(days=11), Actor(named("Kasi"), "Kasi", frozenset({Role.HR})))
    assert (given.tasks, given.left_out, due(desk, case)) == (0, 1, before)


def test_with_whom_things_lie_is_told_the_late_first(desk: Desk, clock: Any, monday: datetime):
    desk.open()
    clock.move(days=4)
    desk.at("verification", "Citra")
    found = [
        (one.stage, one.assignee_id, one.queue, one.tasks, one.overdue)
        for one in hold_ups(desk.session, desk.process_id)
    ]
    assert found[0] == ("unit-head", named("Kasi"), None, 1, 1)
    assert found[1] == ("verification", None, "role:hr-verifier", 1, 0)


def test_a_reminder_goes_out_once_in_four_hours(desk: Desk, clock: Any, monday: datetime):
    case = desk.open()
    assert pushed(desk, assignee_id=named("Kasi")) == 1
    with pytest.raises(RemindedAlready):
        pushed(desk, assignee_id=named("Kasi"))
    clock.move(hours=4, minutes=1)
    assert pushed(desk, assignee_id=named("Kasi")) == 1
    assert [said["nth"] for said in desk.facts(case, "task.reminded")] == [1, 2]
    assert desk.facts(case, "task.reminded")[0]["by"] == str(named("Hana"))


def test_only_hr_and_operators_remind_and_say_whom(desk: Desk, monday: datetime):
    desk.open()
    with pytest.raises(OverseersOnly):
        pushed(desk, "Vera", assignee_id=named("Kasi"))
    with pytest.raises(NothingChosen):
        pushed(desk)
    with pytest.raises(RemindedAlready):
        pushed(desk, assignee_id=named("Vera"))
