"""Which courier carries which messages: leases that are committed before anything is sent."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.actor import system
from notifications.holds import held
from notifications.models import Message, MessageState
from notifications.outbox import tell
from notifications.retry import pause_after
from notifications.topics import CODES

LEASE = timedelta(seconds=10)
"""How soon another courier takes over from one that died; one that lives renews it long before."""


@dataclass(frozen=True, slots=True)
class Failure:
    """That a message could not be delivered: what the server said, and whether trying again is of no use."""

    message_id: UUID
    error: str
    permanent: bool


def lease(session: Session, courier: str, limit: int) -> list[Message]:
    """Take the messages that are due, and those whose courier died; nobody else gets them meanwhile.

    While operators hold the mail, only codes that somebody waits for are due.

    An attempt is counted here already, so that a message which kills its courier does not look untried.
    """
    due = (
        select(Message.id)
        # the states are spelled out for the planner to use the index that holds only these
        .where(text("message.state IN ('queued','leased')"), Message.next_at <= func.statement_timestamp())
        .where(or_(~held(), Message.template.in_(CODES)))
        .order_by(Message.priority, Message.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    taken = session.scalars(
        update(Message)
        .where(Message.id == due.c.id)
        .values(
            state=MessageState.LEASED,
            leased_by=courier,
            attempts=Message.attempts + 1,
            next_at=func.statement_timestamp() + LEASE,
        )
        .returning(Message)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(taken, key=lambda m: (m.priority, m.id))


def renew(session: Session, courier: str, message_ids: Iterable[UUID]) -> None:
    """Keep the leases of messages that are still to be sent."""
    session.execute(
        _mine(courier, message_ids).values(next_at=func.statement_timestamp() + LEASE),
        execution_options={"synchronize_session": False},
    )


def release(
    session: Session,
    courier: str,
    message_ids: Iterable[UUID],
    why: str | None = None,
    pause: timedelta = timedelta(),
) -> None:
    """Give back messages that were not tried, for now or for after a pause; the attempt does not count."""
    session.execute(
        _mine(courier, message_ids).values(
            state=MessageState.QUEUED,
            leased_by=None,
            attempts=Message.attempts - 1,
            next_at=func.statement_timestamp() + pause,
            last_error=why,
        ),
        execution_options={"synchronize_session": False},
    )


def mark_sent(session: Session, message_ids: Iterable[UUID]) -> None:
    """Record that the transport accepted these messages, whoever holds their lease by now."""
    session.execute(
        update(Message)
        .where(Message.id.in_(list(message_ids)), Message.state != MessageState.SENT)
        .values(state=MessageState.SENT, sent_at=clock.now(session), leased_by=None, last_error=None),
        execution_options={"synchronize_session": False},
    )


def mark_failed(session: Session, courier: str, failures: Sequence[Failure]) -> int:
    """Record failed attempts: each is queued for later or, at its last or a permanent one, given up.

    Returns how many were given up; each of those is an event. A message that another courier holds by now
    is left to it.
    """
    errors = {f.message_id: f for f in failures}
    held = select(Message).where(
        Message.id.in_(errors), Message.leased_by == courier, Message.state == MessageState.LEASED
    )
    now = session.scalars(select(func.statement_timestamp())).one()
    given_up = 0
    fresh = {"populate_existing": True}
    for message in session.scalars(
        held.order_by(Message.id).with_for_update(), execution_options=fresh
    ).all():
        given_up += _fail(session, message, errors[message.id], now)
    session.flush()
    return given_up


def _fail(session: Session, message: Message, failure: Failure, now: datetime) -> bool:
    pause = None if failure.permanent else pause_after(message.attempts, random.random())  # noqa: S311
    message.leased_by, message.last_error = None, failure.error
    if pause is not None:
        message.state, message.next_at = MessageState.QUEUED, now + pause
        return False
    message.state = MessageState.DEAD
    tell(
        session,
        system("courier"),
        "message.dead",
        message,
        attempts=message.attempts,
        error=failure.error,
    )
    return True


def _mine(courier: str, message_ids: Iterable[UUID]):
    return update(Message).where(
        Message.id.in_(list(message_ids)),
        Message.leased_by == courier,
        Message.state == MessageState.LEASED,
    )
