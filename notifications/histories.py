"""The event streams of this room that belong to no row: a person's wishes, the uses of a link."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.events import Event, Stream, record

WISHES, ADDRESS, LINK = "mail wishes", "mail address", "link"


def stream_of(kind: str, person_id: UUID, about: UUID | None = None) -> UUID:
    """The stream of what happened to a person's mail, or to a link of theirs."""
    return uuid5(person_id, f"mufakat:{kind}:{about or ''}")


def happened(
    session: Session,
    actor: Actor,
    name: str,
    stream: UUID,
    *,
    facts: Mapping[str, Any],
    personal: Mapping[str, Any] | None = None,
) -> None:
    """Record an event; the first opens the stream, and of two at once only one is the first."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"mail:{stream}", 0))))
    opens = session.scalar(select(Stream.id).where(Stream.id == stream)) is None
    kind = name.partition(".")[0]
    record(session, actor, [Event(name, stream, kind, facts, personal, opens=opens)])
