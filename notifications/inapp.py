"""Messages as their reader finds them in the app, first of all those that mail did not bring."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from core.errors import NotAllowed
from notifications.models import Message
from notifications.outbox import NoSuchMessage
from notifications.render import Rendered, render
from notifications.topics import CODES

MISSED = text("message.state IN ('dead','kept') AND message.read_at IS NULL")
_READABLE = (Message.template.not_in(CODES), Message.facts != {})
"""A code is for the mailbox alone: who has a session needs none. What was erased can't be shown."""


def count_missed(session: Session, person_id: UUID) -> int:
    """How much mail did not bring somebody and they have not seen here."""
    missed = select(func.count()).select_from(Message)
    return session.scalar(missed.where(MISSED, Message.recipient_id == person_id, *_READABLE)) or 0


def missed_by(session: Session, people: Sequence[UUID]) -> dict[UUID, list[Message]]:
    """What mail did not bring people and they have not seen here, oldest first."""
    found: dict[UUID, list[Message]] = {id_: [] for id_ in people}
    query = select(Message).where(MISSED, Message.recipient_id.in_(people), *_READABLE)
    for message in session.scalars(query.order_by(Message.created_at)):
        found[message.recipient_id].append(message)
    return found


def recent(session: Session, person_id: UUID, limit: int = 50) -> list[Message]:
    """The newest messages to somebody, whichever way they went."""
    newest = select(Message).where(Message.recipient_id == person_id, *_READABLE)
    return list(session.scalars(newest.order_by(Message.created_at.desc(), Message.id).limit(limit)))


def find(session: Session, person_id: UUID, message_id: UUID) -> Message:
    """One of somebody's own messages. Raises NoSuchMessage, also for another's."""
    found = select(Message).where(Message.id == message_id, Message.recipient_id == person_id, *_READABLE)
    if message := session.scalar(found):
        return message
    raise NoSuchMessage


def mark_read(session: Session, actor: Actor) -> int:
    """Say that one has seen what mail did not bring; returns how many. Raises NotAllowed."""
    if actor.person_id is None:
        raise NotAllowed
    seen = session.scalars(
        update(Message)
        .where(MISSED, Message.recipient_id == actor.person_id)
        .values(read_at=clock.now(session))
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len(seen.all())


def shown(session: Session, message: Message, language: str) -> Rendered:
    """A message as its reader sees it now."""
    return render(
        message.template,
        language,
        message.facts,
        recipient_id=message.recipient_id,
        name=message.name,
        now=clock.now(session),
    )
