"""Creation patterns: what the chain says in advance about who may do a task.

Numbers and names follow Russell, van der Aalst, ter Hofstede and Edmond, Workflow Resource Patterns (2005).
"""

import pytest

from approvals.errors import DecidedBefore, NotYours, OwnCase
from core.directory import Capacity
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named

NAMED = """
chain: named
title: {id: Bernama, en: Named}
stages:
  - stage: only
    candidates: {person: PERSON}
"""


def test_01_direct_allocation(desk: Desk):
    """The chain names the one person who gets the task."""
    named_chain = Desk(desk.session, desk.office, NAMED.replace("PERSON", str(named("Citra"))))
    case = named_chain.open("Budi")
    assert named_chain.task(case).assignee_id == named("Citra")
    with pytest.raises(NotYours):
        named_chain.decide("Dewi", case)
    assert named_chain.decide("Citra", case).kind == "approve"


def test_02_role_based_allocation(desk: Desk):
    """The chain names a role; whoever has it when the task is there may do it."""
    case = desk.at("verification")
    desk.office.employ("Wati", "badan", "hr-verifier")
    assert desk.decide("Wati", case).decider_name == "Wati"


def test_03_deferred_allocation(desk: Desk):
    """The chain names a post; who that is, is found out only when the task opens."""
    case = desk.at("verification")
    desk.office.employ("Baru", "kota")
    desk.office.appoint("ppk", "kota", "Baru")
    desk.decide("Vera", case)
    desk.answer(case)
    assert desk.task(case).assignee_id == named("Baru")


def test_04_authorization(desk: Desk):
    """Which rights somebody has over a task is said by its stage: acting ones verify, but never sign."""
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLT, "SP-1/2026")
    desk.office.appoint("ppk", "kota", "Wakil", Capacity.PLT, "SP-2/2026")
    desk.decide("Wakil", desk.open("Budi"))
    with pytest.raises(NotYours):
        desk.decide("Wakil", desk.at("appointing-official", "Citra"))


def test_05_separation_of_duties(desk: Desk):
    """Whoever decided one stage of a case cannot decide another; nobody decides on themselves."""
    desk.office.roles[named("Kasi")].add("hr-verifier")
    with pytest.raises(DecidedBefore):
        desk.decide("Kasi", desk.at("verification", "Budi"))
    with pytest.raises(OwnCase):
        desk.decide("Vera", desk.at("verification", "Vera"))


def test_07_retain_familiar(desk: Desk):
    """A repaired case goes back to whoever returned it, although others could do it as well."""
    case = desk.at("verification")
    desk.decide("Viktor", case, "return")
    desk.resubmit("Budi", case)
    assert desk.task(case).assignee_id == named("Viktor")


def test_10_organisational_allocation(desk: Desk):
    """Who gets it follows from the subject's place in the organisation."""
    assert desk.task(desk.open("Budi")).assignee_id == named("Kasi")
    assert desk.task(desk.open("Vera")).assignee_id == named("Kaban")
