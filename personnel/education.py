"""Levels of education, lowest first, as the ceiling table of regular promotion names them."""

import re

LEVELS = (
    "SD",
    "SLTP",
    "SLTP Kejuruan",
    "SLTA",
    "D1",
    "D2",
    "SGPLB",
    "D3",
    "Sarjana Muda",
    "D4",
    "S1",
    "Dokter",
    "Apoteker",
    "S2",
    "S3",
)

_WRITTEN: tuple[tuple[str, str], ...] = (
    # the first that fits counts; what is more particular stands first
    (r"s-?3|strata ?(3|iii)|doktor\b|program doktor", "S3"),
    (r"s-?2|strata ?(2|ii)\b|magister|pasca ?sarjana|spesialis|sp-?1", "S2"),
    (r"(profesi )?apoteker", "Apoteker"),
    (r"(profesi )?dokter( gigi| hewan)?\b", "Dokter"),
    (r"sarjana muda", "Sarjana Muda"),
    (r"sarjana terapan", "D4"),
    (r"s-?1|strata ?(1|i)\b|sarjana( ekonomi| hukum)?\b|profesi|ners", "S1"),
    (r"d-?(iv|4)|diploma ?(iv|4)", "D4"),
    (r"d-?(iii|3)|diploma ?(iii|3)|akademi", "D3"),
    (r"sgplb", "SGPLB"),
    (r"d-?(ii|2)|diploma ?(ii|2)", "D2"),
    (r"d-?(i|1)|diploma ?(i|1)", "D1"),
    (r"sma|smk|slta|smea|stm|man?|ma|smu|spg|spk|paket c|madrasah aliyah|sekolah menengah atas", "SLTA"),
    (r"sltp kejuruan|st|smep|skp", "SLTP Kejuruan"),
    (r"smp|sltp|mts|paket b|sekolah menengah pertama", "SLTP"),
    (r"sd|mi|paket a|sekolah dasar", "SD"),
)
_READERS = tuple((re.compile(rf"(?:{written})(?![a-z0-9])"), level) for written, level in _WRITTEN)


def order(level: str) -> int:
    """A level's place from 0 (SD); -1 for one that is not known."""
    return LEVELS.index(level) if level in LEVELS else -1


def read(said: str) -> str | None:
    """The level in `S-1 Ekonomi`, `SMA/SLTA sederajat` or `D-III Keperawatan`; None where there is none."""
    plain = re.sub(r"[._]", "", " ".join(said.casefold().split()))
    plain = re.sub(r"\b([sd]) (?=[1-4i])", r"\1-", plain)
    return next((level for reader, level in _READERS if reader.match(plain)), None)
