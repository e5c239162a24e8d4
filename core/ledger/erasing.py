"""Erasure by law: personal content goes for good, the log stays whole and says by whose order.

The log holds the content of events. What its rooms keep beside it (the data of a case, a file, a mail) they
erase themselves, in the same transaction, and the log says how much of what went.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from core.actor import Actor, Role
from core.errors import Invalid, NotAllowed, NotFound
from core.events import Event, EventRow, Stream, record
from core.ids import new_id
from core.ledger.stream import ERASED

GONE = "—"
"""What stands where a name or a title was erased."""


class OrderMissing(Invalid):
    """Name the reason and the number of the order; nothing was erased. Both are kept in the history."""


class NothingToErase(NotFound):
    """The history has no personal content, or it was erased before; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be erased: the content of these streams, and what names a person."""

    streams: frozenset[UUID]
    person: UUID | None


Rows = Mapping[UUID | None, Mapping[str, int]]
"""How many rows of what lost their content, by the stream that tells of them; None where none does."""
Room = Callable[[Session, Scope], Rows]
"""A room's own part. It may refuse, by an error of its own: then nothing is erased."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many events lost their content, and how many rows beside the log, by what they are."""

    events: int
    rows: Mapping[str, int]


def erase(
    session: Session,
    actor: Actor,
    streams: Sequence[UUID] = (),
    *,
    person: UUID | None = None,
    order: str,
    reason: str,
    rooms: Iterable[Room] = (),
) -> Erased:
    """Erase the personal content and the salts of events, and what the rooms hold beside them.

    Of whole streams; and about a person, their own stream's events and every event's whose facts name them.
    What is hashed stays: chains, checkpoints and receipts verify as before. Each stream gets an event that
    says who erased which of its events, and what else, by which order. For administrators who are people.
    Raises NotAllowed, OrderMissing, NothingToErase, and what a room refuses.
    """
    if not actor.has(Role.ADMIN) or actor.person_id is None:
        raise NotAllowed
    if not (order.strip() and reason.strip()):
        raise OrderMissing
    rows = _by_rooms(session, Scope(frozenset(streams), person), rooms)
    indexes = _emptied(session, _chosen(streams, person))
    if not (rows or indexes):
        raise NothingToErase
    session.expire_all()
    said, why = {"order": order.strip()}, {"reason": reason.strip()}
    record(session, actor, [told.event(said, why) for told in _told(session, indexes, rows, person)])
    return Erased(sum(map(len, indexes.values())), _summed(rows))


def _by_rooms(session: Session, scope: Scope, rooms: Iterable[Room]) -> dict[UUID | None, Counter[str]]:
    found: defaultdict[UUID | None, Counter[str]] = defaultdict(Counter)
    for room in rooms:
        for stream, counts in room(session, scope).items():
            found[stream].update(counts)
    return {stream: +counts for stream, counts in found.items() if +counts}


def _summed(rows: Mapping[UUID | None, Counter[str]]) -> Counter[str]:
    return sum(rows.values(), Counter[str]())


@dataclass(frozen=True, slots=True)
class _Told:
    """What an event of one stream says."""

    stream: UUID
    kind: str
    indexes: Sequence[int] = ()
    rows: Mapping[str, int] = field(default_factory=dict[str, int])
    opens: bool = False

    def event(self, said: Mapping[str, str], why: Mapping[str, str]) -> Event:
        facts = {"indexes": sorted(self.indexes), **said} | ({"rows": dict(self.rows)} if self.rows else {})
        return Event(ERASED, self.stream, self.kind, facts, why, opens=self.opens)


def _told(
    session: Session,
    indexes: Mapping[UUID, Sequence[int]],
    rows: Mapping[UUID | None, Counter[str]],
    person: UUID | None,
) -> Iterator[_Told]:
    """One of each stream; of rows that no stream tells of, in the person's, else in one of its own."""
    asked = {stream for stream in (*indexes, *rows, person) if stream}
    found = select(Stream.id, Stream.kind).where(Stream.id.in_(asked))
    kinds = dict(session.execute(found).tuples().all())
    loose = _summed({stream: counts for stream, counts in rows.items() if stream not in kinds})
    home = person if person in kinds else None
    for stream, kind in sorted(kinds.items()):
        went = rows.get(stream, Counter[str]()) + (loose if stream == home else Counter[str]())
        if went or stream in indexes:
            yield _Told(stream, kind, indexes.get(stream, ()), went)
    if loose and home is None:
        yield _Told(new_id(), "erasure", rows=loose, opens=True)


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
