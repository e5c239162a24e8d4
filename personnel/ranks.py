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
_WRITTEN = re.compile(r"\b(IV|III|II|I|[1-4])\s*[/.\-]?\s*([a-eA-E])\b")


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
        group = match[1] if not match[1].isdigit() else ("I", "II", "III", "IV")[int(match[1]) - 1]
        rank = f"{group}/{match[2].lower()}"
        if rank in _ORDER:
            return rank
    named = " ".join(said.casefold().replace("tk.", "tingkat").replace("tk ", "tingkat ").split())
    return next((rank for rank, words in NAMES.items() if words.casefold() == named), None)
