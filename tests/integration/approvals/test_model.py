"""Whatever people do, in whatever order: the engine agrees with a reference that a child could read."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from core import events
from tests.integration.approvals.people_at_work import Work
from tests.integration.approvals.people_who_steer import SteeredWork

STEPS = int(os.environ.get("MODEL_STEPS", "5000"))
"""tests.bench.model makes 200,000."""


def test_the_engine_agrees_with_the_reference(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "_subscribers", [])
    wanted = Work.steps + STEPS
    while Work.steps < wanted:
        run_state_machine_as_test(
            SteeredWork,
            settings=settings(
                max_examples=55,
                stateful_step_count=50,
                deadline=None,
                suppress_health_check=[*HealthCheck],
            ),
        )
