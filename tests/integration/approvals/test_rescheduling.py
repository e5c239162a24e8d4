"""A calendar changes: deadlines are reckoned anew where they differ, and nobody is in the way."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from approvals.lawful import sweep_cases
from approvals.models import Case, Task
from approvals.ratifying import ratify_expiry
from approvals.rescheduling import Recomputed, ask_recompute, recompute_deadlines, recompute_next
from approvals.rescheduling_models import Rescheduling
from approvals.sweep import SweepCount, sweep
from core import events
from core.actor import system
from tests.integration.approvals.desk import Desk, check_streams
from tests.integration.approvals.office import named
from tests.integration.approvals.test_law_clock import CHAIN as LAWFUL

KEEPER = system("keeper")
SEKSI = named("seksi")


@pytest.fixture
def monday(clock: Any) -> date:
    now = clock.now().astimezone(ZoneInfo("Asia/Jakarta"))
    ten = (now + timedelta(days=7 - now.weekday())).replace(hour=10, minute=0, second=0, microsecond=0)
    clock.move(seconds=(ten - now).total_seconds())
    return ten.date()


def recompute(desk: Desk, units: Collection[UUID] = (SEKSI,), **more: Any) -> Recomputed:
    return recompute_deadlines(
        desk.session, KEEPER, units, directory=desk.office, why="calendar.days_freed", **more
    )


def free(desk: Desk, *days: date) -> None:
    desk.office.holidays = frozenset(days)


def test_a_new_holiday_moves_what_is_due_after_it(desk: Desk, monday: date):
    case = desk.open()
    task = desk.task(case)
    due, alarm = task.due_at, task.alarm_at
    free(desk, monday + timedelta(days=1))
    assert recompute(desk).changed == 1
    assert due and alarm and task.due_at and task.due_at.date() == due.date() + timedelta(days=1)
    assert task.alarm_at and task.alarm_at > alarm
    (said,) = desk.facts(case, "task.rescheduled")
    assert (said["from"], said["to"]) == (due.isoformat(), task.due_at.isoformat())
    assert said["why"] == "calendar.days_freed"


def test_what_does_not_differ_is_left_alone(desk: Desk, monday: date):
    case = desk.open()
    free(desk, monday + timedelta(days=60))
    assert recompute(desk).changed == 0
    free(desk, monday + timedelta(days=1))
    recompute(desk)
    assert recompute(desk).changed == 0
    assert desk.names(case).count("task.rescheduled") == 1


def test_nothing_is_locked_or_written_where_nothing_differs(desk: Desk, monday: date):
    desk.open()
    said: list[str] = []
    hooks.listen(desk.session.bind, "before_cursor_execute", lambda *a: said.append(a[2]))
    recompute(desk)
    assert not [s for s in said if "FOR NO KEY" in s or s.startswith("UPDATE")]


def test_other_units_keep_theirs(desk: Desk, monday: date):
    case = desk.open()
    due = desk.task(case).due_at
    free(desk, monday + timedelta(days=1))
    assert recompute(desk, units=[named("badan")]) == Recomputed(None)
    assert desk.task(case).due_at == due


def test_a_day_that_is_worked_again_brings_the_deadline_nearer_and_loses_no_alarm(
    desk: Desk, clock: Any, monday: date
):
    days = [monday + timedelta(days=n) for n in (1, 2, 3, 4, 7, 8, 9, 10, 11)]
    free(desk, *days)
    case = desk.open()
    clock.move(days=9)
    assert sweep(desk.session, directory=desk.office) == SweepCount(0, 0)
    free(desk)
    recompute(desk)
    assert sweep(desk.session, directory=desk.office) == SweepCount(0, 1), "its escalation came meanwhile"
    assert desk.task(case).assignee_id == named("Kabid")


def test_the_law_is_reckoned_anew_too(desk: Desk, monday: date):
    lawful = Desk(desk.session, desk.office, LAWFUL)
    case = lawful.open()
    by_law, by_office = case.statutory_due_at, lawful.task(case).due_at
    free(desk, monday + timedelta(days=1))
    assert recompute(lawful).changed == 2
    assert by_law and case.statutory_due_at == by_law + timedelta(days=1)
    assert by_office and lawful.task(case).due_at == by_office + timedelta(days=1)


def test_what_was_late_before_the_law_is_not_late_when_the_days_were_free(
    desk: Desk, clock: Any, monday: date
):
    lawful = Desk(desk.session, desk.office, LAWFUL)
    case = lawful.open()
    clock.move(days=15)
    sweep_cases(lawful.session, directory=desk.office)
    assert case.statutory_missed_at
    free(desk, *[monday + timedelta(days=n) for n in (7, 8, 9, 10, 11)])
    recompute(lawful)
    assert (case.statutory_missed_at, bool(case.alarm_at)) == (None, True)


def test_a_case_that_came_back_keeps_its_shorter_term(desk: Desk, clock: Any, monday: date):
    lawful = Desk(desk.session, desk.office, LAWFUL)
    case = lawful.open()
    clock.move(days=2)
    lawful.decide("Kasi", case, "return")
    lawful.resubmit("Budi", case)
    due, by_law = lawful.task(case).due_at, case.statutory_due_at
    assert recompute(lawful).changed == 0
    free(desk, monday + timedelta(days=3))
    assert recompute(lawful).changed == 2
    assert due and lawful.task(case).due_at == due + timedelta(days=1)
    assert by_law and case.statutory_due_at and case.statutory_due_at > by_law


def test_a_new_term_after_an_expiry_counts_from_its_own_beginning(desk: Desk, clock: Any, monday: date):
    chain = """
chain: short
title: {id: x, en: x}
stages:
  - {stage: s, candidates: {holder_of: head, unit: subject.unit}, due: 2 working days, on_expiry: expire}
"""
    short = Desk(desk.session, desk.office, chain)
    case = short.open()
    clock.move(days=7)
    sweep(short.session, directory=short.office)
    ratify_expiry(
        short.session, short.who("Hana"), case.id, expired=False, reason="again", directory=short.office
    )
    assert recompute(short).changed == 0
    free(desk, monday + timedelta(days=8))
    assert recompute(short).changed == 1


def test_it_goes_on_portion_by_portion_until_a_second_look_is_over(desk: Desk, monday: date):
    ids = [desk.open("Budi", key=f"n{n}").id for n in range(7)]
    free(desk, monday + timedelta(days=1))
    ask_recompute(desk.session, {SEKSI}, "calendar.days_freed")
    rounds = 0
    while recompute_next(desk.session, directory=desk.office, limit=3):
        rounds += 1
        assert rounds < 20
    request = desk.session.scalars(select(Rescheduling)).one()
    assert (request.done_at is not None, request.changed) == (True, 7)
    assert {desk.facts(desk.session.get_one(Case, id_), "task.rescheduled")[0]["why"] for id_ in ids}


def test_it_passes_by_what_somebody_has_and_comes_again(
    committed: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(events, "_subscribers", [])
    with committed.begin() as session:
        desk = Desk(session)
        ids = [desk.open("Budi", key=f"n{n}").id for n in range(3)]
    office = desk.office
    today = datetime.now(UTC).date()
    office.holidays = frozenset(today + timedelta(days=n) for n in range(1, 4))
    with committed.begin() as session:
        ask_recompute(session, {SEKSI}, "calendar.days_freed")
    with committed() as other:
        other.scalars(select(Task).where(Task.case_id == ids[1]).with_for_update()).one()
        with committed.begin() as session:
            assert not recompute_next(session, directory=office), "it would have to wait"
        with committed.begin() as session:
            request = session.scalars(select(Rescheduling)).one()
            assert (request.missed, request.changed) == ([ids[1]], 2)
        other.rollback()
    with committed.begin() as session:
        assert recompute_next(session, directory=office), "to the end of the first look"
        assert recompute_next(session, directory=office), "what was passed by"
        assert session.scalars(select(Rescheduling)).one().changed == 3
    with committed() as late:
        # a transaction that began before the first look was over may still bring what that look can't see
        open_by(late, desk, "late", frozenset())
        with committed.begin() as session:
            session.scalars(select(Rescheduling)).one().looked_at = datetime.now(UTC) + timedelta(minutes=5)
        with committed.begin() as session:
            assert not recompute_next(session, directory=office), "the second look waits for it"
        late.commit()
    with committed.begin() as session:
        while recompute_next(session, directory=office):
            pass
        request = session.scalars(select(Rescheduling)).one()
        assert (request.done_at is not None, request.changed) == (True, 4)
        check_streams(session)


def open_by(session: Session, like: Desk, key: str, holidays: frozenset[date]) -> None:
    """Open a case by the calendar as it was."""
    now, like.office.holidays = like.office.holidays, holidays
    desk = Desk.__new__(Desk)
    desk.session, desk.office, desk.process_id, desk.version = (
        session,
        like.office,
        like.process_id,
        like.version,
    )
    desk.open("Budi", key=key)
    like.office.holidays = now
