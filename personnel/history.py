"""The histories this room writes: of a person, a unit, a post, a calendar, an import."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import events
from core.actor import Actor
from core.events import Event, Recorded
from personnel.among import among


def record(session: Session, actor: Actor, happened: Sequence[Event]) -> list[Recorded]:
    """Record events, opening each history with its first one; any number costs the same few statements."""
    streams = {event.stream for event in happened}
    opened = set(session.scalars(select(events.Stream.id).where(among(events.Stream.id, streams))))
    written: list[Event] = []
    for event in happened:
        written.append(replace(event, opens=event.stream not in opened))
        opened.add(event.stream)
    return events.record(session, actor, written)
