"""What a courier has leased is sorted: sent now, held back for its reader's hours, or not mailed at all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.settings import settings
from core.worktime import WorkCalendar
from notifications import preferences
from notifications.catalogue import topic_of
from notifications.models import Message, MessageState, UnreachedPerson
from notifications.surroundings import Surroundings, plain_calendar
from notifications.timing import Quiet, due
from notifications.topics import Rhythm

SWITCHED_OFF = "switched off by its reader"
NOT_REACHED = "mail does not reach this address"
NOBODYS: Mapping[UUID, WorkCalendar] = {}


def sort(
    session: Session, leased: Sequence[Message], now: datetime, surroundings: Surroundings
) -> list[Message]:
    """The messages to be sent now; the others are put where they belong, and are leased no more.

    Asked at the moment of sending, so that it costs those nothing who write messages, and what somebody
    chose a minute ago counts.
    """
    if not leased:
        return []
    unreached = _unreached(session, leased)
    topics = {m.id: topic_of(m.template, m.facts) for m in leased if m.due_at is None}
    readers = {m.recipient_id for m in leased if topics.get(m.id)}
    wished, usual = preferences.of_people(session, readers), preferences.usual()
    gather = timedelta(seconds=settings().mail.gather_seconds)
    # whose hours nobody asked about, needs no calendar
    asking = wished.keys() if usual.quiet is Quiet.NEVER else readers
    calendars = surroundings.calendars(session, asking) if asking else NOBODYS
    sending: list[Message] = []
    aside: defaultdict[Aside, list[UUID]] = defaultdict(list)
    for message in leased:
        topic, wishes = topics.get(message.id, ""), wished.get(message.recipient_id, usual)
        calendar = calendars.get(message.recipient_id) or plain_calendar()
        if (message.recipient_id, message.address) in unreached:
            aside[Aside(MessageState.KEPT, NOT_REACHED)].append(message.id)
        elif topic and wishes.rhythm(topic) is Rhythm.OFF:
            aside[Aside(MessageState.MOOT, SWITCHED_OFF)].append(message.id)
        elif topic and (until := due(topic, wishes, calendar, now, gather)):
            aside[Aside(MessageState.DEFERRED, None, until)].append(message.id)
        else:
            sending.append(message)
    for where, ids in aside.items():
        where.put(session, ids)
    return sending


@dataclass(frozen=True, slots=True)
class Aside:
    """Where messages go that are not sent now, and why or until when."""

    state: MessageState
    why: str | None
    until: datetime | None = None

    def put(self, session: Session, ids: Sequence[UUID]) -> None:
        """Take them off the courier's hands; the attempt does not count."""
        aside = {"state": self.state, "last_error": self.why, "due_at": self.until, "leased_by": None}
        session.execute(
            update(Message).where(Message.id.in_(ids)).values(attempts=Message.attempts - 1, **aside),
            execution_options={"synchronize_session": False},
        )


def _unreached(session: Session, leased: Sequence[Message]) -> set[tuple[UUID, str]]:
    """Whom of them mail to an address does not reach."""
    people = {m.recipient_id for m in leased}
    query = select(UnreachedPerson.person_id, UnreachedPerson.address)
    found = session.execute(query.where(UnreachedPerson.person_id.in_(people)))
    return {(id_, address) for id_, address in found.tuples()}
