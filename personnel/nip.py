"""The NIP of a civil servant: birth date, month of appointment, gender and a serial number in 18 digits.

YYYYMMDD birth, YYYYMM first appointment, 1 male or 2 female, 3 digits; no check digit is known. The number of
a PPPK may be made otherwise, so what would refuse a PNS only warns there.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from personnel.cells import Cell, Unreadable, text
from personnel.problems import Problem, Wrong, refuse, warn

LOST = "~"
"""Marks a NIP that a spreadsheet kept as a number: only its first 15 digits, cut or rounded, are there."""
TRUSTED = 15
YOUNGEST = 17

_SCIENTIFIC = re.compile(r"(\d)[.,]?(\d*)[eE]\+?(\d{1,3})")
_STEPS = (1, 10, 100, 1000)
_SEPARATORS = re.compile(r"[\s.,\-/'’`_]")


@dataclass(frozen=True, slots=True)
class Nip:
    """What a NIP says about its owner; None where the digits make no sense."""

    digits: str
    born_on: date | None
    appointed_on: date | None
    """The first of the month of appointment."""
    gender: str | None


def read(cell: Cell) -> str:
    """The digits of a NIP cell; after LOST the number that one was turned into. Raises Unreadable.

    A spreadsheet's number has 15 or 16 true digits, so the serial number of an 18-digit NIP is gone; so it is
    where the number was written out as text: 1.98001E+17, 198001012005011008.0, or 000 at the end.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        whole = str(int(cell))
        return LOST + whole if len(whole) == 18 else whole
    said = unicodedata.normalize("NFKC", text(cell))
    if match := _SCIENTIFIC.fullmatch(said):
        mantissa = match[1] + match[2]
        if len(mantissa) < TRUSTED or match[3] != "17":
            raise Unreadable(Wrong.NIP_LOST)
        return LOST + mantissa.ljust(18, "0")[:18]
    decimal = re.fullmatch(r"(\d+)[.,]0+", said)
    digits = _SEPARATORS.sub("", decimal[1] if decimal else said)
    if not re.fullmatch(r"[0-9]{18}", digits):
        return digits
    # no serial number is 000; and what has a decimal point was a double, if it can be one
    lost = digits.endswith("000") or (decimal and int(float(digits)) == int(digits))
    return LOST + digits if lost else digits


def may_be(lost: str, digits: str) -> bool:
    """Whether a NIP could have become this number: a double, cut or rounded to 15 digits or more."""
    if not re.fullmatch(r"[0-9]{18}", digits) or not re.fullmatch(r"[0-9]{18}", lost):
        return False
    exact = (int(digits), int(float(digits)))
    cut = {number // step * step for number in exact for step in _STEPS}
    rounded = {(number + step // 2) // step * step for number in exact for step in _STEPS}
    return float(lost) in {float(number) for number in cut | rounded}


def said_by(digits: str) -> Nip:
    """Take a NIP of 18 digits apart."""
    born, month = _day(digits[:8]), _day(digits[8:14] + "01")
    return Nip(digits, born, month, {"1": "M", "2": "F"}.get(digits[14:15]))


def check(digits: str, *, status: str, born_on: str = "", gender: str = "") -> list[Problem]:
    """What is wrong with a NIP, by itself and against the row it stands in."""
    if not re.fullmatch(r"[0-9]{18}", digits):
        if status == "PPPK" and re.fullmatch(r"[0-9A-Za-z]{9,20}", digits):
            return [warn("nip", Wrong.NIP_UNUSUAL)]
        if re.fullmatch(r"[0-9]{9}", digits):
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
