"""The clock reminds and moves things on; it never decides."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event as hooks

from approvals import tasks
from approvals.errors import NotYours
from approvals.sweep import SweepCount, sweep
from core.actor import system
from core.events import Recorded
from tests.integration.approvals.desk import CHAIN, Desk
from tests.integration.approvals.office import named


@pytest.fixture
def monday(clock: Any) -> datetime:
    """Ten o'clock on the next Monday, from which working days are easy to count."""
    zone = ZoneInfo("Asia/Jakarta")
    now = clock.now().astimezone(zone)
    ten = (now + timedelta(days=7 - now.weekday())).replace(hour=10, minute=0, second=0, microsecond=0)
    clock.move(seconds=(ten - now).total_seconds())
    return ten


def run(desk: Desk) -> SweepCount:
    return sweep(desk.session, directory=desk.office)


def test_nothing_happens_before_its_time(desk: Desk, monday: datetime):
    desk.open()
    assert run(desk) == SweepCount(0, 0)


SLOW = CHAIN.replace("escalate: {after: 5", "escalate: {after: 90").replace("chain: promotion", "chain: slow")


def test_reminders_come_when_the_chain_says_and_count_up(desk: Desk, clock: Any, monday: datetime):
    slow = Desk(desk.session, desk.office, SLOW)
    case = slow.open()
    for wait in ({"days": 2}, {"days": 1, "hours": 7}, {"days": 4}):  # Wednesday, Thursday, Monday evening
        clock.move(**wait)
        assert run(slow) == SweepCount(1, 0)
        assert run(slow) == SweepCount(0, 0)
    assert [said["nth"] for said in slow.facts(case, "task.reminded")] == [1, 2, 3]
    assert slow.facts(case, "task.reminded")[0]["assignee"] == str(named("Kasi"))


def test_after_a_long_stop_one_reminder_is_enough(desk: Desk, clock: Any, monday: datetime):
    slow = Desk(desk.session, desk.office, SLOW)
    case = slow.open()
    clock.move(days=30)
    assert (run(slow), run(slow)) == (SweepCount(1, 0), SweepCount(0, 0))
    assert len(slow.facts(case, "task.reminded")) == 1


def test_what_lies_too_long_goes_to_the_superior_with_a_new_due_date(
    desk: Desk, clock: Any, monday: datetime
):
    case = desk.open()
    task = desk.task(case)
    before = task.due_at
    clock.move(days=8)
    assert run(desk) == SweepCount(0, 1)
    assert (task.assignee_id, task.position_id) == (named("Kabid"), named("head@bidang"))
    assert (task.escalated_from, task.reminded) == (named("Kasi"), 0)
    assert task.due_at and before and task.due_at > before
    said = desk.facts(case, "task.escalated")[0]
    assert (said["from"], said["to"], said["due_at"]) == (
        str(named("Kasi")),
        str(named("Kabid")),
        task.due_at.isoformat(),
    )
    with pytest.raises(NotYours):
        desk.decide("Kasi", case)
    assert desk.decide("Kabid", case).kind == "approve"


def test_a_superior_who_is_the_subject_is_passed_over(desk: Desk, clock: Any, monday: datetime):
    case = desk.open("Kabid", unit_id=named("seksi"))
    assert desk.task(case).assignee_id == named("Kasi")
    clock.move(days=8)
    run(desk)
    assert desk.task(case).assignee_id == named("Kaban")


def test_a_vacant_superiors_post_is_passed_over(desk: Desk, clock: Any, monday: datetime):
    desk.office.vacate("head", "bidang")
    case = desk.open()
    clock.move(days=8)
    run(desk)
    assert desk.task(case).assignee_id == named("Kaban")


def test_it_climbs_on_if_the_superior_lets_it_lie_too_and_stays_at_the_top(
    desk: Desk, clock: Any, monday: datetime
):
    case = desk.open()
    for name in ("Kabid", "Kaban", "Sekda"):
        clock.move(days=10)
        run(desk)
        assert desk.task(case).assignee_id == named(name)
    clock.move(days=10)
    assert run(desk) == SweepCount(1, 0)
    assert desk.task(case).assignee_id == named("Sekda")
    assert case.state == "open", "the clock never approves"


def test_holidays_push_the_due_date(desk: Desk, clock: Any, monday: datetime):
    plain = desk.task(desk.open("Budi")).due_at
    days = [(monday + timedelta(days=n)).date() for n in (1, 2)]
    desk.office.holidays = frozenset[date](days)
    assert plain
    pushed = desk.task(desk.open("Citra")).due_at
    assert pushed and (pushed - plain).days >= 2


def test_a_decided_task_has_no_alarm(desk: Desk, clock: Any, monday: datetime):
    case = desk.open()
    desk.decide("Kasi", case)
    clock.move(days=30)
    assert run(desk) == SweepCount(0, 0)


def test_the_clock_stands_still_while_a_case_is_returned(desk: Desk, clock: Any, monday: datetime):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    clock.move(days=30)
    assert run(desk) == SweepCount(0, 0)
    desk.resubmit("Budi", case)
    due = desk.task(case).due_at
    assert due and due > clock.now() + timedelta(days=2)


def test_expiry_escalates_to_the_same_post_one_unit_up(desk: Desk, clock: Any, monday: datetime):
    chain = """
chain: expiring
title: {id: x, en: x}
stages:
  - {stage: head, candidates: {holder_of: head, unit: subject.unit}, due: 1 working day, on_expiry: escalate}
"""
    short = Desk(desk.session, desk.office, chain)
    case = short.open()
    clock.move(days=2)
    assert run(short) == SweepCount(0, 1)
    assert short.task(case).assignee_id == named("Kabid")


def test_an_escalated_task_follows_its_new_post(desk: Desk, clock: Any, monday: datetime):
    case = desk.open()
    clock.move(days=8)
    run(desk)
    desk.office.employ("Baru", "bidang")
    desk.office.appoint("head", "bidang", "Baru")
    tasks.rehome(desk.session, system("cli"), [named("head@bidang")], directory=desk.office)
    assert desk.task(case).assignee_id == named("Baru")


def test_many_alarms_cost_the_same_few_statements(
    desk: Desk, clock: Any, monday: datetime, wired: list[Recorded]
):
    for n in range(30):
        desk.open("Budi", key=f"n{n}")
    desk.session.flush()
    clock.move(days=8)
    said: list[str] = []
    hooks.listen(desk.session.bind, "before_cursor_execute", lambda *a: said.append(a[2]))
    assert sweep(desk.session, directory=desk.office, limit=20) == SweepCount(0, 20)
    assert len([s for s in said if "clock_offset" not in s]) <= 6, [s[:80] for s in said]
    assert run(desk) == SweepCount(0, 10)
    assert len([e for e in wired if e.name == "task.escalated"]) == 30
