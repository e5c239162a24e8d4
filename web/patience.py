"""Reading part after part for a page that must come also when something is slow, away or broken."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from enum import StrEnum
from typing import Any, TypeVar

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.withheld import in_a_line

T = TypeVar("T")

EACH_SECONDS = 1.5
ALL_SECONDS = 4.0
"""What is not read by then is not read: an operator who is woken at night sees the rest."""

log = structlog.get_logger(__name__)


class Why(StrEnum):
    """Why a part could not be read."""

    SLOW = "slow"
    AWAY = "away"
    BROKEN = "broken"


class Patient:
    """Reads parts from the database, each for itself: one that fails or takes too long spoils no other.

    A statement is ended by the database itself. `unread` says which parts are missing, and why.
    """

    def __init__(self, session: Session) -> None:
        self.unread: dict[str, Why] = {}
        self._session = session
        self._until = time.monotonic() + ALL_SECONDS
        self._away = False
        session.execute(select(func.set_config("statement_timeout", f"{round(EACH_SECONDS * 1000)}", True)))

    def read(self, part: str, ask: Callable[[Session], T]) -> T | None:
        """What is asked for; None when it could not be read, or something else of this part could not."""
        if part in self.unread:
            return None
        if self._away or time.monotonic() > self._until:
            self.unread[part] = Why.AWAY if self._away else Why.SLOW
            return None
        try:
            with self._session.begin_nested():
                return ask(self._session)
        except DBAPIError as error:
            self._away = error.connection_invalidated
            self.unread[part] = Why.AWAY if self._away else _why(error)
            if self._away:  # whatever else this transaction held is gone too
                self._session.rollback()
        except Exception:
            self.unread[part] = Why.BROKEN
            log.exception("part.broken", part=part)
        return None

    def look(self, part: str, find: Callable[[], T]) -> T | None:
        """The same for what is no question to the database, such as a disk that may hang."""
        try:
            return within(part, find, EACH_SECONDS)
        except NotYet:
            self.unread[part] = Why.SLOW
        except Exception:
            self.unread[part] = Why.BROKEN
            log.exception("part.broken", part=part)
        return None


_hanging: dict[str, Future[Any]] = {}
"""What was asked and did not answer yet: it is not asked a second time meanwhile."""


def within(part: str, find: Callable[[], T], seconds: float) -> T:
    """What is found in time, by a thread of its own. Raises TimeoutError, and what finding raises."""
    future = _hanging.get(part)
    if future is None or future.done():
        future = _hanging[part] = Future()
        threading.Thread(target=_find, args=(future, find), name=part, daemon=True).start()
    return future.result(seconds)


def _find(future: "Future[Any]", find: Callable[[], Any]) -> None:
    try:
        future.set_result(find())
    except BaseException as error:
        future.set_exception(error)


def _why(error: DBAPIError) -> Why:
    """Ended by its own time limit, or waiting for a lock: slow. Anything else is a fault of ours."""
    slow = getattr(error.orig, "sqlstate", None) in ("57014", "55P03")
    if not slow:
        log.error("part.broken", error=in_a_line(error))
    return Why.SLOW if slow else Why.BROKEN
