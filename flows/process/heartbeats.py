"""Signs of life of our long-running services, for the operator's page."""

import os
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.ids import new_id
from flows.process.models import Heartbeat


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
