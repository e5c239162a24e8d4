"""What a running flow knows of itself: which process it tells, by which start, and that it is alive."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, CursorResult, func, literal, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.database import UtcDateTime, transaction
from core.errors import Conflict
from core.withheld import in_a_line
from flows.process.models import Process, ProcessState
from flows.process.service import locked

LEASE_SECONDS = 20
"""A run that has not shown itself for so long is taken for dead."""
GRACE_SECONDS = 30
"""How long a run may take from its worker's hands to its first sign of life."""
BEAT_SECONDS = 5

log = structlog.get_logger()


class StaleRun(Conflict):
    """This run's start was replaced by a later one (or the process was cancelled); nothing was changed."""


@dataclass(frozen=True, slots=True)
class Run:
    """One start of a process: steps of any other start are refused."""

    process_id: UUID
    fence: int


_current: ContextVar[Run] = ContextVar("run")


def current(process_id: UUID) -> Run:
    """The run in which this code is called. Raises LookupError outside one, ValueError in another's."""
    run = _current.get()
    if run.process_id != process_id:
        raise ValueError(f"this run tells process {run.process_id}, not {process_id}")
    return run


@contextmanager
def running(process_id: UUID, fence: int) -> Generator[Run]:
    """Tell a process' story under the number of its start, showing signs of life until the end.

    What goes wrong for good is written down, so that the keeper does not start it again in vain.
    Raises StaleRun.
    """
    run = Run(process_id, fence)
    show_alive(run)
    stop = threading.Event()
    beating = threading.Thread(target=_beat, args=(run, stop), name="signs of life", daemon=True)
    beating.start()
    token = _current.set(run)
    try:
        yield run
    except StaleRun:
        raise
    except Exception as exc:
        if not passing(exc):
            _write_down(run, exc)
        raise
    finally:
        _current.reset(token)
        stop.set()
        beating.join()
        _leave(run)


def hold(session: Session, run: Run) -> Process:
    """The run's process, locked, if this start is still the one that counts. Raises StaleRun.

    Kept short by everybody: a step takes it anew for each portion of its work.
    """
    process = locked(session, run.process_id)
    if process.fence != run.fence or process.state == ProcessState.CANCELLED:
        raise StaleRun
    return process


def lease(seconds: float) -> ColumnElement[datetime]:
    """A moment so far from now by the database's clock, to be stored."""
    return func.clock_timestamp(type_=UtcDateTime()) + literal(timedelta(seconds=seconds))


def show_alive(run: Run, seconds: float = LEASE_SECONDS) -> None:
    """Renew the lease. Raises StaleRun when another start took over."""
    with transaction() as session:
        renewed = session.execute(
            update(Process)
            .where(Process.id == run.process_id, Process.fence == run.fence)
            .values(lease_until=lease(seconds))
        )
        assert isinstance(renewed, CursorResult)
        if not renewed.rowcount:
            raise StaleRun


def passing(error: BaseException) -> bool:
    """Whether the trouble is of the kind that passes by itself: the database or the server went away."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or type(error).__name__ in ("OperationalError", "InterfaceError")
    return type(error).__module__.split(".")[0] in ("httpx", "httpcore", "prefect", "websockets")


def _beat(run: Run, stop: threading.Event) -> None:
    while not stop.wait(BEAT_SECONDS):
        try:
            show_alive(run)
        except StaleRun:
            return
        except DBAPIError as exc:
            log.warning("no sign of life could be given", error=str(exc.orig))


def _leave(run: Run) -> None:
    """Give the lease up: a run that is resumed has time to show itself again."""
    try:
        with transaction() as session:
            session.execute(
                update(Process)
                .where(Process.id == run.process_id, Process.fence == run.fence)
                .values(lease_until=None)
            )
    except DBAPIError as exc:
        log.warning("the lease could not be given up", error=str(exc.orig))


def _write_down(run: Run, error: Exception) -> None:
    try:
        with transaction() as session:
            session.execute(
                update(Process)
                .where(Process.id == run.process_id, Process.fence == run.fence)
                .values(error=in_a_line(error)[:2_000])
            )
    except DBAPIError as exc:
        log.warning("the failure could not be written down", error=str(exc.orig))
