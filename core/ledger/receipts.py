"""Receipts: what happened to one thing, with the proof that a signed checkpoint holds it; checked offline.

A receipt is JSON: each event's text as it was hashed, with its position and its way up the tree; the note of
the checkpoint; the public key. Personal content is not in it, only its commitment: erasure leaves it good.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Invalid, NotFound
from core.events import GENESIS, EventRow, Stream
from core.ledger.checkpoints import key_of, latest
from core.ledger.merkle import inclusion_proof, leaf_hash, root_by_inclusion
from core.ledger.notes import NotANote, Note, read
from core.ledger.signing import NotAKey, PublicKey
from core.ledger.tiles import Tree

FORMAT = "mufakat-receipt/1"


class NotSigned(Conflict):
    """What happened here is younger than the last checkpoint, so there is no receipt of it yet. The next
    checkpoint is signed by itself; try again after it."""


class NotAReceipt(Invalid):
    """This file is no receipt of ours, or it is damaged ({what})."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a receipt says, and whether it holds."""

    title: str
    note: Note
    key: PublicKey
    events: Sequence[Mapping[str, Any]]
    """As they were hashed: name, at, actor, facts and so on."""
    flaws: Sequence[str]
    trusted: bool | None
    """Whether the key is one of those that the reader trusts; None when none was named."""

    @property
    def sound(self) -> bool:
        return not self.flaws and self.trusted is not False


def receipt(session: Session, stream: UUID, title: str) -> dict[str, Any]:
    """The receipt of a stream, as far as the last checkpoint goes; who may have it is the caller's affair.

    Raises NotFound, NotSigned.
    """
    checkpoint = latest(session)
    kind = session.scalar(select(Stream.kind).where(Stream.id == stream))
    if kind is None:
        raise NotFound
    query = select(EventRow.body, EventRow.hash, EventRow.position, EventRow.index)
    rows = session.execute(query.where(EventRow.stream_id == stream).order_by(EventRow.index)).tuples().all()
    size = checkpoint.size if checkpoint else 0
    covered = [row for row in rows if row[2] is not None and row[2] <= size]
    if checkpoint is None or not covered:
        raise NotSigned
    tree, key = Tree(session), key_of(session, checkpoint)
    return {
        "format": FORMAT,
        "title": title,
        "stream": str(stream),
        "kind": kind,
        "made_at": clock.now(session).isoformat(),
        "events": [
            {
                "body": body,
                "position": position,
                "proof": [step.hex() for step in inclusion_proof(position - 1, size, tree.node)],
            }
            for body, _, position, _ in covered
            if position is not None
        ],
        "head": covered[-1][1].hex(),
        "younger": len(rows) - len(covered),
        "checkpoint": checkpoint.note().text(key),
        "key": key.text,
    }


def check(text: str, trusted: Collection[str] = ()) -> Checked:
    """Check a receipt by itself: no database, no network.

    Without `trusted` (fingerprints, or public keys in base64) it is only shown to be whole and signed by the
    key that it brings along; whose key that is, only a fingerprint from elsewhere says. Raises NotAReceipt.
    """
    try:
        said: dict[str, Any] = json.loads(text)
        if said["format"] != FORMAT:
            raise NotAReceipt(what="its format is unknown")
        note, key = read(said["checkpoint"]), PublicKey.read(said["key"])
        flaws = [] if note.is_signed_by(key) else ["the checkpoint was not signed by the key that is named"]
        flaws += _flaws(said, note)
        events: list[dict[str, Any]] = [json.loads(event["body"]) for event in said["events"]]
        title = str(said["title"])
    except (ValueError, KeyError, TypeError, AttributeError, NotANote, NotAKey) as error:
        raise NotAReceipt(what=str(error) or type(error).__name__) from error
    return Checked(title, note, key, events, flaws, _is_trusted(key, trusted))


def _flaws(said: Mapping[str, Any], note: Note) -> list[str]:
    """Each event follows the one before, is of this stream, and is where the checkpoint has it."""
    flaws: list[str] = []
    before = GENESIS.hex()
    for index, event in enumerate(said["events"]):
        body: dict[str, Any] = json.loads(event["body"])
        hash_ = sha256(event["body"].encode()).digest()
        way = [bytes.fromhex(step) for step in event["proof"]]
        if (body["index"], body["prev"], body["stream"]) != (index, before, said["stream"]):
            flaws.append(f"event {index} does not follow the one before it")
        if root_by_inclusion(leaf_hash(hash_), event["position"] - 1, note.size, way) != note.root:
            flaws.append(f"event {index} is not under the checkpoint")
        datetime.fromisoformat(body["at"])
        before = hash_.hex()
    if not said["events"] or before != said["head"]:
        flaws.append("its last event is not the one that it names")
    return flaws


def _is_trusted(key: PublicKey, trusted: Collection[str]) -> bool | None:
    if not trusted:
        return None
    return any(key.is_called(known) for known in trusted)
