"""The seventeen ranks (golongan/ruang) of civil servants, from I/a to IV/e."""

import re

from core.errors import Invalid

NAMES = {
    "I/a": "Juru Muda",
    "I/b": "Juru Muda Tingkat I",
    "I/c": "Juru",
    "I/d": "Juru Tingkat I",
    "II/a": "Pengatur Muda",
    "II/b": "Pengatur Muda Tingkat I",
    "II/c": "Pengatur",
    "II/d": "Pengatur Tingkat I",
    "III/a": "Penata Muda",
    "III/b": "Penata Muda Tingkat I",
    "III/c": "Penata",
    "III/d": "Penata Tingkat I",
    "IV/a": "Pembina",
    "IV/b": "Pembina Tingkat I",
    "IV/c": "Pembina Utama Muda",
    "IV/d": "Pembina Utama Madya",
    "IV/e": "Pembina Utama",
}
"""In order (PP 99/2000 as amended)."""

RANKS = tuple(NAMES)
_ORDER = {rank: order for order, rank in enumerate(RANKS, start=1)}
_WRITTEN = re.compile(r"\b(IV|III|II|I|[1-4])\s*[/.\-]?\s*([a-e])\b", re.IGNORECASE)
_SIGNS = re.compile(r"[^a-z0-9]+")
_TINGKAT = re.compile(r"\b(?:tk|tkt|tingkat) ?(?:i|1)\b")


class UnknownRank(Invalid):
    """There is no rank {rank}; ranks run from I/a to IV/e."""


def order(rank: str) -> int:
    """A rank's place from 1 (I/a) to 17 (IV/e). Raises UnknownRank."""
    try:
        return _ORDER[rank]
    except KeyError as exc:
        raise UnknownRank(rank=rank) from exc


def next_rank(rank: str) -> str | None:
    """The rank above; None above IV/e. Raises UnknownRank."""
    place = order(rank)
    return RANKS[place] if place < len(RANKS) else None


def name(rank: str) -> str:
    """`Penata Muda Tingkat I` for III/b. Raises UnknownRank."""
    order(rank)
    return NAMES[rank]


def read(said: str) -> str | None:
    """The rank in `III/b`, `III b`, `3B` or `Penata Muda Tk. I (III/b)`; None where there is none."""
    for match in reversed(list(_WRITTEN.finditer(said))):
        group = match[1].upper() if not match[1].isdigit() else ("I", "II", "III", "IV")[int(match[1]) - 1]
        rank = f"{group}/{match[2].lower()}"
        if rank in _ORDER:
            return rank
    words = _words(said)
    return next((rank for rank, name in NAMES.items() if name.casefold() == words), None)


def named(said: str) -> str | None:
    """The rank whose name stands in `Penata Muda Tk. I (III/b)`, whatever code stands beside it."""
    words = f" {_words(said)} "
    found = [rank for rank, name in NAMES.items() if f" {name.casefold()} " in words]
    return max(found, key=lambda rank: len(NAMES[rank]), default=None)


def _words(said: str) -> str:
    """Words alone; `Tk.I` is written out."""
    return " ".join(_TINGKAT.sub(" tingkat i ", _SIGNS.sub(" ", said.casefold())).split())
