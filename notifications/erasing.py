"""What the outbox says of people, erased by order of the law: what told of a case, what a person was told."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, case, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from core.events import EventRow
from core.ledger.erasing import GONE, Rows, Scope
from notifications.models import MailPreference, MailReturn, Message, MessageState, UnreachedPerson

ERASED = "erased by order"
_UNSENT = Message.state.in_([MessageState.QUEUED, MessageState.LEASED, MessageState.DEFERRED])


def erase(session: Session, scope: Scope) -> Rows:
    """Empty the messages to a person, those about these streams, and those that name the person.

    None of them is sent any more; what a courier holds at this moment may still go out.
    """
    emptied: list[UUID] = []
    if scope.person:
        unnamed: dict[str, Any] = {"address": "", "name": GONE, "facts": {}}
        to_them = (Message.recipient_id == scope.person) & (Message.name != GONE)
        emptied += _emptied(session, to_them, unnamed)
        _forget(session, scope.person)
    emptied += _emptied(session, _about(scope) & (Message.facts != {}), {"facts": {}})
    told_by = select(EventRow.id, EventRow.stream_id).where(EventRow.id.in_(emptied))
    streams: dict[UUID, UUID] = dict(session.execute(told_by).tuples().all())
    found: defaultdict[UUID | None, Counter[str]] = defaultdict(Counter)
    for event_id in emptied:
        found[streams.get(event_id)]["message"] += 1
    return found


def _forget(session: Session, person_id: UUID) -> None:
    """How a person wanted their mail, that it did not reach them, and where to."""
    theirs = select(Message.id).where(Message.recipient_id == person_id)
    for gone in (
        delete(MailPreference).where(MailPreference.person_id == person_id),
        delete(UnreachedPerson).where(UnreachedPerson.person_id == person_id),
        update(MailReturn).where(MailReturn.message_id.in_(theirs)).values(address="", detail=""),
    ):
        session.execute(gone, execution_options={"synchronize_session": False})


def _about(scope: Scope) -> ColumnElement[bool]:
    told = Message.event_id.in_(select(EventRow.id).where(EventRow.stream_id.in_(scope.streams)))
    if scope.person is None:
        return told
    return or_(told, cast(Message.facts, Text).contains(str(scope.person)))


def _emptied(session: Session, chosen: ColumnElement[bool], values: Mapping[str, Any]) -> list[UUID]:
    """Of which events the messages lost their content just now; what was not sent is given up."""
    given_up = {
        "state": case((_UNSENT, MessageState.DEAD), else_=Message.state),
        "last_error": case((_UNSENT, ERASED), else_=Message.last_error),
        "leased_by": None,
    }
    emptied = update(Message).where(chosen).values(**values, **given_up).returning(Message.event_id)
    return list(session.scalars(emptied, execution_options={"synchronize_session": False}))
