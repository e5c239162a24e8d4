"""One cell of a spreadsheet, as offices write it, into a plain value: text, code, phone, address, rank.

What a spreadsheet does to a value is undone where that is sure, told where it is a guess, and refused where
the value is lost; it is never taken for another.
"""

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
NUMBER = "#"
"""Marks a code that a spreadsheet kept as a number: `01` and `1.10` arrive as 1 and 1.1."""

_SIGNS = re.compile(r"[^a-z0-9]+")
_MAIL = re.compile(r"[^@\s<>,;\"']+@[^@\s<>,;\"']+\.[A-Za-z0-9-]+")
_AS_FORMULA = re.compile(r'=\s*"([^"]*)"')
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_GRADE = re.compile(r"(gol(ongan)?\.?\s*)?([IVX]{1,5}|1?[0-9])", re.IGNORECASE)


class Unreadable(ValueError):
    """A cell does not hold what its column asks for; `wrong` and `facts` are the sentence."""

    def __init__(self, wrong: Wrong, **facts: str | int) -> None:
        super().__init__(wrong)
        self.wrong, self.facts = wrong, facts


class Doubtful(Unreadable):
    """A cell was read, and a person should look whether rightly; `value` is what was read."""

    def __init__(self, value: str, wrong: Wrong, **facts: str | int) -> None:
        super().__init__(wrong, **facts)
        self.value = value


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
    said = " ".join(said.split())
    if said.startswith("=") and (quoted := _AS_FORMULA.fullmatch(said)):
        said = quoted[1].strip()  # ="0812" is how a CSV keeps a number from being one
    said = said.lstrip("'’`").lstrip()
    if said.casefold() in NOTHING:
        return ""
    if said.casefold() in FORMULA_ERRORS:
        raise Unreadable(Wrong.FORMULA_ERROR, said=said)
    if len(said) > LONGEST:
        raise Unreadable(Wrong.TOO_LONG, limit=LONGEST)
    return said


def code(cell: Cell) -> str:
    """The code of a new unit or post. Raises Doubtful where it is a number, Unreadable where it is a date."""
    said = reference(cell)
    if said.startswith(NUMBER):
        said = said.removeprefix(NUMBER)
        raise Doubtful(said, Wrong.CODE_NUMBER, said=said)
    return said


def reference(cell: Cell) -> str:
    """The code or name of something on record; after NUMBER where the cell is a number. Raises Unreadable."""
    if isinstance(cell, date | time | timedelta):
        raise Unreadable(Wrong.CODE_DATE, said=text(cell))
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    said = text(cell)
    return NUMBER + said if is_number and said else said


def rank(cell: Cell) -> str:
    """A rank such as III/b, however written. Raises Unreadable; Doubtful, with nothing, for what is no rank
    but may be the grade of a PPPK, such as IX."""
    said = text(cell)
    if not said:
        return ""
    if _GRADE.fullmatch(said):
        raise Doubtful("", Wrong.GRADE_LEFT_OUT, said=said)
    found = ranks.read(said)
    if found is None:
        raise Unreadable(Wrong.NOT_A_RANK, said=said)
    named = ranks.named(said)
    if named and named != found:
        raise Unreadable(Wrong.RANK_CONTRADICTS, said=said, name=ranks.NAMES[found], rank=found)
    return found


def mail(cell: Cell) -> str:
    """An email address. Raises Unreadable."""
    said = text(cell)
    if said and not _MAIL.fullmatch(said):
        raise Unreadable(Wrong.NOT_AN_ADDRESS, said=said)
    return said.casefold()


def phone(cell: Cell) -> str:
    """A phone number; one that a spreadsheet kept as a number gets its zero back. Raises Unreadable."""
    said = text(cell)
    if _SCIENTIFIC.fullmatch(said):
        raise Unreadable(Wrong.PHONE_LOST, said=said)
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return f"0{said}" if is_number and re.fullmatch(r"8\d{8,11}", said) else said


@lru_cache(maxsize=10_000)
def squeezed(said: str) -> str:
    """A text without anything but lower-case letters and digits: how spellings are compared."""
    plain = said.lower() if said.isascii() else unicodedata.normalize("NFKD", said).casefold()
    return _SIGNS.sub("", plain) if plain.isascii() else "".join(c for c in plain if c.isalnum())
