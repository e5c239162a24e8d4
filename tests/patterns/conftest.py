"""The patterns are shown in the office of the engine's own tests, and by a chain that uses every way."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core import events
from tests.integration.approvals.conftest import desk, wired
from tests.integration.approvals.desk import Desk, check_streams
from tests.integration.approvals.office import Office, named

__all__ = ["Chained", "desk", "everything", "wired", "with_chain"]

EVERYTHING = (Path(__file__).parent / "everything.yaml").read_text()
Chained = Callable[..., Desk]
"""Opens an office whose chain has the stages that are given, one after the other."""


def staffed() -> Office:
    """The usual office, with assessors, clerks, reviewers and a committee."""
    office = Office.usual()
    for name in ("Astri", "Bagus", "Candra"):
        office.employ(name, "badan")
        office.prove(name, "assessor")
        office.ranks[named(name)] = 14
    for name in ("Klara", "Koko"):
        office.employ(name, "badan", "clerk")
    for name in ("Rina", "Rudi", "Rosa"):
        office.employ(name, "badan", "reviewer")
    for name in ("Ketua", "Agus", "Bela"):
        office.employ(name, "badan")
    office.form_committee("baperjakat", "Ketua", "Agus", "Bela")
    return office


@pytest.fixture
def everything(session: Session, wired: list[events.Recorded]) -> Iterator[Desk]:
    """An office that works by the chain of every way."""
    yield Desk(session, staffed(), EVERYTHING)
    check_streams(session)


@pytest.fixture
def with_chain(session: Session, wired: list[events.Recorded]) -> Iterator[Chained]:
    def opened(*stages: str) -> Desk:
        listed = "".join(f"  - {{stage: s{n}, {stage}}}\n" for n, stage in enumerate(stages, 1))
        return Desk(session, staffed(), f"chain: few\ntitle: {{id: Beberapa, en: Few}}\nstages:\n{listed}")

    yield opened
    check_streams(session)
