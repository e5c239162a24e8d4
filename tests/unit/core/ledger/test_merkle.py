"""Against the definition of RFC 9162 spelled out, and against its own published proofs' shape."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger.merkle import (
    EMPTY,
    Peaks,
    consistency_proof,
    fold,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    root,
    root_by_inclusion,
)

ENTRIES = [f"event {n}".encode() for n in range(600)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]

KNOWN = [  # entries and roots of the reference tests of Certificate Transparency, 1 to 8 leaves
    (b"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    (b"\x00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (b"\x10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    (b"\x20\x21", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (b"\x30\x31", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    (b"\x40\x41\x42\x43", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    (
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    ),
    (
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
]


def kept(height: int, index: int) -> bytes:
    """Every node, made anew from the leaves."""
    return fold(LEAVES[index << height : (index + 1) << height])


def defined(entries: list[bytes]) -> bytes:
    """MTH as section 2.1.1 writes it."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\1" + defined(entries[:k]) + defined(entries[k:])).digest()


def test_the_roots_are_those_of_the_published_tests():
    peaks = Peaks()
    assert peaks.root() == EMPTY == sha256(b"").digest()
    for entry, expected in KNOWN:
        peaks.add(leaf_hash(entry))
        assert peaks.root().hex() == expected


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 7, 8, 9, 31, 64, 100, 255, 256, 257, 600])
def test_the_root_is_the_defined_one(size: int):
    peaks = Peaks()
    for leaf in LEAVES[:size]:
        peaks.add(leaf)
    assert peaks.size == size
    assert peaks.root() == root(size, kept) == defined(ENTRIES[:size])


def test_a_tree_grows_by_whole_subtrees_as_by_leaves():
    peaks = Peaks()
    peaks.add(fold(LEAVES[:256]), 8)
    peaks.add(fold(LEAVES[256:512]), 8)
    before = peaks.copy()
    for leaf in LEAVES[512:520]:
        peaks.add(leaf)
    assert peaks.root() == root(520, kept) and before.root() == root(512, kept)


@given(size=st.integers(1, 600), data=st.data())
def test_a_leaf_is_proven_and_no_other_leaf_or_place_is(size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, kept)
    assert root_by_inclusion(LEAVES[index], index, size, proof) == root(size, kept)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index) if size > 1 else st.just(size))
    assert root_by_inclusion(LEAVES[other % 600], index, size, proof) != root(size, kept) or other == size
    assert root_by_inclusion(LEAVES[index], other, size, proof) != root(size, kept)
    assert root_by_inclusion(LEAVES[index], index, size, [*proof, EMPTY]) != root(size, kept)


@given(old=st.integers(1, 600), new=st.integers(1, 600), data=st.data())
def test_a_longer_tree_is_proven_to_begin_with_a_shorter_one(old: int, new: int, data: st.DataObject):
    old, new = min(old, new), max(old, new)
    proof = consistency_proof(old, new, kept)
    assert is_consistent(old, new, root(old, kept), root(new, kept), proof)
    assert not is_consistent(old, new, leaf_hash(b"forged"), root(new, kept), proof)
    assert not is_consistent(old, new, root(old, kept), leaf_hash(b"forged"), proof)
    if proof:
        nth = data.draw(st.integers(0, len(proof) - 1))
        forged = [*proof[:nth], node_hash(proof[nth], proof[nth]), *proof[nth + 1 :]]
        assert not is_consistent(old, new, root(old, kept), root(new, kept), forged)


def test_every_tree_begins_with_the_empty_one():
    assert is_consistent(0, 5, EMPTY, root(5, kept), [])
    assert not is_consistent(5, 3, root(5, kept), root(3, kept), [])


def test_a_leaf_is_never_taken_for_a_node():
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
