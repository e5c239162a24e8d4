"""Pull patterns: how people take up work."""

from typing import Any

from approvals import drafts, tasks
from approvals.inbox import InboxFilter, InboxOrder, inbox
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named


def shown(desk: Desk, name: str, part: InboxFilter = InboxFilter.ALL) -> list[str]:
    rows = inbox(desk.session, desk.who(name), directory=desk.office, filter=part)
    return [row.reference for row in rows]


def test_21_resource_initiated_allocation(desk: Desk):
    """Somebody claims an offered task and does it later; meanwhile it is theirs."""
    case = desk.at("verification")
    tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    assert (desk.task(case).state, shown(desk, "Viktor")) == ("allocated", [])
    assert shown(desk, "Vera", InboxFilter.MINE) == [case.reference]


def test_22_resource_initiated_execution_allocated_work_item(desk: Desk):
    """Whoever was given a task begins it when they choose to."""
    case = desk.open()
    task = drafts.start(desk.session, desk.who("Kasi"), desk.task(case).id)
    assert (task.state, task.started_at is not None) == ("started", True)
    assert desk.decide("Kasi", case).decider_id == named("Kasi")


def test_23_resource_initiated_execution_offered_work_item(desk: Desk):
    """An offered task is decided at once; that this claims it is recorded."""
    case = desk.at("verification")
    desk.decide("Vera", case)
    assert desk.names(case).count("task.claimed") == 1


def test_24_system_determined_work_queue_content(desk: Desk, clock: Any):
    """The inbox is in the order of urgency."""
    desk.open("Citra")
    clock.move(days=1)
    desk.open("Budi")
    assert shown(desk, "Kasi") == ["KP/Citra", "KP/Budi"]


def test_25_resource_determined_work_queue_content(desk: Desk, clock: Any):
    """People choose which part of their inbox they look at, and in which order."""
    desk.open("Citra")
    clock.move(days=30)
    desk.open("Budi")
    assert shown(desk, "Kasi", InboxFilter.OVERDUE) == ["KP/Citra"]
    newest = inbox(desk.session, desk.who("Kasi"), directory=desk.office, order=InboxOrder.NEWEST)
    assert [row.reference for row in newest] == ["KP/Budi", "KP/Citra"]


def test_26_selection_autonomy(desk: Desk):
    """Any task of the inbox may be done first."""
    desk.open("Citra")
    last = desk.open("Budi")
    desk.decide("Kasi", last)
    assert shown(desk, "Kasi") == ["KP/Citra"]
