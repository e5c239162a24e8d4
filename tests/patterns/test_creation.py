"""Creation patterns: what the chain says in advance about who may do a task.

Numbers and names follow Russell, van der Aalst, ter Hofstede and Edmond, Workflow Resource Patterns (2005).
"""

import pytest

from approvals.errors import DecidedBefore, NotYours, OwnCase
from core.directory import Capacity
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named
from tests.patterns.conftest import Chained

NAMED = """
chain: named
title: {id: Bernama, en: Named}
stages:
  - stage: only
    candidates: {person: PERSON}
"""
VERIFIERS = "candidates: {role: hr-verifier}"
VERIFIED = "candidates: {decider_of: s1}, separate_from: [s2]"


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


def test_06_case_handling(with_chain: Chained):
    """Who begins a case does all its stages; the others are theirs without being offered to anybody else."""
    theirs = "candidates: {decider_of: s1}, separate_from: []"
    desk = with_chain(VERIFIERS, theirs, theirs)
    case = desk.open()
    desk.decide("Vera", case)
    for stage in ("s2", "s3"):
        assert (case.stage, desk.task(case).assignee_id) == (stage, named("Vera"))
        desk.decide("Vera", case)
    assert case.state == "approved"


def test_07_retain_familiar(with_chain: Chained):
    """Whoever did one stage does a later one of the same case, and looks again at what they returned."""
    desk = with_chain(VERIFIERS, "candidates: {role: reviewer}", VERIFIED)
    case = desk.open()
    desk.decide("Viktor", case, "return")
    desk.resubmit("Budi", case)
    assert desk.task(case).assignee_id == named("Viktor")
    desk.decide("Viktor", case)
    desk.decide("Rina", case)
    assert desk.task(case).assignee_id == named("Viktor")


def test_08_capability_based_allocation(with_chain: Chained):
    """Who gets it follows from proven abilities, and from people's records set against the case."""
    desk = with_chain("candidates: {capability: assessor, where: person.rank > subject.rank}")
    desk.office.ranks[named("Candra")] = 9
    task = desk.task(desk.open())
    assert set(task.candidates or ()) == {named("Astri"), named("Bagus")}
    with pytest.raises(NotYours):
        desk.decide("Candra", task)
    by_condition = with_chain("candidates: {people: \"'assessor' in person.capabilities\"}")
    assert len(by_condition.task(by_condition.open("Citra")).candidates or ()) == 3


def test_09_history_based_allocation(with_chain: Chained):
    """Who gets it follows from who did such work before: most of it, or for this person."""
    desk = with_chain("candidates: {role: reviewer}, allocate: most-experienced")
    waiting = [desk.open("Budi", key=f"case-{n}") for n in range(4)]
    for case, name in zip(waiting, ("Rudi", "Rosa", "Rudi", "Rina"), strict=True):
        desk.decide(name, case)
    assert desk.task(desk.open("Citra")).assignee_id == named("Rudi")
    familiar = with_chain("candidates: {role: reviewer}, allocate: retain-familiar")
    assert familiar.task(familiar.open("Budi", key="later")).assignee_id == named("Rina")
    assert familiar.task(familiar.open("Dewi", key="new")).assignee_id is None


def test_10_organisational_allocation(desk: Desk):
    """Who gets it follows from the subject's place in the organisation."""
    assert desk.task(desk.open("Budi")).assignee_id == named("Kasi")
    assert desk.task(desk.open("Vera")).assignee_id == named("Kaban")


def test_11_automatic_execution(with_chain: Chained):
    """A stage passes by its rule without anybody; where the rule does not hold, people are asked."""
    desk = with_chain(f"kind: automatic, pass_when: subject.rank < 12, {VERIFIERS}", VERIFIERS)
    plain = desk.open("Budi")
    assert plain.stage == "s2"
    assert desk.names(plain) == ["case.opened", "case.stage_passed", "task.opened"]
    senior = desk.open("Citra", data={"subject": {"rank": 13}})
    assert senior.stage == "s1"
