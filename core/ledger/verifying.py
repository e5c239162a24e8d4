"""Verification: all that the ledger promises is looked at, in one reading, with memory that stays flat."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
from sqlalchemy.orm import Session

from core.ledger import checking_checkpoints as of_checkpoints
from core.ledger import checking_streams as of_streams
from core.ledger import checking_tree as of_tree
from core.ledger.findings import Finding, Findings
from core.ledger.merkle import Peaks
from core.ledger.notes import Note
from core.ledger.tiles import WIDTH, Tree

FETCHED = 2_000
"""Rows that are held at a time."""

Disagreements = Callable[[Session], Iterable[Finding]]
"""What a room's own records say otherwise than the log; each room brings its own."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and what is wrong."""

    events: int
    streams: int
    sealed: int
    covered: int
    """Events under the last good checkpoint; younger ones could have been rewritten unseen, as a whole."""
    checkpoints: int
    last: Note | None
    since: Note | None
    flaws: int
    findings: Sequence[Finding] = field(default_factory=tuple[Finding, ...])

    @property
    def sound(self) -> bool:
        return not self.flaws

    def brief(self) -> dict[str, Any]:
        """What is noted of a check: how much was looked at, and the first place that is wrong."""
        return {
            "events": self.events,
            "flaws": self.flaws,
            "since": self.since.at.isoformat() if self.since else None,
            "first": str(self.findings[0]) if self.findings else "",
        }

    def facts(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "sound": self.sound,
            "events": self.events,
            "streams": self.streams,
            "sealed": self.sealed,
            "covered": self.covered,
            "checkpoints": self.checkpoints,
            "last_checkpoint": _note_facts(self.last),
            "since_checkpoint": _note_facts(self.since),
            "flaws": self.flaws,
            "findings": [finding.facts() for finding in self.findings],
        }


def verify(
    session: Session,
    *,
    since: datetime | None = None,
    trusted: Collection[str] = (),
    kept: Sequence[Note] = (),
    domains: Sequence[Disagreements] = (),
) -> Report:
    """Check the whole ledger, or what came after the last checkpoint before `since` and all that it touches.

    `trusted`: fingerprints of the only keys to accept. `kept`: checkpoints that somebody kept outside. For
    one view of a ledger that is written to meanwhile, the session's transaction is REPEATABLE READ.
    """
    found = Findings()
    reading = Reading(session)
    notes = [_note(row) for row in reading.all(of_checkpoints.NOTES)]
    keys = reading.all(of_checkpoints.KEYS)
    good = of_checkpoints.check_signatures(notes, of_checkpoints.good_keys(keys, found), trusted, found)
    start = max((n for n in good if since and n.at <= since), key=lambda n: n.size, default=None)
    told = reading.streams(start, found)
    sealed = reading.tree(start, good, found)
    of_checkpoints.check_numbering(notes, found)
    if start is None:  # else the ledger's own stream may be among what is not read again
        of_checkpoints.check_told(notes, keys, told, found)
    of_checkpoints.check_kept_notes(kept, notes, found)
    for disagreements in domains:
        for finding in disagreements(session):
            found.add(finding.flaw, finding.place, finding.detail)
    return Report(
        events=reading.events,
        streams=reading.heads,
        sealed=sealed,
        covered=good[-1].size if good else 0,
        checkpoints=len(notes),
        last=good[-1] if good else None,
        since=start,
        flaws=found.count,
        findings=found.kept,
    )


class Reading:
    """Reads the tables by the driver's own cursors on the server: binary, some thousand rows at a time."""

    def __init__(self, session: Session) -> None:
        self.events = self.heads = 0
        self._session = session
        self._connection = cast(
            "psycopg.Connection[tuple[Any, ...]]", session.connection().connection.driver_connection
        )

    def all(self, query: str) -> list[Any]:
        return list(self._rows("few", query))

    def streams(self, start: Note | None, found: Findings) -> list[of_streams.Told]:
        """Check every stream; with a start, those alone that have a younger event."""
        heads, events = of_streams.SINCE if start else of_streams.ALL
        size = start.size if start else 0
        return of_streams.check_streams(
            self._counted("heads", self._rows("heads", heads, size)),
            self._counted("events", self._rows("events", events, size)),
            found,
        )

    def tree(self, start: Note | None, notes: Sequence[Note], found: Findings) -> int:
        """Check positions, kept tree and roots, from the start's block on; returns the last position."""
        size = start.size // WIDTH * WIDTH if start else 0
        upper = {(level, index): hashes for level, index, hashes in self._rows("upper", of_tree.UPPER)}
        try:
            kept = Peaks.of(size, Tree(self._session).node)
        except LookupError:  # named below, when all is read
            size, kept = 0, Peaks()
        check = of_tree.TreeCheck(notes, upper, found, kept)
        last = check.read(
            self._rows("positions", of_tree.POSITIONS, size),
            self._rows("tiles", of_tree.TILES, size // WIDTH),
        )
        check.check_upper(notes[-1].size if notes else 0)
        return last

    def _rows(self, name: str, query: str, start: int = 0) -> Iterable[Any]:
        with self._connection.cursor(f"ledger_{name}", binary=True) as cursor:
            cursor.itersize = FETCHED
            cursor.execute(query.encode(), {"start": start})
            yield from cursor

    def _counted(self, what: str, rows: Iterable[Any]) -> Iterable[Any]:
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the count is what remains
            yield row
        setattr(self, what, count)


def _note(row: tuple[int, int, bytes, int, datetime, str, bytes]) -> Note:
    number, size, root, previous, at, key, signature = row
    return Note(number, size, root, previous, at.astimezone(UTC), key, signature)


def _note_facts(note: Note | None) -> dict[str, Any] | None:
    if note is None:
        return None
    return {
        "number": note.number,
        "size": note.size,
        "root": note.root.hex(),
        "at": note.at.isoformat(),
        "key": note.key_id,
    }
