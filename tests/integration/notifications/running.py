"""Running a courier in a thread until the outbox is as a test wants it."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from notifications.courier import Courier
from notifications.models import Message
from notifications.pacing import Pace
from notifications.ways import Transport

Sessions = sessionmaker[Session]


@contextmanager
def carrying(*ways: Transport, pace: Pace | None = None) -> Generator[threading.Event]:
    """A courier at work while the block lasts; it must then stop by itself."""
    stop = threading.Event()
    thread = threading.Thread(target=Courier(stop, ways, pace=pace or Pace()).run)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "the courier did not stop"


def wait_until(true: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def states(sessions: Sessions) -> dict[str, int]:
    with sessions() as session:
        counted = select(Message.state, func.count()).group_by(Message.state)
        return dict(session.execute(counted).all())


def wait_for(sessions: Sessions, **wanted: int) -> None:
    """Until so many messages are in these states, and none in another."""
    try:
        wait_until(lambda: states(sessions) == wanted)
    except AssertionError as error:
        raise AssertionError(f"{states(sessions)} instead of {wanted}") from error


def rows(sessions: Sessions) -> Sequence[Message]:
    with sessions() as session:
        return session.scalars(select(Message).order_by(Message.id)).all()


def let_pauses_pass(sessions: Sessions) -> None:
    """As if the pauses between attempts were over."""
    with sessions.begin() as session:
        session.execute(text("UPDATE message SET next_at = statement_timestamp() WHERE state = 'queued'"))
