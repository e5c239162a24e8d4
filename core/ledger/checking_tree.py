"""The events in the order of their positions, held against the kept tree, and both against checkpoints."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from core.ledger.findings import Findings, Flaw, Place
from core.ledger.merkle import Peaks, fold, leaf_hash
from core.ledger.notes import Note
from core.ledger.tiles import HASH, HEIGHT, PLACE, WIDTH, split

PositionTuple = tuple[int, str, bytes, bytes]
"""Position, id, place (stream and index as a tile keeps them), hash."""
TileTuple = tuple[int, bytes, bytes]
"""Index, hashes, places; of level 0."""

POSITIONS = (
    "SELECT position, id::text, uuid_send(stream_id) || int4send(index), hash FROM event"
    " WHERE position IS NOT NULL AND (%(start)s = 0 OR position > %(start)s) ORDER BY position"
)
TILES = "SELECT index, hashes, places FROM ledger_tile WHERE level = 0 AND index >= %(start)s ORDER BY index"
UPPER = "SELECT level, index, hashes FROM ledger_tile WHERE level <> 0"


@dataclass(slots=True)
class TreeCheck:
    """A tree as it is read on, block by block of a tile's width."""

    notes: Sequence[Note]
    """Of the checkpoints, in the order of their sizes."""
    upper: Mapping[tuple[int, int], bytes]
    """The kept tiles above level 0."""
    found: Findings
    kept: Peaks = field(default_factory=Peaks)
    """By the kept leaves, from a whole number of blocks on."""
    seen: Peaks | None = None
    """By the events, once they differ from what is kept."""
    doubts: list[Place] = field(default_factory=list[Place])
    """Where event and kept leaf differ; the next checkpoint says which of them was altered."""
    nth: int = 0
    """The next checkpoint."""

    def read(self, events: Iterable[PositionTuple], tiles: Iterable[TileTuple]) -> int:
        """Check all from where the kept peaks are; returns the last position that is there."""
        covered = self.notes[-1].size if self.notes else 0
        self.nth = sum(note.size <= self.kept.size for note in self.notes)
        rows, kept = _Turn(events, _position), _Turn(tiles, _position)
        for block in range(self.kept.size // WIDTH, -(-covered // WIDTH)):
            if rows.ended and kept.ended:
                self.found.add(Flaw.MISSING, Place(position=block * WIDTH + 1), f"and all up to {covered}")
                break
            first, last = block * WIDTH + 1, min((block + 1) * WIDTH, covered)
            tile = next(kept.until(block), (block, b"", b""))
            self._block(block, last, self._by_position(rows.until(last), first), tile)
        for index, _, _ in kept.rest():
            self.found.add(Flaw.TILE, Place(tile=f"0/{index}"), "no checkpoint reaches so far")
        return self._young(rows.rest(), covered)

    def _by_position(self, rows: Iterable[PositionTuple], first: int) -> dict[int, PositionTuple]:
        held: dict[int, PositionTuple] = {}
        for row in rows:
            if row[0] < first or row[0] in held:
                self.found.add(Flaw.POSITION, _place(row))
            else:
                held[row[0]] = row
        return held

    def _block(self, block: int, last: int, rows: Mapping[int, PositionTuple], tile: TileTuple) -> None:
        first = block * WIDTH + 1
        wanted = last - first + 1
        if len(tile[1]) != wanted * HASH or len(tile[2]) != wanted * PLACE:
            self._misshapen(block, wanted, tile)
        kept = split(tile[1][: wanted * HASH], HASH)
        leaves = [leaf_hash(rows[n][3]) if n in rows else None for n in range(first, last + 1)]
        places = b"".join(rows[n][2] for n in range(first, last + 1) if n in rows)
        if kept != leaves or places != tile[2][: wanted * PLACE]:
            kept = self._compare(first, kept, leaves, rows, tile[2])
        self._climb(first, kept, leaves)

    def _misshapen(self, block: int, wanted: int, tile: TileTuple) -> None:
        held = len(tile[1]) / HASH
        if held > wanted:
            detail = f"it goes on to position {int(block * WIDTH + held)}, and no checkpoint does"
        else:
            detail = "it is missing or too short"
        self.found.add(Flaw.TILE, Place(tile=f"0/{block}"), detail)

    def _compare(
        self,
        first: int,
        kept: Sequence[bytes],
        leaves: Sequence[bytes | None],
        rows: Mapping[int, PositionTuple],
        places: bytes,
    ) -> list[bytes]:
        """Name what differs; returns the leaves that stand for what is kept."""
        standing: list[bytes] = []
        for nth, leaf in enumerate(leaves):
            position = first + nth
            remembered = places[nth * PLACE : (nth + 1) * PLACE]
            held = kept[nth] if nth < len(kept) and len(kept[nth]) == HASH else None
            if leaf is None:
                self.found.add(Flaw.MISSING, Place(*_told(remembered), position=position))
            elif held is not None and leaf != held:
                self.doubts.append(_place(rows[position]))
            elif rows[position][2] != remembered and len(remembered) == PLACE:
                stream, index = _told(remembered)
                self.found.add(Flaw.UNPLACED, _place(rows[position]), f"event {index} of stream {stream}")
            standing.append(held or leaf or bytes(HASH))
        return standing

    def _climb(self, first: int, kept: Sequence[bytes], leaves: Sequence[bytes | None]) -> None:
        """Add a block to the trees, and hold them against the checkpoints that end in it."""
        checked = self.nth < len(self.notes) and self.notes[self.nth].size < first + len(kept)
        if self.doubts or self.seen or checked:
            kept = self._walk(first, list(kept), [leaf or bytes(HASH) for leaf in leaves])
            whole = fold(kept) if len(kept) == WIDTH else b""
        elif len(kept) == WIDTH:
            whole = fold(kept)
            self.kept.add(whole, HEIGHT)
        else:
            whole = b""
        if whole:
            self._upwards((first - 1) // WIDTH, whole)

    def _walk(self, first: int, kept: list[bytes], seen: Sequence[bytes]) -> list[bytes]:
        """Leaf by leaf; returns those that hold once the checkpoints have decided."""
        by_kept, by_seen = self.kept, self.seen or self.kept.copy()
        for nth, leaf in enumerate(seen):
            by_kept.add(kept[nth])
            by_seen.add(leaf)
            while self.nth < len(self.notes) and self.notes[self.nth].size == first + nth:
                if self._tiles_are_wrong(self.notes[self.nth], by_kept, by_seen):
                    by_kept = by_seen.copy()
                    kept[: nth + 1] = seen[: nth + 1]
                else:
                    by_seen = by_kept.copy()
                self.nth += 1
        self.kept, self.seen = by_kept, by_seen if self.doubts else None
        return kept

    def _tiles_are_wrong(self, note: Note, kept: Peaks, seen: Peaks) -> bool:
        """Blame events or tiles for what differs before a checkpoint: whose root is not the signed one."""
        right = kept.root() == note.root
        wrong = not right and seen.root() == note.root
        for place in self.doubts:
            if wrong:
                tile = f"0/{((place.position or 1) - 1) // WIDTH}"
                self.found.add(Flaw.TILE, Place(tile=tile, position=place.position), "the event is as signed")
            else:
                self.found.add(Flaw.REWRITTEN, place)
        self.doubts.clear()
        if not right and not wrong:
            self.found.add(Flaw.ROOT, Place(checkpoint=note.number, position=note.size))
        return wrong

    def _upwards(self, nth: int, hash_: bytes) -> None:
        """Hold a full tile's root against the node that is kept of it, and so on above."""
        level = 1
        while True:
            index, slot = divmod(nth, WIDTH)
            tile = self.upper.get((level, index), b"")
            if tile[slot * HASH : (slot + 1) * HASH] != hash_:
                self.found.add(Flaw.TILE, Place(tile=f"{level}/{index}"), f"node {slot}")
            if slot < WIDTH - 1 or len(tile) != WIDTH * HASH:
                return
            level, nth, hash_ = level + 1, index, fold(split(tile, HASH))

    def check_upper(self, covered: int) -> None:
        """Whether the tiles above are there, as long as they must be, and no more of them."""
        expected: dict[tuple[int, int], int] = {}
        level, count = 1, covered // WIDTH
        while count:
            for index in range(-(-count // WIDTH)):
                expected[level, index] = min(WIDTH, count - index * WIDTH) * HASH
            level, count = level + 1, count // WIDTH
        for key in sorted(expected.keys() | self.upper.keys()):
            if len(self.upper.get(key, b"")) != expected.get(key, 0) or key not in expected:
                self.found.add(
                    Flaw.TILE, Place(tile=f"{key[0]}/{key[1]}"), "it is missing, short or too long"
                )

    def _young(self, rows: Iterable[PositionTuple], covered: int) -> int:
        """Those that no checkpoint covers yet: their positions go on without gaps."""
        last = covered
        for row in rows:
            if row[0] <= last:
                self.found.add(Flaw.POSITION, _place(row))
                continue
            if row[0] != last + 1:
                self.found.add(Flaw.GAP, Place(position=last + 1), f"the next is {row[0]}")
            last = row[0]
        return last


T = TypeVar("T", PositionTuple, TileTuple)


class _Turn(Generic[T]):
    """Rows of a reading, taken in turn with another's, by a number that grows."""

    def __init__(self, rows: Iterable[T], number: Callable[[T], int]) -> None:
        self._rows = iter(rows)
        self._number = number
        self._next = next(self._rows, None)

    @property
    def ended(self) -> bool:
        return self._next is None

    def until(self, last: int) -> Iterator[T]:
        while self._next is not None and self._number(self._next) <= last:
            row, self._next = self._next, next(self._rows, None)
            yield row

    def rest(self) -> Iterator[T]:
        while self._next is not None:
            row, self._next = self._next, next(self._rows, None)
            yield row


def _position(row: PositionTuple | TileTuple) -> int:
    return row[0]


def _place(row: PositionTuple) -> Place:
    stream, index = _told(row[2])
    return Place(stream=stream, index=index, event=row[1], position=row[0])


def _told(place: bytes) -> tuple[str, int | None]:
    if len(place) != PLACE:
        return "", None
    return str(UUID(bytes=place[:16])), int.from_bytes(place[16:], signed=True)
