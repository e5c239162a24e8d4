"""Checkpoints and keys: signed, numbered, told of by the log itself, and as the auditors keep them."""

import base64
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from core.ledger.checking_streams import Told
from core.ledger.clocks import readable
from core.ledger.findings import Findings, Flaw, Place
from core.ledger.notes import Note
from core.ledger.signing import PublicKey

KeyTuple = tuple[str, bytes, datetime, datetime | None]
"""Id, public key, introduced at, retired at."""

_AT, _INTRODUCED, _RETIRED = (
    readable("at", "epoch"),
    readable("introduced_at", "epoch"),
    readable("retired_at"),
)
NOTES = f"SELECT number, size, root, previous_size, {_AT}, key_id, signature FROM checkpoint ORDER BY 1"  # noqa: S608
KEYS = f"SELECT id, public, {_INTRODUCED}, {_RETIRED} FROM ledger_key ORDER BY introduced_at, id"  # noqa: S608


def good_keys(rows: Sequence[KeyTuple], found: Findings) -> dict[str, PublicKey]:
    """The keys whose name is theirs."""
    keys = {id_: PublicKey(public) for id_, public, _, _ in rows}
    for id_, key in keys.items():
        if key.id != id_:
            found.add(Flaw.KEY, Place(key=id_), f"it is called {key.id}")
    return {id_: key for id_, key in keys.items() if key.id == id_}


def check_signatures(
    notes: Sequence[Note], keys: Mapping[str, PublicKey], trusted: Collection[str], found: Findings
) -> list[Note]:
    """The checkpoints whose signature is good, by size; `trusted` fingerprints, if any, alone count."""
    good: list[Note] = []
    for note in notes:
        key = keys.get(note.key_id)
        if key is None or not note.is_signed_by(key):
            found.add(Flaw.SIGNATURE, Place(checkpoint=note.number))
            continue
        if trusted and not any(key.is_called(known) for known in trusted):
            found.add(Flaw.UNPINNED, Place(checkpoint=note.number, key=note.key_id))
        good.append(note)
    return sorted(good, key=lambda note: note.size)


def check_numbering(notes: Sequence[Note], found: Findings) -> None:
    """Every checkpoint names the one before, and is longer."""
    start = Note(0, 0, b"", 0, datetime.min, "")  # noqa: DTZ901 - a beginning, before all others
    for before, note in pairwise([start, *notes]):
        if note.number != before.number + 1:
            detail = f"the one before is {before.number}"
        elif note.previous_size != before.size or note.size <= before.size:
            detail = f"{note.previous_size} to {note.size} events, after {before.size}"
        elif before.number and note.at < before.at:
            detail = "it is older than the one before"
        else:
            continue
        found.add(Flaw.NUMBERING, Place(checkpoint=note.number), detail)


def check_told(
    notes: Sequence[Note], keys: Sequence[KeyTuple], told: Sequence[Told], found: Findings
) -> None:
    """What the log tells of checkpoints and keys is what their tables hold, and the other way round."""
    signed = {note.number: note for note in notes}
    heard: set[int] = set()
    for name, facts, place in told:
        if name == "ledger.checkpoint_signed":
            number = facts.get("number")
            if not isinstance(number, int):
                found.add(Flaw.UNTOLD, place)
                continue
            heard.add(number)
            if number not in signed or _facts(signed[number]) != facts:
                found.add(Flaw.UNTOLD, _with(place, number), "" if number in signed else "it is missing")
    for number in signed.keys() - heard:
        found.add(Flaw.UNTOLD, Place(checkpoint=number), "no event tells of it")
    history = dict(_key_history(told))
    for id_, public, introduced, retired in keys:
        if history.pop(id_, None) != (base64.b64encode(public).decode(), introduced, retired):
            found.add(Flaw.KEY, Place(key=id_))
    for id_ in history:
        found.add(Flaw.KEY, Place(key=id_), "it is missing")


def check_kept_notes(kept: Sequence[Note], notes: Sequence[Note], found: Findings) -> None:
    """Checkpoints that somebody kept outside are still those that are here: nothing was rewritten."""
    here = {note.number: note for note in notes}
    for note in kept:
        ours = here.get(note.number)
        if ours is None:
            found.add(Flaw.NOTE, Place(checkpoint=note.number), f"{note.size} events; here it is missing")
        elif ours != note:
            found.add(Flaw.NOTE, Place(checkpoint=note.number), f"{note.size} events, root {note.root.hex()}")


def _key_history(told: Sequence[Told]) -> Iterator[tuple[str, tuple[str, datetime | None, datetime | None]]]:
    """Each key by its last introduction, and its retirement if one came after."""
    history: dict[str, tuple[str, datetime | None, datetime | None]] = {}
    for name, facts, _ in told:
        if name not in ("ledger.key_introduced", "ledger.key_retired"):
            continue
        id_ = str(facts.get("key"))
        try:
            at = datetime.fromisoformat(str(facts.get("at")))
        except ValueError:  # the event was altered, which is found elsewhere
            at = None
        if name == "ledger.key_introduced":
            history[id_] = (str(facts.get("public")), at, None)
        elif id_ in history:
            history[id_] = (*history[id_][:2], at)
    yield from history.items()


def _facts(note: Note) -> dict[str, Any]:
    return {
        "number": note.number,
        "size": note.size,
        "root": note.root.hex(),
        "previous": note.previous_size,
        "at": note.at.isoformat(),
        "key": note.key_id,
        "signature": base64.b64encode(note.signature).decode(),
    }


def _with(place: Place, number: int) -> Place:
    return Place(stream=place.stream, index=place.index, event=place.event, checkpoint=number)
