"""Fixtures of this room."""

import pytest
from sqlalchemy.orm import Session

from core import events
from tests.integration.personnel.office import Office


@pytest.fixture(autouse=True)
def _wired() -> None:
    events.wire([])


@pytest.fixture
def office(session: Session) -> Office:
    return Office.open(session)
