"""What a check of the ledger finds wrong, and where exactly."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

MOST_KEPT = 1_000


class Flaw(StrEnum):
    """What can be wrong; the sentences are below."""

    TEXT = "text"
    COLUMN = "column"
    LINK = "link"
    MISSING = "missing"
    CONTENT = "content"
    ERASED = "erased"
    NOT_ERASED = "not-erased"
    HEAD = "head"
    KIND = "kind"
    NO_EVENTS = "no-events"
    NO_STREAM = "no-stream"
    GAP = "gap"
    POSITION = "position"
    REWRITTEN = "rewritten"
    UNPLACED = "unplaced"
    TILE = "tile"
    ROOT = "root"
    SIGNATURE = "signature"
    KEY = "key"
    NUMBERING = "numbering"
    UNTOLD = "untold"
    NOTE = "note"
    UNPINNED = "unpinned"
    DOMAIN = "domain"


SAID: Mapping[Flaw, str] = {
    Flaw.TEXT: "its text is not the one that was hashed",
    Flaw.COLUMN: "the row says something else than the text that was hashed",
    Flaw.LINK: "it does not follow the event before it: one of the two was altered",
    Flaw.MISSING: "an event is missing",
    Flaw.CONTENT: "its personal content is not the one that was recorded",
    Flaw.ERASED: "its personal content is gone, and no order to erase it is recorded",
    Flaw.NOT_ERASED: "its personal content was erased by order, and is there again",
    Flaw.HEAD: "the stream's head does not fit its last event",
    Flaw.KIND: "the stream's kind is not that of its events",
    Flaw.NO_EVENTS: "the stream has no events",
    Flaw.NO_STREAM: "its stream is missing",
    Flaw.GAP: "no event has this position",
    Flaw.POSITION: "the position can't be",
    Flaw.REWRITTEN: "the event is not the one that was signed at this position",
    Flaw.UNPLACED: "the tree remembers another event at this position",
    Flaw.TILE: "the kept tree was altered here",
    Flaw.ROOT: "the checkpoint's root is not that of the events",
    Flaw.SIGNATURE: "the checkpoint's signature is not good",
    Flaw.KEY: "the key is not the one that was introduced",
    Flaw.NUMBERING: "checkpoints are not numbered one after the other, each longer than the last",
    Flaw.UNTOLD: "the checkpoint and the event that told of it do not agree",
    Flaw.NOTE: "the note that was kept outside says something else",
    Flaw.UNPINNED: "it was signed by another key than those you trust",
    Flaw.DOMAIN: "the records do not agree with the log",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong; what is not known is left out."""

    stream: str = ""
    index: int | None = None
    event: str = ""
    position: int | None = None
    checkpoint: int | None = None
    tile: str = ""
    key: str = ""

    def __str__(self) -> str:
        parts = {
            "stream": self.stream,
            "event": "" if self.index is None else str(self.index),
            "id": self.event,
            "position": self.position,
            "checkpoint": self.checkpoint,
            "tile": self.tile,
            "key": self.key,
        }
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value not in ("", None))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    flaw: Flaw
    place: Place
    detail: str = ""

    def __str__(self) -> str:
        return (
            f"{str(self.place) or 'records'}: {SAID[self.flaw]}{f' ({self.detail})' if self.detail else ''}"
        )

    def facts(self) -> dict[str, Any]:
        """For a machine: the place's parts that are known, the code, the sentence."""
        place = {name: value for name, value in asdict(self.place).items() if value not in ("", None)}
        return {"flaw": str(self.flaw), **place, "says": SAID[self.flaw], "detail": self.detail}


@dataclass(slots=True)
class Findings:
    """All that is wrong: counted, and the first thousand kept, so that a ruin doesn't fill the memory."""

    count: int = 0
    kept: list[Finding] = field(default_factory=list[Finding])

    def add(self, flaw: Flaw, place: Place, detail: str = "") -> None:
        self.count += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Finding(flaw, place, detail))
