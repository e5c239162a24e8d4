"""Push patterns: how the engine hands out work."""

from collections import Counter

import pytest
from sqlalchemy import select

from approvals import cases, pulling, tasks
from approvals.allocation import drawn
from approvals.declining import decline
from approvals.errors import HandsFull, NotYours
from approvals.inbox import inbox
from approvals.models import Task
from approvals.upcoming import upcoming
from tests.integration.approvals.desk import FLOW, Desk
from tests.integration.approvals.office import named
from tests.patterns.conftest import Chained

REVIEWERS = "candidates: {role: reviewer}"
OFFICIAL = "candidates: {holder_of: ppk, unit: top}"


def shown(desk: Desk, name: str) -> list[str]:
    return [row.reference for row in inbox(desk.session, desk.who(name), directory=desk.office)]


def open_many(desk: Desk, count: int) -> list[Task]:
    drafts = [desk.draft("Budi", key=f"n{n}") for n in range(count)]
    ids = cases.open_cases(desk.session, FLOW, desk.process_id, desk.version, drafts, directory=desk.office)
    return list(desk.session.scalars(select(Task).where(Task.case_id.in_(ids)).order_by(Task.id)))


def test_12_distribution_by_offer_single_resource(with_chain: Chained):
    """One person alone is asked and is not bound; if they decline, it is the next one's to consider."""
    desk = with_chain(f"{REVIEWERS}, allocate: round-robin, binding: false")
    case = desk.open()
    [asked] = desk.task(case).candidates or ()
    first = desk.office.staff[asked].name
    assert (desk.task(case).state, shown(desk, first)) == ("offered", [case.reference])
    other = next(name for name in ("Rina", "Rudi", "Rosa") if name != first)
    with pytest.raises(NotYours):
        tasks.claim(desk.session, desk.who(other), desk.task(case).id)
    decline(desk.session, desk.who(first), desk.task(case).id, directory=desk.office)
    assert shown(desk, first) == []
    [asked_next] = desk.task(case).candidates or ()
    assert asked_next != asked
    tasks.claim(desk.session, desk.who(desk.office.staff[asked_next].name), desk.task(case).id)


def test_13_distribution_by_offer_multiple_resources(desk: Desk):
    """All who have the role are offered the task, and none is bound to it."""
    case = desk.at("verification")
    assert (desk.task(case).state, desk.task(case).assignee_id) == ("offered", None)
    assert shown(desk, "Vera") == shown(desk, "Viktor") == [case.reference]


def test_14_distribution_by_allocation_single_resource(desk: Desk):
    """The holder of the post is given the task without being asked."""
    case = desk.open()
    assert (desk.task(case).state, desk.task(case).assignee_id) == ("allocated", named("Kasi"))
    assert shown(desk, "Kasi") == [case.reference]


def test_15_random_allocation(with_chain: Chained):
    """Who gets it is drawn by lot, and what is recorded lets anybody draw the lot again."""
    desk = with_chain(f"{REVIEWERS}, allocate: random")
    given = open_many(desk, 60)
    assert {task.assignee_id for task in given} == {named(name) for name in ("Rina", "Rudi", "Rosa")}
    for task in given[:10]:
        case = desk.open("Budi", key=f"n{given.index(task)}")
        said = desk.facts(case, "task.opened")[0]["allocation"]
        assert str(drawn(said["seed"], said["among"])) == str(task.assignee_id)


def test_16_round_robin_allocation(with_chain: Chained):
    """Work goes round: after any number of tasks, nobody has had two more than another."""
    desk = with_chain(f"{REVIEWERS}, allocate: round-robin")
    counts = Counter(task.assignee_id for task in open_many(desk, 100))
    assert sorted(counts.values()) == [33, 33, 34]


def test_17_shortest_queue(with_chain: Chained):
    """Work goes to whoever has least in hand; what is done makes room."""
    desk = with_chain(f"{REVIEWERS}, allocate: shortest-queue")
    given = open_many(desk, 30)
    assert set(Counter(task.assignee_id for task in given).values()) == {10}
    for task in [task for task in given if task.assignee_id == named("Rosa")][:3]:
        desk.decide("Rosa", task)
    assert desk.task(desk.open("Citra")).assignee_id == named("Rosa")


def test_18_early_distribution(with_chain: Chained):
    """Whoever the next stage will ask is told while the stage before it is still at work."""
    desk = with_chain(REVIEWERS, f"{OFFICIAL}, distribute: early")
    case = desk.open()
    coming = upcoming(desk.session, desk.who("Walikota"), directory=desk.office)
    assert [(row.reference, row.stage) for row in coming] == [(case.reference, "s2")]
    assert (shown(desk, "Walikota"), desk.names(case)[-1]) == ([], "task.announced")
    with pytest.raises(NotYours):
        desk.decide("Walikota", case)
    desk.decide("Rina", case)
    assert upcoming(desk.session, desk.who("Walikota"), directory=desk.office) == []
    assert shown(desk, "Walikota") == [case.reference]


def test_19_distribution_on_enablement(desk: Desk):
    """A stage's task exists from the moment the stage begins, in the transaction that began it."""
    case = desk.open()
    stages = select(Task.stage).where(Task.case_id == case.id)
    assert desk.session.scalars(stages).all() == ["unit-head"]
    decision = desk.decide("Kasi", case)
    assert desk.task(case).stage == "verification"
    assert desk.task(case).opened_at == decision.decided_at


def test_20_late_distribution(with_chain: Chained):
    """Enabled work is kept back until somebody has fewer tasks in hand than the stage lets one have."""
    desk = with_chain(f"{REVIEWERS}, distribute: late, hold: 2")
    waiting = open_many(desk, 4)
    assert shown(desk, "Rina") == []
    taken = [pulling.take_next(desk.session, desk.who("Rina")) for _ in range(2)]
    assert [task.id for task in taken] == [task.id for task in waiting[:2]]
    with pytest.raises(HandsFull):
        pulling.take_next(desk.session, desk.who("Rina"))
    desk.decide("Rina", taken[0])
    assert waiting[2].assignee_id == named("Rina")
