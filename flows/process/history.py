"""What happens to a process, told in its stream of events."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.actor import Actor
from core.events import Event, record
from flows.process.models import Process


def tell(
    session: Session,
    actor: Actor,
    process: Process,
    name: str,
    facts: Mapping[str, Any] | None = None,
    *,
    personal: Mapping[str, Any] | None = None,
    opens: bool = False,
) -> None:
    """Record `process.<name>` in the process' stream."""
    said = {"process": process.id, **(facts or {})}
    record(session, actor, [Event(f"process.{name}", process.id, "process", said, personal, opens=opens)])
