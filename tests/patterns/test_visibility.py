"""Visibility patterns: who sees work that is not theirs."""

from approvals import tasks
from approvals.visibility import WorkPart, work_of
from tests.integration.approvals.desk import Desk
from tests.patterns.conftest import Chained

REVIEWERS = "candidates: {role: reviewer}"
OFFICIAL = "candidates: {holder_of: ppk, unit: top}"


def seen(desk: Desk, name: str, part: WorkPart) -> list[str]:
    return [row.reference for row in work_of(desk.session, desk.who(name), part, directory=desk.office)]


def test_40_configurable_unallocated_work_item_visibility(with_chain: Chained):
    """A stage says who sees what nobody has: its candidates, or all who decide in the chain."""
    narrow = with_chain(REVIEWERS, OFFICIAL)
    case = narrow.open("Budi")
    assert seen(narrow, "Rina", WorkPart.UNALLOCATED) == [case.reference]
    assert seen(narrow, "Walikota", WorkPart.UNALLOCATED) == []
    wide = with_chain(f"{REVIEWERS}, see: {{unallocated: office}}", OFFICIAL)
    wide.open("Citra")
    assert seen(wide, "Walikota", WorkPart.UNALLOCATED) == ["KP/Citra"]
    assert seen(wide, "Klara", WorkPart.UNALLOCATED) == []


def test_41_configurable_allocated_work_item_visibility(with_chain: Chained):
    """A stage says who sees what somebody has: they alone, its candidates, or all who decide."""
    for nth, (said, reviewer, official) in enumerate(
        [("assignee", False, False), ("candidates", True, False), ("office", True, True)]
    ):
        desk = with_chain(f"{REVIEWERS}, see: {{allocated: {said}}}", OFFICIAL)
        case = desk.open("Budi", key=f"case-{nth}")
        tasks.claim(desk.session, desk.who("Rina"), desk.task(case).id)
        assert (case.reference in seen(desk, "Rudi", WorkPart.ALLOCATED)) is reviewer
        assert (case.reference in seen(desk, "Walikota", WorkPart.ALLOCATED)) is official
        assert case.reference in seen(desk, "Hana", WorkPart.ALLOCATED)
