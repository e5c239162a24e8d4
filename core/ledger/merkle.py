"""Merkle trees as RFC 9162 (section 2.1) hashes them. Pure: where nodes are kept is the caller's affair."""

from collections.abc import Callable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()

Node = Callable[[int, int], bytes]
"""The hash of a complete subtree: by its height, and how many of that height stand before it."""


def leaf_hash(entry: bytes) -> bytes:
    """A leaf; its prefix keeps it from ever being taken for a node."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of nodes that stand side by side."""
    while len(hashes) > 1:
        hashes = [
            sha256(b"\1" + hashes[n] + hashes[n + 1]).digest()  # spelled out: a million of these a check
            for n in range(0, len(hashes), 2)
        ]
    return hashes[0]


class Peaks:
    """A growing tree, by the roots of its complete subtrees alone: a few hashes, whatever its size."""

    __slots__ = ("_roots", "size")

    def __init__(self, size: int = 0, roots: Sequence[tuple[int, bytes]] = ()) -> None:
        self.size = size
        self._roots = list(roots)

    @classmethod
    def of(cls, size: int, node: Node) -> "Peaks":
        """Those of a tree whose nodes are kept somewhere."""
        roots: list[tuple[int, bytes]] = []
        start = 0
        for height in reversed(range(size.bit_length())):
            if size >> height & 1:
                roots.append((height, node(height, start >> height)))
                start += 1 << height
        return cls(size, roots)

    def copy(self) -> "Peaks":
        return Peaks(self.size, self._roots)

    def add(self, hash_: bytes, height: int = 0) -> None:
        """Put a leaf, or a whole subtree, behind what is there; nothing smaller may stand there."""
        self.size += 1 << height
        roots = self._roots
        while roots and roots[-1][0] == height:
            hash_ = node_hash(roots.pop()[1], hash_)
            height += 1
        roots.append((height, hash_))

    def root(self) -> bytes:
        if not self._roots:
            return EMPTY
        hash_ = self._roots[-1][1]
        for _, left in reversed(self._roots[:-1]):
            hash_ = node_hash(left, hash_)
        return hash_


def root(size: int, node: Node) -> bytes:
    """The hash of the tree over the first `size` leaves."""
    return Peaks.of(size, node).root()


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """What leads from a leaf to the root of the tree of this size (section 2.1.3.1)."""
    return _path(index, 0, size, node)


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root to which a proof leads from a leaf; None if it can't be one (section 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    here, last, hash_ = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if here & 1 or here == last:
            hash_ = node_hash(step, hash_)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, step)
        here, last = here >> 1, last >> 1
    return hash_ if last == 0 else None


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """What shows that the tree of the new size begins with that of the old one (section 2.1.4.1)."""
    return _subproof(old, 0, new, node, known=True) if 0 < old < new else []


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that nothing before the old size was changed (section 2.1.4.2)."""
    if old in (0, new):
        return not proof and (old_root == new_root if old else old_root == EMPTY)
    if not proof or old > new:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, step)
        here, last = here >> 1, last >> 1
    return first == old_root and second == new_root and last == 0


def _span(start: int, end: int, node: Node) -> bytes:
    """The hash over leaves that begin where a subtree of their size may begin."""
    count = end - start
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return node(height, start >> height)
    middle = start + _half(count)
    return node_hash(_span(start, middle, node), _span(middle, end, node))


def _half(count: int) -> int:
    """The largest power of two below a count."""
    return 1 << (count - 1).bit_length() - 1


def _path(index: int, start: int, end: int, node: Node) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _half(end - start)
    if index < middle:
        return [*_path(index, start, middle, node), _span(middle, end, node)]
    return [*_path(index, middle, end, node), _span(start, middle, node)]


def _subproof(old: int, start: int, end: int, node: Node, *, known: bool) -> list[bytes]:
    if old == end:
        return [] if known else [_span(start, end, node)]
    middle = start + _half(end - start)
    if old <= middle:
        return [*_subproof(old, start, middle, node, known=known), _span(middle, end, node)]
    return [*_subproof(old, middle, end, node, known=False), _span(start, middle, node)]
