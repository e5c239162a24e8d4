"""Whom mail does not reach: known from what came back, told elsewhere, cleared when the address is right."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role, system
from core.directory import Person
from core.errors import NotAllowed, NotFound
from notifications.histories import ADDRESS, happened, stream_of
from notifications.models import Message, MessageState, UnreachedPerson
from notifications.outbox import AddressMissing, ReasonMissing
from notifications.reports import Report
from notifications.topics import CODES

STILL_TOLD = timedelta(days=30)
"""What was kept for so long goes out when the address is right again; older news helps nobody."""


class ReachedAlready(NotFound):
    """This person is not among those whom mail does not reach; nothing was changed."""


def mark(session: Session, message: Message, report: Report) -> None:
    """Remember that mail to an address does not reach its reader; what waits for them is kept from it."""
    at = clock.now(session)
    said = {
        "name": message.name,
        "address": message.address,
        "kind": str(report.kind),
        "detail": f"{report.status} {report.detail}".strip(),
        "since": at,
    }
    row = insert(UnreachedPerson).values(person_id=message.recipient_id, **said)
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=said))
    happened(
        session,
        system("courier"),
        "mail_address.unreached",
        stream_of(ADDRESS, message.recipient_id),
        facts={"person": message.recipient_id, "message": message.id, "status": report.status},
        personal={"address": message.address, "detail": report.detail},
    )


def everybody(session: Session) -> list[UnreachedPerson]:
    """Whom mail does not reach, by name."""
    return list(session.scalars(select(UnreachedPerson).order_by(UnreachedPerson.name)))


def count(session: Session) -> int:
    """How many people mail does not reach."""
    return session.scalar(select(func.count()).select_from(UnreachedPerson)) or 0


def among(session: Session, people: Collection[UUID]) -> dict[UUID, UnreachedPerson]:
    """Whom of these mail does not reach."""
    found = select(UnreachedPerson).where(UnreachedPerson.person_id.in_(people))
    return {row.person_id: row for row in session.scalars(found)}


def clear(session: Session, actor: Actor, person_id: UUID, reason: str, today: Person | None) -> int:
    """Mail somebody again, at the address that the directory has today; returns how many kept ones go out.

    Raises NotAllowed, ReasonMissing, ReachedAlready, AddressMissing.
    """
    if not actor.has(Role.HR, Role.OPERATOR, Role.ADMIN):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    if today is None or today.id != person_id or not today.email.strip():
        raise AddressMissing(name=today.name if today else "")
    gone = delete(UnreachedPerson).where(UnreachedPerson.person_id == person_id)
    if session.scalar(gone.returning(UnreachedPerson.person_id)) is None:
        raise ReachedAlready
    happened(
        session,
        actor,
        "mail_address.cleared",
        stream_of(ADDRESS, person_id),
        facts={"person": person_id},
        personal={"address": today.email, "reason": reason.strip()},
    )
    return _release(session, today)


def _release(session: Session, today: Person) -> int:
    """Queue what was kept from somebody and not read in the app meanwhile."""
    young = clock.now(session) - STILL_TOLD
    released = session.scalars(
        update(Message)
        .where(
            Message.recipient_id == today.id,
            text("state = 'kept' AND read_at IS NULL"),
            Message.created_at > young,
            Message.facts != {},
            Message.template.not_in(CODES),
        )
        .values(
            state=MessageState.QUEUED,
            address=today.email.strip(),
            last_error=None,
            next_at=func.statement_timestamp(),
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len(released.all())


def printed(session: Session, actor: Actor, messages: Sequence[Message]) -> None:
    """Record that messages were printed, to be handed over: who saw what they say is no secret.

    Raises NotAllowed.
    """
    if not actor.has(Role.HR, Role.ADMIN):
        raise NotAllowed
    people = sorted({m.recipient_id for m in messages})
    for person_id in people:
        facts = {"person": person_id, "messages": [m.id for m in messages if m.recipient_id == person_id]}
        happened(session, actor, "mail_address.printed", stream_of(ADDRESS, person_id), facts=facts)
