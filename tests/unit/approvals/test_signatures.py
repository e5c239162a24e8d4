"""Which approvals of a case stand: a case that goes back behind one undoes it."""

from typing import Any
from uuid import UUID

import pytest

from approvals.signatures import Told, standing

OLD, NEW = UUID(int=1), UUID(int=2)
STAGES = {OLD: ["check", "sign", "archive"], NEW: ["sign", "check", "seal", "archive"]}
OPENED: Told = ("case.opened", {"stage": "check", "chain_version": str(OLD)})


def approved(stage: str, kind: str = "approve") -> Told:
    return "task.decided", {"stage": stage, "kind": kind}


def back(stage: str) -> Told:
    return "case.sent_back", {"to_stage": stage}


def over(stage: str) -> Told:
    return "case.migrated", {"to_stage": stage, "to_version": str(NEW)}


SIGNED = [OPENED, approved("check"), approved("sign")]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (SIGNED, {"check", "sign"}),
        ([OPENED, approved("check"), approved("sign", "return")], {"check"}),
        ([*SIGNED, back("sign")], {"check"}),
        ([*SIGNED, back("check")], set[str]()),
        ([*SIGNED, ("case.resubmitted", {"stage": "archive"})], {"check", "sign"}),
        ([*SIGNED, ("case.resubmitted", {"stage": "check"})], set[str]()),
        ([*SIGNED, back("sign"), approved("sign")], {"check", "sign"}),
        ([*SIGNED, over("archive")], {"check", "sign"}),
        ([*SIGNED, over("sign")], set[str]()),
        ([*SIGNED, over("check")], {"sign"}),
        ([*SIGNED, over("archive"), back("check")], {"sign"}),
        ([*SIGNED, over("nowhere known")], set[str]()),
    ],
)
def test_an_approval_stands_until_the_case_goes_back_behind_it(events: list[Told], expected: set[str]):
    def stages(version: UUID) -> Any:
        return STAGES[version]

    assert standing(events, stages) == expected
