"""What changed between two texts: line by line, and within a changed line word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

AROUND = 3
"""How many unchanged lines are shown before and after a change."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line, and whether it is what changed in it."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference, with its number in the old and in the new text."""

    kind: Literal["same", "gone", "new", "gap"]
    parts: tuple[Part, ...] = ()
    old: int | None = None
    new: int | None = None


def difference(old: str, new: str) -> list[Line]:
    """The lines that changed, with a few around each; empty when the texts are the same."""
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Line] = []
    for n, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if n:
            found.append(Line("gap"))
        for what, i1, i2, j1, j2 in group:
            if what == "equal":
                found += [
                    Line("same", (Part(before[i], changed=False),), i + 1, j + 1)
                    for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
                ]
            else:
                found += _changed(before, after, range(i1, i2), range(j1, j2))
    return found


def _changed(before: Sequence[str], after: Sequence[str], gone: range, come: range) -> Iterator[Line]:
    paired = len(gone) == len(come)
    pairs = [_words(before[i], after[j]) for i, j in zip(gone, come, strict=True)] if paired else []
    for n, i in enumerate(gone):
        yield Line("gone", pairs[n][0] if paired else (Part(before[i], changed=False),), old=i + 1)
    for n, j in enumerate(come):
        yield Line("new", pairs[n][1] if paired else (Part(after[j], changed=False),), new=j + 1)


def _words(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    before, after = re.findall(r"\w+|\s+|[^\w\s]", old), re.findall(r"\w+|\s+|[^\w\s]", new)
    left: list[Part] = []
    right: list[Part] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if i2 > i1:
            left.append(Part("".join(before[i1:i2]), what != "equal"))
        if j2 > j1:
            right.append(Part("".join(after[j1:j2]), what != "equal"))
    return tuple(left), tuple(right)
