"""The NIP of a civil servant: birth date, month of appointment, gender and a serial number in 18 digits.

YYYYMMDD birth, YYYYMM first appointment, 1 male or 2 female, 3 digits; no check digit is known. The number of
a PPPK may be made otherwise, so what would refuse a PNS only warns there.
"""

import math
import re
from dataclasses import dataclass
from datetime import date

from personnel.cells import Cell, Unreadable, text
from personnel.problems import Problem, Wrong, refuse, warn

LOST = "~"
"""Marks a NIP that a spreadsheet kept as a number: only its first 15 digits can be trusted."""
TRUSTED = 15
YOUNGEST = 17


@dataclass(frozen=True, slots=True)
class Nip:
    """What a NIP says about its owner; None where the digits make no sense."""

    digits: str
    born_on: date | None
    appointed_on: date | None
    """The first of the month of appointment."""
    gender: str | None


def read(cell: Cell) -> str:
    """The digits of a NIP cell; after LOST those of one that was turned into a number. Raises Unreadable.

    A spreadsheet's number has 15 or 16 true digits, so the serial number of an 18-digit NIP is gone.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        whole = int(cell)
        return LOST + str(_unrounded(whole)) if len(str(whole)) == 18 else str(whole)
    said = text(cell)
    if re.fullmatch(r"\d[.,]\d+[eE]\+?\d+", said):
        mantissa = re.sub(r"\D", "", said.upper().partition("E")[0])
        if len(mantissa) < TRUSTED or not said.endswith("17"):
            raise Unreadable(Wrong.NIP_LOST)
        return LOST + mantissa.ljust(18, "0")[:18]
    return re.sub(r"[\s.\-/']", "", re.sub(r"[.,]0+$", "", said))


def said_by(digits: str) -> Nip:
    """Take a NIP of 18 digits apart."""
    born, month = _day(digits[:8]), _day(digits[8:14] + "01")
    return Nip(digits, born, month, {"1": "M", "2": "F"}.get(digits[14:15]))


def check(digits: str, *, status: str, born_on: str = "", gender: str = "") -> list[Problem]:
    """What is wrong with a NIP, by itself and against the row it stands in."""
    if not digits.isdigit() or len(digits) != 18:
        if status == "PPPK" and re.fullmatch(r"[0-9A-Za-z]{9,20}", digits):
            return [warn("nip", Wrong.NIP_UNUSUAL)]
        if digits.isdigit() and len(digits) == 9:
            return [refuse("nip", Wrong.NIP_OLD)]
        return [refuse("nip", Wrong.NIP_LENGTH, digits=sum(c.isdigit() for c in digits))]
    found = said_by(digits)
    faults: list[Problem] = []
    if found.born_on is None:
        faults.append(refuse("nip", Wrong.NIP_BIRTH, digits=digits[:8]))
    if found.appointed_on is None:
        faults.append(refuse("nip", Wrong.NIP_APPOINTED, digits=digits[8:14]))
    if found.gender is None:
        faults.append(refuse("nip", Wrong.NIP_GENDER, digit=digits[14]))
    if faults and status == "PPPK":
        return [warn("nip", Wrong.NIP_UNUSUAL)]
    return faults + _against(found, born_on, gender)


def _unrounded(whole: int) -> int:
    """Undo the binary rounding, which is at most 16 here: 198405112006101000 arrives as ...100992."""
    nearest = (whole + 500) // 1000 * 1000
    return nearest if abs(whole - nearest) <= 16 else whole


def _against(found: Nip, born_on: str, gender: str) -> list[Problem]:
    doubts: list[Problem] = []
    if found.born_on and born_on and found.born_on.isoformat() != born_on:
        doubts.append(warn("born_on", Wrong.BORN_OTHERWISE, nip=found.born_on.isoformat(), said=born_on))
    if found.gender and gender and found.gender != gender:
        doubts.append(warn("gender", Wrong.GENDER_OTHERWISE))
    if found.born_on and found.appointed_on:
        age = found.appointed_on.year - found.born_on.year
        if age < YOUNGEST:
            doubts.append(warn("nip", Wrong.APPOINTED_YOUNG, age=age))
    return doubts


def _day(digits: str) -> date | None:
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None
