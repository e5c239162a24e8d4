"""Signs of life of our long-running services, for the operator's page."""

import os
import socket
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.database import transaction
from core.ids import new_id
from flows.process.models import Heartbeat

BEAT_SECONDS = 10.0

log = structlog.get_logger()


def this_instance() -> str:
    """What tells this process from others of its service: host and process number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(
    session: Session,
    service: str,
    instance: str,
    facts: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Say that a service is well now (by real time, also in a rehearsal), and what it counts."""
    row = {"at": at or datetime.now(UTC), "facts": dict(facts or {})}
    session.execute(
        insert(Heartbeat)
        .values(id=new_id(), service=service, instance=instance, **row)
        .on_conflict_do_update(index_elements=["service", "instance"], set_=row)
    )


@contextmanager
def beating(service: str) -> Generator[None]:
    """Show that a service is well until the block is left, from a thread beside its work."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(service, stop), name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(service: str, stop: threading.Event) -> None:
    while True:
        try:
            with transaction() as session:
                beat(session, service, this_instance())
        except DBAPIError as exc:
            log.warning("no sign of life could be given", service=service, error=str(exc.orig))
        if stop.wait(BEAT_SECONDS):
            return
