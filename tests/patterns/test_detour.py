"""Detour patterns: when work does not go the usual way."""

from typing import Any

from approvals import tasks
from approvals.sweep import sweep
from core.actor import system
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named


def test_28_escalation(desk: Desk, clock: Any):
    """What lies too long is moved to somebody else by the engine."""
    case = desk.open()
    clock.move(days=14)
    sweep(desk.session, directory=desk.office)
    assert desk.task(case).assignee_id == named("Kabid")


def test_29_deallocation(desk: Desk):
    """Whoever claimed a task may give it back; it is offered to all again."""
    case = desk.at("verification")
    tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    tasks.release(desk.session, desk.who("Vera"), desk.task(case).id)
    assert desk.decide("Viktor", case).decider_name == "Viktor"


def test_31_stateless_reallocation(desk: Desk):
    """Pending tasks of a post go to its new holder, who starts afresh."""
    case = desk.open()
    desk.office.employ("Baru", "seksi")
    desk.office.appoint("head", "seksi", "Baru")
    tasks.rehome(desk.session, system("cli"), [named("head@seksi")], directory=desk.office)
    assert desk.decide("Baru", case).decider_name == "Baru"
