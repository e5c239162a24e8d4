"""Every stream, event by event: text and hash, hash and link, link and head, content and commitment."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from core.events import GENESIS, canonical
from core.ledger.clocks import readable
from core.ledger.findings import Findings, Flaw, Place
from core.ledger.stream import ERASED, LEDGER

EventTuple = tuple[str, int, str, str, datetime | None, str, bytes | None, str | None, bytes]
"""Stream, index, id, name, at, body, salt, personal, hash."""
HeadTuple = tuple[str, str, bytes, int]
"""Id, kind, head, count."""
Told = tuple[str, dict[str, Any], Place]
"""What an event of the ledger's own stream says: its name, its facts, where it is."""

# Other names for what is cast: else the text would be sorted by, and no index gives that order.
_AT = readable("at")
_EVENTS = f"SELECT stream_id::text AS s, index, id::text, name, {_AT}, body, salt, personal, hash FROM event"  # noqa: S608
_HEADS = "SELECT id::text AS s, kind, head, count FROM stream"
_YOUNG = " IN (SELECT stream_id FROM event WHERE position > %(start)s OR position IS NULL)"
ALL = (f"{_HEADS} ORDER BY id", f"{_EVENTS} ORDER BY stream_id, index")
SINCE = (
    f"{_HEADS} WHERE id{_YOUNG} ORDER BY id",
    f"{_EVENTS} WHERE stream_id{_YOUNG} ORDER BY stream_id, index",
)
"""Streams that have an event behind position `start`, whole."""

_OURS = str(LEDGER)
# The text as core.events writes it, without reading it as JSON: that would take most of a check's time.
_OPENING = re.compile(
    r'\{"actor":(?:null|"[^"\\]*"),"at":"([^"\\]*)","commitment":(?:null|"([0-9a-f]{64})"),"facts":\{'
)
_CLOSING = re.compile(r'[^"\\]*"\}')
_KIND = re.compile(r'"kind":("(?:[^"\\]|\\.)*"),"name":')


def check_streams(heads: Iterable[HeadTuple], events: Iterable[EventTuple], found: Findings) -> list[Told]:
    """Check streams and their events, both in the order of the streams' ids, events by index within.

    Returns what the ledger's own stream tells of checkpoints and keys.
    """
    told: list[Told] = []
    waiting = iter(heads)
    head = next(waiting, None)
    for stream, rows in groupby(events, itemgetter(0)):
        while head and head[0] < stream:
            found.add(Flaw.NO_EVENTS, Place(stream=head[0]))
            head = next(waiting, None)
        chain = Chain(stream, found)
        chain.take_all(rows)
        if head and head[0] == stream:
            chain.end(head)
            head = next(waiting, None)
        else:
            found.add(Flaw.NO_STREAM, Place(stream=stream))
        told += chain.told
    for left in (head, *waiting) if head else ():
        found.add(Flaw.NO_EVENTS, Place(stream=left[0]))
    return told


class Chain:
    """One stream as it is read on."""

    def __init__(self, stream: str, found: Findings) -> None:
        self.told: list[Told] = []
        self._stream = stream
        self._found = found
        self._kind = ""
        self._index = 0
        self._before = GENESIS.hex()
        self._or_before = ""
        """Where hash and text disagree, the next event may hold either."""
        self._blank: set[int] = set()
        self._erased: set[int] = set()

    def take_all(self, rows: Iterator[EventTuple]) -> None:
        for row in rows:
            self._take(row)

    def end(self, head: HeadTuple) -> None:
        """The stream's own row; what was erased is held against the orders to erase."""
        _, kind, last, count = head
        if _quoted(kind) != self._kind:
            self._found.add(Flaw.KIND, Place(stream=self._stream), f"{kind}, not {self._kind}")
        if count != self._index:
            self._found.add(
                Flaw.HEAD,
                Place(stream=self._stream, index=min(count, self._index)),
                f"it counts {count} events, and {self._index} are there",
            )
        elif last.hex() not in (self._before, self._or_before):
            self._found.add(Flaw.HEAD, Place(stream=self._stream, index=self._index - 1))
        for index in sorted(self._blank - self._erased):
            self._found.add(Flaw.ERASED, Place(stream=self._stream, index=index))
        for index in sorted(self._erased - self._blank):
            self._found.add(Flaw.NOT_ERASED, Place(stream=self._stream, index=index))

    def _take(self, row: EventTuple) -> None:
        stream, index, id_, name, at, body, salt, personal, hash_ = row
        if index != self._index:
            self._skip(index)
        digest = sha256(body.encode()).digest()
        if not self._kind:
            self._kind = said[1] if (said := _KIND.search(body)) else ""
        opening = _OPENING.match(body)
        tail = (
            f'}},"id":"{id_}","index":{index},"kind":{self._kind},"name":{_quoted(name)},'
            f'"prev":"{self._before}","stream":"{stream}","via":"'
        )
        cut = body.rfind(tail)
        if (
            digest != hash_
            or opening is None
            or cut < 0
            or not _CLOSING.fullmatch(body, cut + len(tail))
            or at is None
            or opening[1] != at.isoformat()
        ):
            self._explain(row, digest)
        if opening is not None:
            self._content(row, opening[2], salt, personal)
        if name == ERASED or stream == _OURS:
            self._listen(row)
        self._index = index + 1
        self._before = hash_.hex()
        self._or_before = "" if digest == hash_ else digest.hex()

    def _skip(self, index: int) -> None:
        for missing in range(self._index, min(index, self._index + 1_000)):
            self._found.add(Flaw.MISSING, Place(stream=self._stream, index=missing))
        if index < self._index:
            self._found.add(Flaw.COLUMN, Place(stream=self._stream, index=index), "index")

    def _content(
        self, row: EventTuple, committed: str | None, salt: bytes | None, personal: str | None
    ) -> None:
        if salt is None and personal is None:
            if committed is not None:
                self._blank.add(row[1])
        elif salt is None or personal is None or sha256(salt + personal.encode()).hexdigest() != committed:
            self._found.add(Flaw.CONTENT, _place(row))

    def _listen(self, row: EventTuple) -> None:
        try:
            facts = dict[str, Any](json.loads(row[5])["facts"])
            if row[3] == ERASED:
                self._erased.update(index for index in facts["indexes"] if isinstance(index, int))
            else:
                self.told.append((row[3], facts, _place(row)))
        except (ValueError, KeyError, TypeError):
            self._found.add(Flaw.TEXT, _place(row), "it can't be read")

    def _explain(self, row: EventTuple, digest: bytes) -> None:
        """Something does not fit: read the text, and say what."""
        stream, index, id_, name, at, body, _, _, hash_ = row
        place = _place(row)
        if digest != hash_:
            self._found.add(Flaw.TEXT, place)
        try:
            said: dict[str, Any] = json.loads(body)
            written = datetime.fromisoformat(said["at"])
            plain = canonical(said) == body and _OPENING.match(body)
            held = {key: said[key] for key in ("id", "stream", "index", "name", "prev")}
        except (ValueError, KeyError, TypeError):
            self._found.add(Flaw.TEXT, place, "it can't be read")
            return
        expected = {"id": id_, "stream": stream, "index": index, "name": name}
        wrong = [key for key, value in expected.items() if held[key] != value]
        if written != at:
            wrong.append("at")
        if wrong:
            self._found.add(Flaw.COLUMN, place, ", ".join(wrong))
        elif not plain and digest == hash_:
            self._found.add(Flaw.TEXT, place, "it is not written as ours are")
        if held["prev"] not in (self._before, self._or_before):
            self._found.add(Flaw.LINK, place)


def _place(row: EventTuple) -> Place:
    return Place(stream=row[0], index=row[1], event=row[2])


@lru_cache(maxsize=4_096)
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
