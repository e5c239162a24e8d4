"""The fixtures that every other test stands on."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from core import clock as core_clock
from core.clock import ClockOffset


@pytest.mark.parametrize("turn", [1, 2])
def test_a_session_is_rolled_back_after_each_test(session: Session, turn: int) -> None:
    assert session.scalar(select(ClockOffset.seconds)) is None
    core_clock.move(session, timedelta(days=1))
    session.commit()
    assert session.scalar(select(ClockOffset.seconds)) == 86400


@pytest.mark.parametrize("turn", [1, 2])
def test_what_was_committed_is_seen_by_others_and_gone_after_the_test(
    committed: sessionmaker[Session], turn: int
) -> None:
    with committed() as one:
        assert one.scalar(select(ClockOffset.seconds)) is None
        core_clock.move(one, timedelta(days=turn))
        one.commit()
    with committed() as other:
        assert other.scalar(select(ClockOffset.seconds)) == 86400 * turn


def test_the_clock_moves_forward(clock: "Clock") -> None:  # noqa: F821 - the fixture's class is conftest's
    before = clock.now()
    assert clock.move(days=3, hours=1) - before >= timedelta(days=3, hours=1)
