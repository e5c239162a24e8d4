"""The end of the log, read on and on: what was committed since one looked last, each event once.

What is sealed is read by its position. What is not yet is read too, by its moment, so that nobody waits for
the sealer; it is known again when it has its position. Reading costs one short statement.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, select, true, union_all
from sqlalchemy.orm import Session

from core import clock
from core.events import EventRow

MOST = 500
"""More than so many at once are not told one by one."""
REMEMBERED = 20_000
OVERLAP = timedelta(seconds=15)
RECENT = timedelta(minutes=5)
"""What lies unsealed for longer was told long ago."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, by what followers of everything need: in which stream, and its facts."""

    stream_id: UUID
    name: str
    at: datetime
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Tail:
    """Where one reader of the log's end stands."""

    position: int
    _told: OrderedDict[UUID, None] = field(default_factory=OrderedDict[UUID, None])
    """Of what was told before it had a position: not again."""

    @classmethod
    def now(cls, session: Session) -> "Tail":
        """From here on; what was committed in the last seconds is told again, for a page may be that old."""
        newest = session.scalar(select(func.max(EventRow.position))) or 0
        tail = cls(max(0, newest - MOST // 2))
        tail._remember(session.execute(tail._since(clock.now(session), before=OVERLAP)).all())
        return tail

    def read(self, session: Session) -> Sequence[Happened] | None:
        """What happened since the last time; None when that was too much to be told one by one."""
        rows = session.execute(self._since(clock.now(session))).all()
        fresh = [row for row in rows if row.id not in self._told]
        self._remember(rows)
        if len(fresh) >= MOST:
            return None
        return [Happened(row.stream_id, row.name, row.at, json.loads(row.body)["facts"]) for row in fresh]

    def _since(self, now: datetime, before: timedelta | None = None) -> Any:
        columns = (
            EventRow.id,
            EventRow.stream_id,
            EventRow.name,
            EventRow.at,
            EventRow.body,
            EventRow.position,
        )
        until = EventRow.at <= now - before if before else true()
        sealed = select(*columns).where(EventRow.position > self.position, until)
        young = and_(EventRow.position.is_(None), EventRow.at > now - RECENT, until)
        unsealed = select(*columns).where(young).order_by(EventRow.at.desc()).limit(MOST)
        first = sealed.order_by(EventRow.position).limit(MOST).subquery()
        return union_all(select(first), select(unsealed.subquery()))

    def _remember(self, rows: Sequence[Row[Any]]) -> None:
        for row in rows:
            self._told[row.id] = None
            if row.position is not None:
                self.position = max(self.position, row.position)
        while len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
