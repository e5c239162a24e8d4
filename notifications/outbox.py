"""The outbox: messages written in the transaction of what they tell about, sent later by the courier."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role
from core.directory import Person
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event, Stream, record
from core.ids import new_id
from core.language import LANGUAGES
from core.rows import as_json, given, text_of
from core.settings import settings
from notifications.models import Message, MessageState, UnreachedPerson
from notifications.topics import CODES

NO_ADDRESS = "no address"
URGENT = 0
ORDINARY = 1
CHUNK = 5_000
MOST_RESENT = 500
"""So many are sent again at once."""


class NoSuchMessage(NotFound):
    """There is no such message; it may have been removed."""


class MessageOnItsWay(Conflict):
    """This message is still waiting to be sent, so nothing was changed. It is tried again by itself."""


class SentMeanwhile(Conflict):
    """This message was sent meanwhile, so nothing more was done. Load the page anew."""


class MessageForgotten(Conflict):
    """What this message said was erased because it is old; it can't be sent again."""


class CodeNotResent(Conflict):
    """A code is not sent again, for it is worth what its mailbox is; nothing was changed. Its reader asks for
    a new one."""


class AddressMissing(Invalid):
    """{name} has no email address; nothing was sent. Enter the address in the person's record first."""


class ReasonMissing(Invalid):
    """Say why; nothing was changed. The reason is kept in the history."""


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """One message to one person about one event: a template's name and the facts it shows."""

    event_id: UUID
    template: str
    recipient: Person
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    priority: int = ORDINARY


@dataclass(frozen=True, slots=True)
class OutboxDepth:
    """How many messages wait, are being sent, were given up; and since when the oldest unsent one waits."""

    queued: int
    leased: int
    dead: int
    oldest: datetime | None


def enqueue(session: Session, drafts: Sequence[MessageDraft]) -> int:
    """Put messages in the outbox; returns how many were newly queued.

    The same event, recipient and template again changes nothing. Whoever has no address gets a dead message,
    so that operators see who was not reached. Five thousand cost one statement.
    """
    rows = rows_of(session, drafts)
    written = [
        state
        for start in range(0, len(rows), CHUNK)
        for state in _write(session, rows[start : start + CHUNK])
    ]
    return sum(state == MessageState.QUEUED for state in written)


def rows_of(session: Session, drafts: Iterable[MessageDraft]) -> list[dict[str, Any]]:
    """Messages as rows of the outbox, for who writes them with the events that they tell of."""
    at = clock.now(session)
    once: dict[object, MessageDraft] = {}
    for draft in drafts:
        once.setdefault((draft.event_id, draft.recipient.id, draft.template), draft)
    return [_row(draft, at) for draft in once.values()]


def dead(session: Session, limit: int = 100) -> list[Message]:
    """The messages that were given up, newest first."""
    given_up = select(Message).where(text("state = 'dead'")).order_by(Message.created_at.desc(), Message.id)
    return list(session.scalars(given_up.limit(limit)))


def depth(session: Session) -> OutboxDepth:
    """How full the outbox is."""
    counted = (
        select(Message.state, func.count(), func.min(Message.created_at))
        .where(text("state IN ('queued','leased')"))
        .group_by(Message.state)
    )
    waiting = {state: (count, oldest) for state, count, oldest in session.execute(counted)}
    given_up = session.scalar(select(func.count()).select_from(Message).where(text("state = 'dead'")))
    return OutboxDepth(
        queued=waiting.get(MessageState.QUEUED, (0, None))[0],
        leased=waiting.get(MessageState.LEASED, (0, None))[0],
        dead=given_up or 0,
        oldest=min((oldest for _, oldest in waiting.values()), default=None),
    )


def held_back(session: Session) -> int:
    """How many messages wait for their readers' hours."""
    return session.scalar(select(func.count()).select_from(Message).where(text("state = 'deferred'"))) or 0


def homeless(session: Session) -> int:
    """How many of the dead messages had no address to go to."""
    lost = select(func.count()).select_from(Message).where(text("state = 'dead'"))
    return session.scalar(lost.where(Message.last_error == NO_ADDRESS)) or 0


def resend(
    session: Session,
    actor: Actor,
    message_id: UUID,
    reason: str,
    *,
    recipient: Person | None = None,
    seen: str = "",
) -> Message:
    """Queue a dead or sent message again, under its own Message-ID; for operators and administrators.

    `recipient` is the same person as the directory knows them today: address, name and language follow it.
    `seen` is the state in which they saw it: who asks twice, or after another, sends nothing twice.
    Raises NotAllowed, ReasonMissing, NoSuchMessage, MessageOnItsWay, SentMeanwhile, CodeNotResent,
    MessageForgotten, AddressMissing.
    """
    _guard_sender(actor, reason)
    message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None:
        raise NoSuchMessage
    if seen and message.state == MessageState.SENT != seen:
        raise SentMeanwhile
    _guard_resend(message, recipient)
    if recipient is not None:
        message.address, message.name = recipient.email, recipient.name
        message.language = _language(recipient)
    message.state, message.attempts, message.priority = MessageState.QUEUED, 0, URGENT
    message.sent_at = message.last_error = message.told_in = None
    message.due_at = message.due_at or clock.now(session)  # at once: its reader's hours were waited for
    # whoever sends again says that the address is right, until it comes back once more
    session.execute(delete(UnreachedPerson).where(UnreachedPerson.person_id == message.recipient_id))
    message.next_at = session.scalars(select(func.statement_timestamp())).one()
    tell(session, actor, "message.resent", message, {"reason": reason.strip()})
    session.flush()
    return message


def resend_all(
    session: Session,
    actor: Actor,
    reason: str,
    find: Callable[[Collection[UUID]], Mapping[UUID, Person]],
    limit: int = MOST_RESENT,
) -> tuple[int, int]:
    """Queue the dead messages again, the oldest first, to the addresses of today: after a night without a
    mail server. What can't be sent again stays as it is.

    `find` knows people by id. Returns how many are queued, and how many stayed. Raises NotAllowed,
    ReasonMissing.
    """
    _guard_sender(actor, reason)
    given_up = select(Message).where(text("state = 'dead'")).order_by(Message.created_at, Message.id)
    lost = session.scalars(given_up.limit(limit).with_for_update(skip_locked=True)).all()
    people, queued = find({message.recipient_id for message in lost}), 0
    for message in lost:
        try:
            resend(session, actor, message.id, reason, recipient=people.get(message.recipient_id))
        except (Conflict, Invalid):
            continue
        queued += 1
    return queued, len(lost) - queued


def tell(
    session: Session,
    actor: Actor,
    name: str,
    message: Message,
    personal: Mapping[str, Any] | None = None,
    **facts: object,
) -> None:
    """Record what happened to a message that is locked; the first event about it opens its stream.

    Only what a person may ask about later is an event (given up, sent again): an ordinary send has none.
    """
    said = {
        "message": message.id,
        "template": message.template,
        "recipient": message.recipient_id,
        **facts,
    }
    opens = session.get(Stream, message.id) is None
    record(session, actor, [Event(name, message.id, "message", said, personal, opens=opens)])


def _guard_sender(actor: Actor, reason: str) -> None:
    if not actor.has(Role.OPERATOR, Role.ADMIN):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing


def _guard_resend(message: Message, recipient: Person | None) -> None:
    if message.state in (MessageState.QUEUED, MessageState.LEASED, MessageState.DEFERRED):
        raise MessageOnItsWay
    if message.template in CODES:
        raise CodeNotResent
    if not message.facts:
        raise MessageForgotten
    if recipient is not None and recipient.id != message.recipient_id:
        raise NotAllowed
    if not (recipient.email if recipient else message.address).strip():
        raise AddressMissing(name=message.name)


def _write(session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """Insert what is not there yet; returns the states of the new rows."""
    states = session.connection().exec_driver_sql(_insert(tuple(rows[0])), {"rows": as_json(rows)})
    return states.scalars().all()


@lru_cache
def _insert(columns: tuple[str, ...]) -> str:
    """Made once: all messages have the same columns."""
    new = insert(Message).from_select(columns, select(*given(Message, columns).c)).on_conflict_do_nothing()
    return text_of(new.returning(Message.state))


def _row(draft: MessageDraft, at: datetime) -> dict[str, Any]:
    person = draft.recipient
    address = person.email.strip()
    return {
        "id": new_id(),
        "event_id": draft.event_id,
        "recipient_id": person.id,
        "address": address,
        "name": person.name,
        "language": _language(person),
        "template": draft.template,
        "facts": {name: _plain(value) for name, value in draft.facts.items()},
        "state": MessageState.QUEUED if address else MessageState.DEAD,
        "priority": draft.priority,
        "attempts": 0,
        "last_error": None if address else NO_ADDRESS,
        "created_at": at,
    }


def _language(person: Person) -> str:
    return person.language if person.language in LANGUAGES else settings().office.language


def _plain(value: object) -> object:
    """A fact as JSON can hold it: ids as text, moments and dates as ISO text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {str(key): _plain(inner) for key, inner in items}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in cast("Iterable[object]", value)]
    return str(value)
