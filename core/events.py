"""What happened, in hash-chained streams; recorded in the caller's transaction and handed to subscribers.

A stream is the history of one thing (a case, a process, a person's record, a definition). Each event's text
holds the hash of the one before; the stream row holds head and count, and its lock orders the writers, so
there is no global hot spot. Personal content stays outside the hashed text, behind a salted commitment:
erasing content and salt by law leaves the chain whole.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.actor import Actor
from core.database import Base
from core.ids import new_id
from core.rows import Changes

GENESIS = bytes(32)

Head = tuple[bytes, int]
"""The hash of a stream's last event, and how many there are."""


class Stream(Base):
    """The head of one history."""

    __tablename__ = "stream"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    head: Mapped[bytes] = mapped_column(LargeBinary)
    count: Mapped[int]


class EventRow(Base):
    """One recorded event; `body` is the text exactly as it was hashed."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("stream_id", "index"),
        # followers read on by position; what is not sealed yet is found by the other, small index
        Index("uq_event_position", "position", unique=True, postgresql_where=text("position IS NOT NULL")),
        Index("ix_event_unsealed", "at", postgresql_where=text("position IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    stream_id: Mapped[UUID] = mapped_column(ForeignKey(Stream.id))
    index: Mapped[int]
    name: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[str]
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    personal: Mapped[str | None]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    position: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in one stream, in the past tense (`task.escalated`).

    `facts` are hashed in clear: ids, codes, numbers, moments. `personal` is what the law may ask us to erase
    (names, reasons, comments). `opens` says that this is the stream's first event.
    """

    name: str
    stream: UUID
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    personal: Mapping[str, Any] | None = None
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as written: with its id, its place in its stream, its moment and its actor."""

    id: UUID
    event: Event
    index: int
    at: datetime
    actor: Actor

    @property
    def name(self) -> str:
        return self.event.name

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.event.facts

    @property
    def personal(self) -> Mapping[str, Any]:
        return self.event.personal or {}


Subscriber = Callable[[Session, Sequence[Recorded]], None]
"""Is handed what was recorded, and finds the tables as the verb leaves them."""

Herald = Callable[[Session, Sequence[Recorded], Changes], None]
"""Is handed events as they are about to be written, and adds the rows that tell of them, to be written by the
same statement; what else is about to be written is in the changes, and not in the tables yet."""


class NotWired(RuntimeError):
    """Nothing listens to events: wiring.wire() must run before the first verb."""


_subscribers: list[Subscriber] | None = None
_heralds: list[Herald] = []


def wire(subscribers: Iterable[Subscriber], heralds: Iterable[Herald] = ()) -> None:
    """Set who is handed every recorded event, inside the transaction that records it."""
    global _subscribers, _heralds
    _subscribers, _heralds = list(subscribers), list(heralds)


def record(
    session: Session,
    actor: Actor,
    events: Sequence[Event],
    *,
    along: Changes | None = None,
    held: Mapping[UUID, Head] | None = None,
) -> list[Recorded]:
    """Append events to their streams and hand them to who listens, all in the caller's transaction.

    Any number of events costs the same few statements. Streams are locked in the order of their ids, so
    that two writers never wait for each other in a ring. Rows that go `along` are written by the same
    statement; the heads of streams that the caller `held` locked already are not read again. Raises NotWired
    before wiring.
    """
    if _subscribers is None:
        raise NotWired
    changes = along or Changes()
    if not events:
        changes.write(session)
        return []
    at = clock.now(session)
    heads = _lock_heads(session, events, held or {})
    rows: list[dict[str, Any]] = []
    recorded: list[Recorded] = []
    for event in events:
        head, count = heads[event.stream]
        row, entry = _link(event, actor, at, head, count)
        heads[event.stream] = (row["hash"], count + 1)
        rows.append(row)
        recorded.append(entry)
    _move(events, heads, changes)
    changes.insert(EventRow, rows)
    for herald in _heralds:
        herald(session, recorded, changes)
    changes.write(session)
    for subscriber in _subscribers:
        subscriber(session, recorded)
    return recorded


def canonical(value: Mapping[str, Any]) -> str:
    """The one text of a value: sorted keys, no spaces, UTF-8; ids, moments and dates as ISO text."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS
    return orjson.dumps(value, default=str, option=options).decode()


def commitment(salt: bytes, personal: str) -> str:
    """What the hashed text says about erasable content: SHA-256 over salt and content, hex."""
    return hashlib.sha256(salt + personal.encode()).hexdigest()


def _link(
    event: Event, actor: Actor, at: datetime, head: bytes, count: int
) -> tuple[dict[str, Any], Recorded]:
    event_id = new_id()
    personal = canonical(event.personal) if event.personal else None
    salt = secrets.token_bytes(16) if personal else None
    body = canonical(
        {
            "id": event_id,
            "stream": event.stream,
            "kind": event.kind,
            "index": count,
            "name": event.name,
            "at": at,
            "actor": actor.person_id,
            "via": actor.via,
            "facts": event.facts,
            "commitment": commitment(salt, personal) if salt and personal else None,
            "prev": head.hex(),
        }
    )
    row = {
        "id": event_id,
        "stream_id": event.stream,
        "index": count,
        "name": event.name,
        "at": at,
        "body": body,
        "salt": salt,
        "personal": personal,
        "hash": hashlib.sha256(body.encode()).digest(),
        "position": None,
    }
    return row, Recorded(event_id, event, count, at, actor)


def _lock_heads(session: Session, events: Sequence[Event], held: Mapping[UUID, Head]) -> dict[UUID, Head]:
    opening = {e.stream for e in events if e.opens}
    said = {e.stream for e in events}
    heads = {id_: head for id_, head in held.items() if id_ in said}
    if known := sorted(said - opening - heads.keys()):
        found = select(Stream.id, Stream.head, Stream.count).where(Stream.id.in_(known))
        for id_, head, count in session.execute(found.order_by(Stream.id).with_for_update()):
            heads[id_] = (head, count)
        if missing := [id_ for id_ in known if id_ not in heads]:
            raise LookupError(f"no stream {missing[0]}: its first event must say opens=True")
    for stream in opening:
        heads[stream] = (GENESIS, 0)
    return heads


def _move(events: Sequence[Event], heads: Mapping[UUID, Head], changes: Changes) -> None:
    """Heads of new streams to insert, and of known ones to change."""
    kinds = {e.stream: e.kind for e in events if e.opens}
    rows = {id_: {"id": id_, "head": head, "count": count} for id_, (head, count) in heads.items()}
    changes.insert(Stream, [row | {"kind": kinds[id_]} for id_, row in rows.items() if id_ in kinds])
    changes.update(Stream, [row for id_, row in rows.items() if id_ not in kinds])


def history(session: Session, stream: UUID) -> list[EventRow]:
    """A stream's events from its first on."""
    return list(
        session.scalars(select(EventRow).where(EventRow.stream_id == stream).order_by(EventRow.index))
    )


def facts_of(row: EventRow) -> dict[str, Any]:
    """What a stored event says: its facts, with the personal content where it still exists."""
    said: dict[str, Any] = json.loads(row.body)["facts"]
    return said | (json.loads(row.personal) if row.personal else {})


SEALER_LOCK = 0x6D756661


def seal(session: Session, limit: int = 10_000) -> int:
    """Give committed events their position, alone under an advisory lock; returns how many.

    Ids do not commit in order, so a follower that reads by id would skip events; it reads by position.
    """
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": SEALER_LOCK}):
        return 0
    sealed = session.execute(
        text(
            """
            WITH top AS (SELECT coalesce(max(position), 0) AS last FROM event),
                 fresh AS (SELECT id, row_number() OVER (ORDER BY at, stream_id, index) AS nth
                           FROM (SELECT id, at, stream_id, index FROM event WHERE position IS NULL
                                 ORDER BY at, stream_id, index LIMIT :limit) AS waiting)
            UPDATE event SET position = top.last + fresh.nth FROM top, fresh WHERE event.id = fresh.id
            """
        ),
        {"limit": limit},
    )
    return sealed.rowcount  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
