"""Many write, seal and sign at once: one chain of checkpoints, over every event, comes of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from core.events import seal
from core.ledger import checkpoints
from core.ledger.checkpoints import Checkpoint
from core.ledger.verifying import verify
from tests.integration.core.ledgers import KEEPER, KEY, opened

pytestmark = pytest.mark.usefixtures("unheard")

ROUNDS = 12


def test_events_seals_and_checkpoints_at_once_leave_a_sound_ledger(committed: sessionmaker[Session]):
    together = Barrier(6)

    def repeat(once: Callable[[Session], object]) -> None:
        together.wait()
        for _ in range(ROUNDS):
            with committed.begin() as session:
                once(session)

    def sign(session: Session) -> Checkpoint | None:
        return checkpoints.sign(session, KEEPER, KEY)

    with ThreadPoolExecutor(6) as pool:
        for future in [pool.submit(repeat, once) for once in (opened, opened, seal, seal, sign, sign)]:
            future.result()
    with committed.begin() as session:
        while seal(session):
            pass
        checkpoints.sign(session, KEEPER, KEY)
    with committed.begin() as session:
        report = verify(session)
        assert report.sound, report.findings
        assert report.events == session.scalar(text("SELECT count(*) FROM event"))
        assert report.covered >= ROUNDS * 2 * 3


def test_a_ledger_is_verified_while_it_grows(committed: sessionmaker[Session]):
    """One view of a moving ledger: what is written meanwhile is never taken for an alteration."""
    with committed.begin() as session:
        opened(session)
    with committed() as view, committed() as writer:
        view.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        before = verify(view)
        opened(writer)
        seal(writer)
        checkpoints.sign(writer, KEEPER, KEY)
        writer.commit()
        after = verify(view)
    assert before.sound and after.sound and after.events == before.events == 3
