"""Which mails told of which events: to whom and how far they came, never what they said."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.models import Message


@dataclass(frozen=True, slots=True)
class Told:
    """A mail about an event."""

    recipient_id: UUID
    name: str
    template: str
    state: str
    sent_at: datetime | None


def by_event(session: Session, events: Collection[UUID]) -> Mapping[UUID, Sequence[Told]]:
    """The mails about these events, as far as they are still kept, in the order they were written."""
    about = Message.event_id.in_(events)
    columns = (Message.recipient_id, Message.name, Message.template, Message.state, Message.sent_at)
    found: defaultdict[UUID, list[Told]] = defaultdict(list)
    for event_id, *said in session.execute(
        select(Message.event_id, *columns).where(about).order_by(Message.id)
    ):
        found[event_id].append(Told(*said))
    return found
