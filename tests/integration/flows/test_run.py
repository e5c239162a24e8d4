"""A running flow shows itself, writes down what fails for good, and leaves without a trace."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from flows.process.keeper import Life, Seen
from flows.process.models import Process
from flows.process.run import Run, StaleRun, current, passing, running, show_alive
from flows.process.standing import standing
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


@pytest.fixture
def run(committed: sessionmaker[Session]) -> Iterator[Run]:
    with committed.begin() as session:
        launched = cycles.launch(Agency.founded(session))
    yield launched


def process(committed: sessionmaker[Session], run: Run) -> Process:
    with committed() as session:
        return session.get_one(Process, run.process_id)


def life(committed: sessionmaker[Session], run: Run) -> Life:
    with committed() as session:
        stands = standing(session, run.process_id, {})
        assert stands
        return stands.life


def test_a_running_flow_is_alive_until_it_leaves(committed: sessionmaker[Session], run: Run) -> None:
    assert life(committed, run) is Life.UNKNOWN
    with running(run.process_id, run.fence) as told:
        assert told == run
        assert current(run.process_id) == run
        assert life(committed, run) is Life.ALIVE
    assert life(committed, run) is Life.UNKNOWN
    with pytest.raises(LookupError):
        current(run.process_id)


def test_a_lease_lapses_by_the_databases_clock(committed: sessionmaker[Session], run: Run) -> None:
    show_alive(run, seconds=-1)
    assert life(committed, run) is Life.LAPSED
    show_alive(run)
    assert life(committed, run) is Life.ALIVE


def test_a_moved_office_clock_does_not_end_a_lease(committed: sessionmaker[Session], run: Run) -> None:
    from datetime import timedelta

    from core.clock import move

    show_alive(run)
    with committed.begin() as session:
        move(session, timedelta(days=30))
    assert life(committed, run) is Life.ALIVE


@pytest.mark.parametrize("fence", [0, 2])
def test_a_start_of_another_number_does_not_begin(
    committed: sessionmaker[Session], run: Run, fence: int
) -> None:
    with pytest.raises(StaleRun), running(run.process_id, fence):
        raise AssertionError("it began")
    assert process(committed, run).lease_until is None


def test_what_fails_for_good_is_written_down(committed: sessionmaker[Session], run: Run) -> None:
    with pytest.raises(KeyError), running(run.process_id, run.fence):
        raise KeyError("rank")
    assert process(committed, run).error == "KeyError: 'rank'"


def test_what_passes_by_itself_is_not_held_against_the_process(
    committed: sessionmaker[Session], run: Run
) -> None:
    with pytest.raises(OperationalError), running(run.process_id, run.fence):
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))
    assert process(committed, run).error is None


def test_a_run_tells_its_own_process_only(committed: sessionmaker[Session], run: Run) -> None:
    with running(run.process_id, run.fence), pytest.raises(ValueError, match="not"):
        current(UUID(int=0))


def test_real_trouble_is_told_from_trouble_that_passes(committed: sessionmaker[Session]) -> None:
    import httpx

    with committed() as session:
        with pytest.raises(Exception, match="no_such_table") as wrong:
            session.execute(text("SELECT * FROM no_such_table"))
        session.rollback()
        session.execute(text("SET LOCAL statement_timeout = 50"))
        with pytest.raises(OperationalError) as slow:
            session.execute(select(func.pg_sleep(2)))
    assert not passing(wrong.value)
    assert passing(slow.value)
    assert passing(httpx.ConnectError("refused"))
    assert not passing(ValueError("bug"))


def test_a_run_that_the_server_does_not_know_is_lost_and_one_never_made_is_absent(
    committed: sessionmaker[Session], run: Run
) -> None:
    with committed.begin() as session:
        stands = standing(session, run.process_id, {})
        assert stands
        assert stands.seen is Seen.ABSENT
        session.get_one(Process, run.process_id).run_id = run.process_id
        session.flush()
        stands = standing(session, run.process_id, {})
        assert stands
        assert stands.seen is Seen.LOST
        assert standing(session, UUID(int=0), {}) is None
