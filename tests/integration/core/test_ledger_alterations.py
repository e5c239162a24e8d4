"""One thousand single alterations of a ledger: each is found, and its place is named."""

import random
from collections import Counter

import pytest
from sqlalchemy.orm import Session

from core.ledger.verifying import verify
from tests.integration.core import ledgers
from tests.integration.core.alterations import CONSISTENT, INCONSISTENT, SIGNED, Alteration, Forger, named

MANY = 1_000

pytestmark = pytest.mark.usefixtures("unheard")


@pytest.fixture
def forger(session: Session) -> Forger:
    ledgers.filled(session)
    made = Forger(session, seed=2026)
    assert verify(session).sound
    return made


def escaped(forger: Forger, name: str, alteration: Alteration, *, old: bool) -> str | None:
    """Alter, verify, undo; what was not found, or not at its place."""
    event = forger.old() if old else forger.young()
    undo = forger.session.begin_nested()
    places = alteration(forger, event)
    report = verify(forger.session)
    undo.rollback()
    if named(list(report.findings), places):
        return None
    return f"{name} at {places}: {[str(finding) for finding in report.findings[:3]]}"


def test_a_thousand_alterations_of_what_was_signed_are_found_and_located(forger: Forger):
    drawn = random.Random(1)
    names = list(SIGNED) * (MANY // len(SIGNED)) + drawn.sample(list(SIGNED), MANY % len(SIGNED))
    assert len(names) == MANY and min(Counter(names).values()) >= 20
    missed = [m for name in names if (m := escaped(forger, name, SIGNED[name], old=True))]
    assert missed == []


def test_alterations_of_what_no_checkpoint_covers_yet_are_found_unless_they_are_consistent(forger: Forger):
    missed = [
        m
        for name, alteration in INCONSISTENT.items()
        for _ in range(8)
        if (m := escaped(forger, name, alteration, old=False))
    ]
    assert missed == []


@pytest.mark.parametrize("column", ["body", "hash", "name", "at", "personal", "id"])
def test_what_was_not_altered_is_not_accused(forger: Forger, column: str):
    """Each finding is of the altered event, or of the one after it, whose link no longer fits."""
    for _ in range(5):
        event = forger.old()
        undo = forger.session.begin_nested()
        SIGNED[f"change {column}"](forger, event)
        accused = {(f.place.stream, f.place.index) for f in verify(forger.session).findings}
        undo.rollback()
        stream = str(event["stream_id"])
        assert accused <= {(stream, event["index"]), (stream, event["index"] + 1)}


@pytest.mark.parametrize("name", ["rewrite", "rewrite content"])
def test_what_is_younger_than_the_last_checkpoint_can_be_rewritten_whole_and_unseen(
    session: Session, forger: Forger, name: str
):
    """The window that docs/operations.md states: it closes with the next checkpoint that is sent."""
    first = next(e for e in forger.events if e["index"] == 0 and not e["position"])
    rewrite = CONSISTENT[name]
    rewrite(forger, first)
    assert verify(session).sound
    ledgers.checked(session)
    again = Forger(session, seed=2)
    places = rewrite(again, next(e for e in again.events if e["id"] == first["id"]))
    assert named(list(verify(session).findings), places)
