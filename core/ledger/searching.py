"""The log searched: by case, by who acted, by what happened, by day, by what was written; newest first.

What is sealed is found: an event gets its place within seconds, and is found from then on. The indexes hold
sealed events only, so that recording one writes none of them: the sealer does, behind the work.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Index,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from core.events import EventRow
from core.ledger.checkpoints import Checkpoint

_SEALED = text("position IS NOT NULL")
_ACTOR: ColumnElement[str] = func.substr(EventRow.body, literal_column("11"), literal_column("36"))
"""The text is canonical, so that it begins with `{"actor":"`, and the id follows."""

Index("ix_event_at", EventRow.at, EventRow.position, postgresql_where=_SEALED)
Index("ix_event_name", EventRow.name, EventRow.at, EventRow.position, postgresql_where=_SEALED)
Index(
    "ix_event_actor",
    _ACTOR,
    EventRow.at,
    EventRow.position,
    postgresql_where=_SEALED,
)
# What was written has no index: a search in a million events reads them in a third of a second, and an index
# of trigrams would keep parts of names that the law had erased.


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event lies in the order of the search."""

    at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; what is left out does not narrow the search."""

    stream: UUID | None = None
    """The history of one thing: a case, a person, a cycle."""
    actor: UUID | None = None
    name: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is not meant any more."""
    words: str = ""
    """A part of what was written: a reason, a remark, a name."""


@dataclass(frozen=True, slots=True)
class Found:
    """An event as the log holds it."""

    id: UUID
    stream: UUID
    kind: str
    index: int
    name: str
    at: datetime
    actor: UUID | None
    via: str
    facts: Mapping[str, Any]
    written: Mapping[str, Any]
    """The personal content; empty when there was none, or it was erased."""
    erased: bool
    """Whether there was personal content, which is gone by an order of the law."""
    hash: str
    position: int | None

    @property
    def place(self) -> Place:
        return Place(self.at, self.position or 0)

    @property
    def said(self) -> Mapping[str, Any]:
        """The facts and what was written."""
        return {**self.facts, **self.written}


def search(session: Session, sought: Sought, *, before: Place | None = None, limit: int = 50) -> list[Found]:
    """A page of what is found, the newest first; the next page is that `before` the last one's place."""
    query = _query(sought)
    if before is not None:
        query = query.where(tuple_(EventRow.at, EventRow.position) < (before.at, before.position))
    return [_found(row) for row in session.scalars(query.limit(limit))]


def read_on(session: Session, sought: Sought, *, limit: int) -> Iterator[Found]:
    """All that is found, up to a limit, read in portions: a large answer costs no memory."""
    rows = session.scalars(_query(sought).limit(limit), execution_options={"yield_per": 2_000})
    for row in rows:
        yield _found(row)
        session.expunge(row)


def story(session: Session, stream: UUID) -> list[Found]:
    """All that happened to one thing from its first event on, also what is not sealed yet."""
    query = select(EventRow).where(EventRow.stream_id == stream).order_by(EventRow.index)
    return [_found(row) for row in session.scalars(query)]


def names(session: Session) -> list[str]:
    """The names of all events that there are; a jump through the index from each to the next."""
    jump = text(
        """
        WITH RECURSIVE known AS (
            (SELECT name FROM event WHERE position IS NOT NULL ORDER BY name LIMIT 1)
            UNION ALL
            SELECT (SELECT e.name FROM event e
                    WHERE e.position IS NOT NULL AND e.name > known.name ORDER BY e.name LIMIT 1)
            FROM known WHERE known.name IS NOT NULL
        ) SELECT name FROM known WHERE name IS NOT NULL
        """
    )
    return list(session.scalars(jump))


def vouched(session: Session, positions: Sequence[int]) -> dict[int, int]:
    """For each position the number of the first checkpoint that covers it; younger ones are missing."""
    asked = func.unnest(bindparam("positions", positions, ARRAY(BigInteger))).column_valued("asked")
    first = (
        select(Checkpoint.number)
        .where(Checkpoint.size >= asked)
        .order_by(Checkpoint.size)
        .limit(1)
        .scalar_subquery()
    )
    return {place: number for place, number in session.execute(select(asked, first)) if number is not None}


def unsealed(session: Session) -> int:
    """How many events have no place yet, and so are not found."""
    return session.scalars(select(func.count()).where(EventRow.position.is_(None))).one()


def _query(sought: Sought) -> Select[tuple[EventRow]]:
    query = select(EventRow).where(_SEALED)
    if sought.stream is not None:
        query = query.where(EventRow.stream_id == sought.stream)
    if sought.actor is not None:
        query = query.where(_ACTOR.in_([str(sought.actor)]))
    if sought.name:
        query = query.where(EventRow.name == sought.name)
    if sought.since is not None:
        query = query.where(EventRow.at >= sought.since)
    if sought.until is not None:
        query = query.where(EventRow.at < sought.until)
    if words := " ".join(sought.words.split()):
        query = query.where(*_written(words))
    return query.order_by(EventRow.at.desc(), EventRow.position.desc())


def _written(words: str) -> Sequence[Any]:
    """That a part of the content holds these words: first in its text as it is stored, which is quick to say
    no, then in its values alone, so that no key is taken for what somebody wrote."""
    stored = json.dumps(words, ensure_ascii=False)[1:-1]
    # a NUL, which no value of the database's can be, would make the whole search fail
    values = text(
        r"""
        CASE WHEN personal LIKE '%\\u0000%' THEN true
        ELSE EXISTS (SELECT FROM jsonb_each_text(personal::jsonb) AS part WHERE part.value ILIKE :within) END
        """
    )
    return (
        EventRow.personal.icontains(stored, autoescape=True),
        values.bindparams(within=f"%{_plain(words)}%"),
    )


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _found(row: EventRow) -> Found:
    body: dict[str, Any] = json.loads(row.body)
    return Found(
        row.id,
        row.stream_id,
        body["kind"],
        row.index,
        row.name,
        row.at,
        UUID(body["actor"]) if body["actor"] else None,
        body["via"],
        body["facts"],
        json.loads(row.personal) if row.personal else {},
        erased=body["commitment"] is not None and row.personal is None,
        hash=row.hash.hex(),
        position=row.position,
    )
