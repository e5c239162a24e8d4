"""Erasure by law: personal content goes for good, the log stays whole and says by whose order."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.actor import Actor, Role
from core.errors import Invalid, NotAllowed, NotFound
from core.events import Event, EventRow, Stream, record
from core.ledger.stream import ERASED


class OrderMissing(Invalid):
    """Name the reason and the number of the order; nothing was erased. Both are kept in the history."""


class NothingToErase(NotFound):
    """The history has no personal content, or it was erased before; nothing was changed."""


def erase(session: Session, actor: Actor, streams: Sequence[UUID], *, order: str, reason: str) -> int:
    """Erase the personal content and the salts of whole streams' events; returns of how many events.

    What is hashed stays: chains, checkpoints and receipts verify as before. Each stream gets an event that
    says who erased which of its events by which order; the office's other records (a case, a message) are
    their rooms' to erase. For administrators who are people. Raises NotAllowed, OrderMissing, NothingToErase.
    """
    if not actor.has(Role.ADMIN) or actor.person_id is None:
        raise NotAllowed
    if not (order.strip() and reason.strip()):
        raise OrderMissing
    query = select(Stream.id, Stream.kind).where(Stream.id.in_(streams)).order_by(Stream.id)
    kinds = dict(session.execute(query.with_for_update()).tuples().all())
    erased = {stream: _emptied(session, stream) for stream in kinds}
    told = [
        Event(
            ERASED,
            stream,
            kinds[stream],
            {"indexes": indexes, "order": order.strip(), "reason": reason.strip()},
        )
        for stream, indexes in erased.items()
        if indexes
    ]
    if not told:
        raise NothingToErase
    record(session, actor, told)
    return sum(map(len, erased.values()))


def _emptied(session: Session, stream: UUID) -> list[int]:
    """Which of a stream's events lost content just now."""
    holding = (EventRow.stream_id == stream) & (EventRow.personal.is_not(None) | EventRow.salt.is_not(None))
    emptied = update(EventRow).where(holding).values(personal=None, salt=None).returning(EventRow.index)
    return sorted(session.scalars(emptied.execution_options(synchronize_session="fetch")))
