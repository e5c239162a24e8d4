"""Which known name is likely meant by one that is not known: misspelt, shortened or abbreviated. Pure."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from personnel.cells import squeezed

ALIKE = 0.78
A_FEW = 3
_SMALL = frozenset({"dan", "di", "ke", "dari", "pada", "untuk", "atas"})
_STEMS = {
    "dinas": "dis",
    "pendidikan": "dik",
    "kebudayaan": "bud",
    "perhubungan": "hub",
    "kependudukan": "duk",
    "perdagangan": "dag",
    "pertanian": "tan",
}
"""What words become in abbreviations such as Disdikbud and Dishub, beside their beginnings."""
_WORD = re.compile(r"[a-z0-9]+")


def nearest(said: str, names: Iterable[str]) -> list[str]:
    """The few names that are likely meant, the likeliest first; none where none is."""
    ranked = sorted(((likeness(said, name), name) for name in names), key=lambda pair: (-pair[0], pair[1]))
    return [name for alike, name in ranked[:A_FEW] if alike >= ALIKE]


def likeness(said: str, name: str) -> float:
    """From 0 to 1. `Dinkes`, `BKPSDM` and `Dinas Kesehatan Kota Medan` are like what they stand for."""
    one, other = squeezed(said), squeezed(name)
    if len(one) < 2 or not other:
        return 0.0
    if abbreviates(one, name):
        return 0.95
    if min(len(one), len(other)) >= 6 and (one.startswith(other) or other.startswith(one)):
        return 0.9
    matcher = SequenceMatcher(None, one, other)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE else 0.0


def abbreviates(short: str, name: str) -> bool:
    """Whether a text is the beginnings of a name's words, one after the other; small words may be missing."""
    words = tuple(_WORD.findall(name.casefold()))
    return 2 <= len(words) <= 12 and len(short) <= 20 and _fits(squeezed(short), words)


@lru_cache(maxsize=20_000)
def _fits(short: str, words: tuple[str, ...]) -> bool:
    if not words:
        return not short
    word, rest = words[0], words[1:]
    if word in _SMALL and _fits(short, rest):
        return True
    starts = [word[:n] for n in range(1, len(word) + 1)]
    starts += [_STEMS[word]] if word in _STEMS else []
    return any(short.startswith(start) and _fits(short[len(start) :], rest) for start in starts)
