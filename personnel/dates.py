"""Dates and years as offices write them: typed, numbered, or day-month-year however separated or spelt.

Some are ambiguous by themselves, and clear beside the others of their column: see `order_of`.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from personnel.cells import Cell, Doubtful, Unreadable, text
from personnel.problems import Wrong, readable

SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of a spreadsheet's day numbers."""
FIRST_SERIAL, LAST_SERIAL = 10_000, 80_000
"""From 1927 to 2119: a smaller number is rather a year, or a serial number, than a day."""
NEWEST_BIRTH, NEWEST_DAY = 12, 49
"""The latest year of two digits that is one of this century: of births, and of everything else."""
SURE = 20
"""So many times as often must one order of day and month be seen, for the other to be a mistake."""
A_FEW = 3

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
            "agustus august agu ags agt agust aug",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}

_BEFORE = re.compile(
    r"(t\.?\s?m\.?\s?t\.?|tgl\.?|tanggal|per|senin|selasa|rabu|kamis|jum'?at|sabtu|minggu)\s*[:.]?\s+",
    re.IGNORECASE,
)
_YMD = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DMY = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})")
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[-/. ]*([A-Za-z]{3,9})\.?[-/. ]*(\d{4}|\d{2})")
_TIME_AFTER = re.compile(r"[T ]\d{1,2}[:.]\d{2}([:.]\d{2}(\.\d+)?)?Z?$")


class Order(StrEnum):
    """How the numbers of a column's dates are to be understood."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    """As a spreadsheet set to American English writes them."""
    MIXED = "mixed"
    """Both are there: a date that could be either is refused."""
    SWAPPED = "swapped"
    """A spreadsheet set to American English took some for dates, day and month swapped, and left others."""


def order_of(cells: Iterable[Cell]) -> Order:
    """What a column's dates say together about the order of day and month."""
    days = months = typed = late = 0
    for cell in cells:
        if isinstance(cell, date):
            typed += 1
            late += cell.day > 12
        elif isinstance(cell, str) and (match := _DMY.fullmatch(_tail(cell.strip()))):
            first, second = int(match[1]), int(match[2])
            days += 12 < first <= 31 and second <= 12
            months += 12 < second <= 31 and first <= 12
    if typed >= A_FEW and not late and days >= A_FEW and not months:
        return Order.SWAPPED
    if not months or days >= SURE * months:
        return Order.DAY_FIRST
    return Order.MONTH_FIRST if months >= max(2, SURE * days) else Order.MIXED


def day(cell: Cell, order: Order = Order.DAY_FIRST, newest: int = NEWEST_DAY) -> str:
    """A date as ISO text. Raises Unreadable; Doubtful with the date for a year of two digits, or of a column
    that has the month first."""
    if isinstance(cell, date):
        return _typed(cell.date() if isinstance(cell, datetime) else cell, order)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _numbered(cell)
    return _written(text(cell), order, newest)


def birth(cell: Cell, order: Order = Order.DAY_FIRST) -> str:
    """A date of birth, as `day`: of two digits a later year is one of the last century."""
    return day(cell, order, NEWEST_BIRTH)


def year(cell: Cell) -> str:
    """A year from 1950 on, as text. Raises Unreadable."""
    said = str(cell.year) if isinstance(cell, date) else text(cell)
    if said and not re.fullmatch(r"(19[5-9]|20[0-9])[0-9]", said):
        raise Unreadable(Wrong.NOT_A_YEAR, said=said)
    return said


def _written(said: str, order: Order, newest: int) -> str:
    tail = _tail(said)
    if not tail:
        return ""
    if match := _YMD.fullmatch(tail):
        return _a_day(int(match[1]), int(match[2]), int(match[3]), said)
    if match := _DMY.fullmatch(tail):
        of_month, month = _in_order(int(match[1]), int(match[2]), order, said)
        return _dated(of_month, month, match[3], said, newest, swapped=order is Order.MONTH_FIRST)
    if (match := _DAY_MONTH_YEAR.fullmatch(tail)) and match[2].casefold() in MONTHS:
        return _dated(int(match[1]), MONTHS[match[2].casefold()], match[3], said, newest)
    if tail.isdecimal() and tail.isascii() and tail[0] != "0":
        return _numbered(int(tail))
    raise Unreadable(Wrong.NOT_A_DATE, said=said)


def _tail(said: str) -> str:
    """The date alone: forms write `Medan, 1 Januari 1980`, and lists `TMT 01-04-2022`."""
    tail = _TIME_AFTER.sub("", said.rpartition(",")[2].strip())
    return _BEFORE.sub("", tail, count=1) if _BEFORE.match(tail) else tail


def _typed(found: date, order: Order) -> str:
    if order is Order.SWAPPED and found.day != found.month:
        raise Unreadable(Wrong.DATE_SWAPPED, said=readable(found.isoformat()))
    serial = (found - SERIAL_ZERO).days
    if 1900 <= serial <= 2100:  # a year in a column of dates shows as a day of 1905
        raise Unreadable(Wrong.NOT_A_DATE, said=str(serial))
    return _a_day(found.year, found.month, found.day, found.isoformat())


def _numbered(number: float) -> str:
    if FIRST_SERIAL <= number < LAST_SERIAL:
        return (SERIAL_ZERO + timedelta(days=int(number))).isoformat()
    whole = f"{number:.0f}"
    if len(whole) == 8 and whole[:2] in ("19", "20") and number == int(number):
        return _a_day(int(whole[:4]), int(whole[4:6]), int(whole[6:]), whole)
    raise Unreadable(Wrong.NOT_A_DATE, said=f"{number:.15g}")


def _in_order(first: int, second: int, order: Order, said: str) -> tuple[int, int]:
    """Day and month."""
    if order is Order.MIXED:
        if first <= 12 and second <= 12 and first != second:
            raise Unreadable(Wrong.DATE_EITHER, said=said)
        return (second, first) if second > 12 else (first, second)
    return (second, first) if order is Order.MONTH_FIRST else (first, second)


def _dated(of_month: int, month: int, year_: str, said: str, newest: int, *, swapped: bool = False) -> str:
    short = len(year_) == 2
    century = (2000 if int(year_) <= newest else 1900) if short else 0
    found = _a_day(century + int(year_), month, of_month, said)
    if short:
        raise Doubtful(found, Wrong.SHORT_YEAR, said=said, read=readable(found))
    if swapped:
        raise Doubtful(found, Wrong.MONTH_FIRST, said=said, read=readable(found))
    return found


def _a_day(year_: int, month: int, of_month: int, said: str) -> str:
    try:
        found = date(year_, month, of_month)
    except ValueError as exc:
        raise Unreadable(Wrong.NOT_A_DATE, said=said) from exc
    if not 1900 <= found.year <= 2100:
        raise Unreadable(Wrong.NOT_A_DATE, said=said)
    return found.isoformat()
