"""Fixtures of this room."""

import pytest
from sqlalchemy.orm import Session

import wiring
from tests.integration.flows.agency import Agency


@pytest.fixture(autouse=True)
def _wired() -> None:
    wiring.wire()


@pytest.fixture
def agency(session: Session) -> Agency:
    return Agency.founded(session)
