"""The tree over the events, kept in tiles: a new checkpoint or a proof reads few rows and hashes little.

A tile is up to 256 nodes of one height side by side (as public transparency logs publish theirs, C2SP
tlog-tiles). Level 0 holds the leaves, with the stream and index of each, so that the place of an event
that was removed can still be named; a full tile's root is a node of the next level's tile. Tiles only grow.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import LargeBinary, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database import Base
from core.ledger.merkle import fold, leaf_hash, root

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH = 32
PLACE = 20
"""A stream's id (16 bytes) and an index in it (4 bytes)."""
_BATCH = 64 * WIDTH


class Tile(Base):
    """Some nodes side by side; `places` says of each leaf which event it was."""

    __tablename__ = "ledger_tile"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    places: Mapped[bytes] = mapped_column(LargeBinary)


class Gap(Exception):
    """An event's position is not the one after the last: the log was altered."""

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"position {position}")


class Tree:
    """The kept tree, read and made longer in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[tuple[int, int], bytes] = {}

    def root(self, size: int) -> bytes:
        """The hash over the first `size` events. Raises LookupError if so many are not kept."""
        return root(size, self.node)

    def node(self, height: int, index: int) -> bytes:
        """A complete subtree's hash. Raises LookupError if it is not kept."""
        level, rest = divmod(height, HEIGHT)
        first = index << rest
        start = first % WIDTH * HASH
        tile = self._tile(level, first // WIDTH)[start : start + (HASH << rest)]
        if len(tile) < HASH << rest:
            raise LookupError(f"no node {index} of height {height}")
        return fold(split(tile, HASH))

    def kept(self) -> int:
        """How many leaves are kept."""
        last = select(Tile.index, func.octet_length(Tile.hashes)).where(Tile.level == 0)
        found = self._session.execute(last.order_by(Tile.index.desc()).limit(1)).first()
        return found[0] * WIDTH + found[1] // HASH if found else 0

    def grow(self, size: int) -> int:
        """Put the events behind position `size` at the tree's end; returns its new size. Raises Gap."""
        query = text(
            "SELECT position, hash, uuid_send(stream_id) || int4send(index) FROM event"
            " WHERE position > :size ORDER BY position"
        )
        with self._session.execute(query, {"size": size}, execution_options={"yield_per": _BATCH}) as rows:
            events = iter(rows.tuples())
            while batch := list(islice(events, _BATCH)):
                for expected, (position, _, _) in enumerate(batch, size + 1):
                    if position != expected:
                        raise Gap(expected)
                self._add(0, size, [leaf_hash(row[1]) for row in batch], [row[2] for row in batch])
                size += len(batch)
        return size

    def _add(self, level: int, count: int, nodes: Sequence[bytes], places: Sequence[bytes]) -> None:
        """Put nodes behind the `count` that a level has, and the roots of tiles that got full on the next."""
        index, held = divmod(count, WIDTH)
        hashes = self._tile(level, index) + b"".join(nodes) if held else b"".join(nodes)
        written: list[dict[str, object]] = []
        for nth, tile in enumerate(chunks(hashes, HASH * WIDTH), index):
            self._read[level, nth] = tile
            written.append({"level": level, "index": nth, "hashes": tile, "places": b""})
        if level == 0:
            said = (self._places(index) if held else b"") + b"".join(places)
            for row, part in zip(written, chunks(said, PLACE * WIDTH), strict=True):
                row["places"] = part
        self._write(written)
        full = [self._read.pop((level, row)) for row in range(index, (count + len(nodes)) // WIDTH)]
        if full:
            self._add(level + 1, count // WIDTH, [fold(split(tile, HASH)) for tile in full], ())

    def _write(self, rows: Sequence[dict[str, object]]) -> None:
        new = insert(Tile)
        self._session.execute(
            new.on_conflict_do_update(
                index_elements=["level", "index"],
                set_={"hashes": new.excluded.hashes, "places": new.excluded.places},
            ),
            rows,
        )

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._read:
            found = select(Tile.hashes).where(Tile.level == level, Tile.index == index)
            self._read[level, index] = self._session.scalar(found) or b""
        return self._read[level, index]

    def _places(self, index: int) -> bytes:
        found = select(Tile.places).where(Tile.level == 0, Tile.index == index)
        return self._session.scalar(found) or b""


def split(joined: bytes, width: int) -> list[bytes]:
    return [joined[start : start + width] for start in range(0, len(joined), width)]


def chunks(joined: bytes, width: int) -> Iterable[bytes]:
    return (joined[start : start + width] for start in range(0, len(joined), width))
