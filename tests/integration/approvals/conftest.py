"""Fixtures of this room; after every test each case must be what its stream tells, and the ledger sound."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from approvals.agreement import disagreements
from core import events
from core.ledger.verifying import verify
from tests.integration.approvals.desk import Desk, check_streams


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> list[events.Recorded]:
    """Events are heard by one who only listens."""
    heard: list[events.Recorded] = []
    monkeypatch.setattr(events, "_subscribers", [lambda _session, recorded: heard.extend(recorded)])
    monkeypatch.setattr(events, "_heralds", [])
    return heard


@pytest.fixture
def desk(session: Session, wired: list[events.Recorded]) -> Iterator[Desk]:
    yield Desk(session)
    check_streams(session)
    assert verify(session, domains=[disagreements]).findings == []
