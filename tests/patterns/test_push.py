"""Push patterns: how the engine hands out work."""

from sqlalchemy import select

from approvals.inbox import inbox
from approvals.models import Task
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named


def shown(desk: Desk, name: str) -> list[str]:
    return [row.reference for row in inbox(desk.session, desk.who(name), directory=desk.office)]


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


def test_19_distribution_on_enablement(desk: Desk):
    """A stage's task exists from the moment the stage begins, in the transaction that began it."""
    case = desk.open()
    stages = select(Task.stage).where(Task.case_id == case.id)
    assert desk.session.scalars(stages).all() == ["unit-head"]
    decision = desk.decide("Kasi", case)
    assert desk.task(case).stage == "verification"
    assert desk.task(case).opened_at == decision.decided_at
