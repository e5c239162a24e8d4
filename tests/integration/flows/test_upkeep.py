"""Housekeeping, heartbeats and the keepers' lead."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from core.clock import move
from flows.process.handovers import hand_over_due
from flows.process.heartbeats import beat
from flows.process.leadership import Leadership
from flows.process.models import Heartbeat
from flows.process.queries import services
from flows.upkeep.service import DUTIES, forget_heartbeats
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


def test_every_duty_can_be_done_and_done_again(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    cycles.screened(agency)
    for _ in range(2):
        assert {name: duty(session) for name, duty in DUTIES.items()} == dict.fromkeys(DUTIES, 0)


def test_a_leave_that_begins_hands_pending_tasks_to_the_acting_head(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    deputy = agency.person(agency.units[0], "Pelaksana Harian")
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    task = cycles.open_task(session, case.id)
    assert task.assignee_id == agency.heads[0].id
    first = date.fromisoformat(f"{agency.now.date() + timedelta(days=2)}")
    agency.leave(agency.heads[0], first, first + timedelta(days=5))
    post = agency.session.get_one(type(agency.ppk), task.position_id)
    agency.holding(post, deputy, capacity="plh", order_number="800/2", starts_on=first)
    assert hand_over_due(session) == 0
    move(session, timedelta(days=3))
    assert hand_over_due(session) == 1
    task = cycles.open_task(session, case.id)
    assert (task.assignee_id, task.assignee_capacity, task.order_number) == (deputy.id, "plh", "800/2")


def test_a_restart_leaves_no_alarm_behind(session: Session) -> None:
    beat(session, "keeper", "before", at=datetime.now(UTC) - timedelta(hours=1))
    beat(session, "keeper", "now")
    assert [(s.instance, s.silent) for s in services(session)] == [("now", False)]


def test_a_service_that_is_not_heard_of_is_silent_and_later_forgotten(session: Session) -> None:
    beat(session, "keeper", "a:1", {"leads": True})
    beat(session, "courier", "a:2", at=datetime.now(UTC) - timedelta(minutes=5))
    beat(session, "web", "a:3", at=datetime.now(UTC) - timedelta(days=3))
    beat(session, "keeper", "a:1", {"leads": False})
    heard = {s.service: s.silent for s in services(session)}
    assert heard == {"keeper": False, "courier": True}
    assert [s.facts for s in services(session) if s.service == "keeper"] == [{"leads": False}]
    assert forget_heartbeats(session) == 1
    assert set(session.scalars(select(Heartbeat.service))) == {"keeper", "courier"}


def test_one_keeper_leads_and_another_takes_over_when_it_is_gone(committed: sessionmaker[Session]) -> None:
    one, other = Leadership(), Leadership()
    try:
        assert one.held()
        assert one.held()
        assert not other.held()
        one.give_up()
        assert other.held()
        assert not one.held()
    finally:
        one.give_up()
        other.give_up()
