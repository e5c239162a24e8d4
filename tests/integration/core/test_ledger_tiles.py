"""The kept tree, grown over three levels of tiles, is the defined one, whatever the portions it grew by."""

import random
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.ids import new_id
from core.ledger.merkle import Peaks, inclusion_proof, leaf_hash, root_by_inclusion
from core.ledger.tiles import Gap, Tree

MANY = 256 * 256 + 300
STREAM = new_id()


@pytest.fixture(autouse=True)
def stream(session: Session) -> None:
    session.execute(text("INSERT INTO stream VALUES (:id, 'thing', '', 0)"), {"id": STREAM})


def recorded(session: Session, first: int, last: int) -> None:
    """Events at these positions; only positions and hashes matter here."""
    session.execute(
        text(
            "INSERT INTO event (id, stream_id, index, name, at, body, hash, position)"
            " SELECT gen_random_uuid(), :id, n, 'thing.moved', now(), '', sha256(n::text::bytea), n"
            " FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n"
        ),
        {"id": STREAM, "first": first, "last": last},
    )


def leaf(position: int) -> bytes:
    return leaf_hash(sha256(str(position).encode()).digest())


def test_a_tree_that_grew_in_portions_is_the_defined_one(session: Session):
    drawn, size = random.Random(3), 0
    peaks, roots = Peaks(), [Peaks().root()]
    for position in range(1, MANY + 1):
        peaks.add(leaf(position))
        roots.append(peaks.root())
    while size < MANY:
        upto = min(MANY, size + drawn.choice([1, 3, 255, 256, 257, 5_000, 30_000]))
        recorded(session, size + 1, upto)
        size = Tree(session).grow(size)
        assert (size, Tree(session).kept()) == (upto, upto)
        assert Tree(session).root(size) == roots[size]
    tree = Tree(session)
    for _ in range(40):
        old = drawn.randint(1, MANY)
        index = drawn.randrange(old)
        assert tree.root(old) == roots[old], "a shorter tree is still there"
        proof = inclusion_proof(index, old, tree.node)
        assert root_by_inclusion(leaf(index + 1), index, old, proof) == roots[old]


def test_a_gap_in_the_positions_is_never_grown_over(session: Session):
    recorded(session, 1, 699)
    recorded(session, 701, 900)
    with pytest.raises(Gap) as gap:
        Tree(session).grow(0)
    assert gap.value.position == 700


def test_more_than_is_kept_has_no_root(session: Session):
    recorded(session, 1, 300)
    tree = Tree(session)
    assert tree.grow(0) == 300
    with pytest.raises(LookupError):
        tree.root(301)
