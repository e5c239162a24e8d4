"""One cell of a spreadsheet, as offices write it, into a plain value: text, date, year, choice, rank."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from personnel import ranks
from personnel.problems import Wrong

Cell = str | int | float | bool | date | datetime | time | timedelta | None

LONGEST = 500
NOTHING = frozenset({"", "-", "--", "–", "—", "n/a", "na", "nihil", "tidak ada", "null", "none", "#n/a"})
FORMULA_ERRORS = frozenset({"#ref!", "#value!", "#name?", "#div/0!", "#num!", "#null!", "#getting_data"})
SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of a spreadsheet's day numbers."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february pebruari feb peb",
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu ags agt aug",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}

_SIGNS = re.compile(r"[^a-z0-9]+")
_YMD = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DMY = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{2,4})")
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[-/. ]+([A-Za-z]{3,9})\.?[-/. ]+(\d{2,4})")
_TIME_AFTER = re.compile(r"[T ]\d{1,2}[:.]\d{2}([:.]\d{2}(\.\d+)?)?Z?$")
_MAIL = re.compile(r"[^@\s<>,;\"']+@[^@\s<>,;\"']+\.[A-Za-z0-9-]+")


class Unreadable(ValueError):
    """A cell does not hold what its column asks for; `wrong` and `facts` are the sentence."""

    def __init__(self, wrong: Wrong, **facts: str | int) -> None:
        super().__init__(wrong)
        self.wrong, self.facts = wrong, facts


def text(cell: Cell) -> str:
    """A cell as one line of clean text; empty for what people write for nothing. Raises Unreadable."""
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.date()
    said = "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)
    if not said.isprintable():
        said = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in said)
    said = " ".join(said.split()).lstrip("'’`").lstrip()
    if said.casefold() in NOTHING:
        return ""
    if said.casefold() in FORMULA_ERRORS:
        raise Unreadable(Wrong.FORMULA_ERROR, said=said)
    if len(said) > LONGEST:
        raise Unreadable(Wrong.TOO_LONG, limit=LONGEST)
    return said


def day(cell: Cell) -> str:
    """A date as ISO text, from a date cell, a day number, or day-month-year however separated or spelt."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _numbered_day(cell)
    said = text(cell)
    # "Medan, 1 Januari 1980" is how forms write place and date of birth
    tail = _TIME_AFTER.sub("", said.rpartition(",")[2].strip())
    if not tail:
        return ""
    if match := _YMD.fullmatch(tail):
        year, month, of_month = (int(part) for part in match.groups())
    elif match := _DMY.fullmatch(tail):
        of_month, month = int(match[1]), int(match[2])
        year = _long_year(match[3], said)
    elif (match := _DAY_MONTH_YEAR.fullmatch(tail)) and match[2].casefold() in MONTHS:
        of_month, month = int(match[1]), MONTHS[match[2].casefold()]
        year = _long_year(match[3], said)
    elif tail.isdigit():
        return _numbered_day(int(tail))
    else:
        raise Unreadable(Wrong.NOT_A_DATE, said=said)
    return _a_day(year, month, of_month, said)


def year(cell: Cell) -> str:
    """A year from 1950 on, as text."""
    if isinstance(cell, date):
        return str(cell.year)
    said = text(cell)
    if not said:
        return ""
    if not re.fullmatch(r"(19[5-9]|20\d)\d", said):
        raise Unreadable(Wrong.NOT_A_YEAR, said=said)
    return said


def rank(cell: Cell) -> str:
    """A rank such as III/b, however written; empty for PPPK grades such as IX."""
    said = text(cell)
    if not said or re.fullmatch(r"(gol(ongan)?\.?\s*)?[IVX]{1,5}", said, re.IGNORECASE):
        return ""
    found = ranks.read(said)
    if found is None:
        raise Unreadable(Wrong.NOT_A_RANK, said=said)
    return found


def mail(cell: Cell) -> str:
    """An email address."""
    said = text(cell)
    if said and not _MAIL.fullmatch(said):
        raise Unreadable(Wrong.NOT_AN_ADDRESS, said=said)
    return said.casefold()


@lru_cache(maxsize=10_000)
def squeezed(said: str) -> str:
    """A text without anything but lower-case letters and digits: how spellings are compared."""
    plain = said.lower() if said.isascii() else unicodedata.normalize("NFKD", said).casefold()
    return _SIGNS.sub("", plain) if plain.isascii() else "".join(c for c in plain if c.isalnum())


def _numbered_day(number: float) -> str:
    if 1 < number < 80_000:
        return (SERIAL_ZERO + timedelta(days=int(number))).isoformat()
    whole = f"{number:.0f}"
    if len(whole) == 8 and whole[:2] in ("19", "20"):
        return _a_day(int(whole[:4]), int(whole[4:6]), int(whole[6:]), whole)
    raise Unreadable(Wrong.NOT_A_DATE, said=whole)


def _long_year(said: str, whole: str) -> int:
    if len(said) != 4:
        raise Unreadable(Wrong.SHORT_YEAR, said=whole)
    return int(said)


def _a_day(year_: int, month: int, of_month: int, said: str) -> str:
    try:
        found = date(year_, month, of_month)
    except ValueError as exc:
        raise Unreadable(Wrong.NOT_A_DATE, said=said) from exc
    if not 1900 <= found.year <= 2100:
        raise Unreadable(Wrong.NOT_A_DATE, said=said)
    return found.isoformat()
