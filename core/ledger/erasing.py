"""Erasure by law: personal content goes for good, the log stays whole and says by whose order."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from core.actor import Actor, Role
from core.errors import Invalid, NotAllowed, NotFound
from core.events import Event, EventRow, Stream, record
from core.ledger.stream import ERASED


class OrderMissing(Invalid):
    """Name the reason and the number of the order; nothing was erased. Both are kept in the history."""


class NothingToErase(NotFound):
    """The history has no personal content, or it was erased before; nothing was changed."""


def erase(
    session: Session,
    actor: Actor,
    streams: Sequence[UUID] = (),
    *,
    person: UUID | None = None,
    order: str,
    reason: str,
) -> int:
    """Erase the personal content and the salts of events; returns of how many.

    Those of whole streams; and about a person, their own stream's and every event's whose facts name them.
    What is hashed stays: chains, checkpoints and receipts verify as before. Each stream gets an event that
    says who erased which of its events by which order. The office's other records (a case, a message) are
    their rooms' to erase. For administrators who are people. Raises NotAllowed, OrderMissing, NothingToErase.
    """
    if not actor.has(Role.ADMIN) or actor.person_id is None:
        raise NotAllowed
    if not (order.strip() and reason.strip()):
        raise OrderMissing
    erased = _emptied(session, _chosen(streams, person))
    if not erased:
        raise NothingToErase
    kinds = dict(session.execute(select(Stream.id, Stream.kind).where(Stream.id.in_(erased))).tuples().all())
    said = {"order": order.strip()}
    why = {"reason": reason.strip()}
    record(
        session,
        actor,
        [
            Event(ERASED, stream, kinds[stream], {"indexes": sorted(indexes), **said}, why)
            for stream, indexes in erased.items()
        ],
    )
    return sum(map(len, erased.values()))


def _chosen(streams: Sequence[UUID], person: UUID | None) -> ColumnElement[bool]:
    if person is None:
        return EventRow.stream_id.in_(streams)
    # the text is canonical: what stands between these two keys are the facts
    named = EventRow.body.like(f'%"facts":{{%{person}%}},"id":"%')
    return or_(EventRow.stream_id.in_([*streams, person]), named)


def _emptied(session: Session, chosen: ColumnElement[bool]) -> dict[UUID, list[int]]:
    """Which events lost content just now, by stream. Orders to erase keep theirs."""
    holding = EventRow.personal.is_not(None) | EventRow.salt.is_not(None)
    emptied = (
        update(EventRow)
        .where(chosen, holding, EventRow.name != ERASED)
        .values(personal=None, salt=None)
        .returning(EventRow.stream_id, EventRow.index)
    )
    found: dict[UUID, list[int]] = defaultdict(list)
    for stream, index in session.execute(emptied, execution_options={"synchronize_session": False}):
        found[stream].append(index)
    return dict(found)
