"""Multiple resource patterns."""

from approvals import tasks
from approvals.inbox import counts
from tests.integration.approvals.desk import Desk


def test_42_simultaneous_execution(desk: Desk):
    """One person may have any number of tasks in hand at the same time."""
    cases = [desk.at("verification", name) for name in ("Budi", "Citra", "Dewi")]
    for case in cases:
        tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    assert counts(desk.session, desk.who("Vera"), directory=desk.office).mine == 3
    for case in reversed(cases):
        desk.decide("Vera", case)
