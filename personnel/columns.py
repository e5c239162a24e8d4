"""The kinds of sheets that are understood, their columns, and the headers that offices write for them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from personnel import cells, dates, education, nip
from personnel.cells import Cell, Unreadable, squeezed
from personnel.dates import Order
from personnel.problems import Wrong

DATA = Path(__file__).with_name("data")
Reader = Callable[[Cell], str]
LEFT = "left:"
_HERE = ("aktif", "masihaktif", "pegawaiaktif", "aktifbekerja", "active")


class Kind(StrEnum):
    """What the rows of a sheet are about, in the order in which they build on each other."""

    FREE_DAY = "free-day"
    UNIT = "unit"
    POSITION = "position"
    EMPLOYEE = "employee"
    HOLDING = "holding"
    LEAVING = "leaving"
    RANK = "rank"
    SCHOOLING = "schooling"
    APPRAISAL = "appraisal"
    DISCIPLINE = "discipline"
    LEAVE = "leave"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Column:
    """One thing a row says: our name for it, the headers it may stand under, and how its cells are read."""

    name: str
    label: str
    """The header as we write it."""
    headers: tuple[str, ...]
    """The more telling ones first, squeezed."""
    read: Reader
    needed: bool = False
    lenient: bool = False
    """A cell that can't be read is left out with a warning; otherwise the row is refused."""
    spelt: str = ""
    """Of a column of choices: where their writings stand."""
    read_day: Callable[[Cell, Order], str] | None = None
    """Of a column of dates: the reader that heeds the column's order of day and month."""


@dataclass(frozen=True)
class Layout:
    """A kind of sheet: how sheets and files of it are called (squeezed), and its columns."""

    kind: Kind
    called: tuple[str, ...]
    columns: tuple[Column, ...]


@lru_cache
def layouts() -> tuple[Layout, ...]:
    """Every kind of sheet that is understood."""
    said: dict[str, Any] = yaml.safe_load((DATA / "columns.yaml").read_text("utf-8"))
    return tuple(
        Layout(
            Kind(kind),
            tuple(squeezed(name) for name in layout["called"]),
            tuple(_column(name, column) for name, column in layout["columns"].items()),
        )
        for kind, layout in said.items()
    )


@lru_cache
def labels(kind: Kind) -> dict[str, str]:
    """What the columns of a kind are called in front of people."""
    return {c.name: c.label for layout in layouts() if layout.kind is kind for c in layout.columns}


def worded(kind: Kind, name: str, value: Any) -> Any:
    """A kept choice as offices write it, where what is kept is a code of ours; everything else as it is."""
    spelt = next(
        (c.spelt for layout in layouts() if layout.kind is kind for c in layout.columns if c.name == name), ""
    )
    if not spelt or not isinstance(value, str) or not (value.islower() or len(value) == 1):
        return value
    return next(iter(spellings()[spelt].get(value, [])), value)


@lru_cache
def spellings() -> dict[str, dict[str, list[str]]]:
    """How values are written: for each kind of value, the kept ones with their writings."""
    said: dict[str, dict[str, list[str]]] = yaml.safe_load((DATA / "spellings.yaml").read_text("utf-8"))
    return said


@lru_cache
def choice(kind: str) -> Reader:
    """A reader for one of the values of a kind in spellings.yaml."""
    values = spellings()[kind]
    known = {squeezed(writing): kept for kept, writings in values.items() for writing in (kept, *writings)}
    shown = ", ".join(
        writings[0] if kept.islower() and writings else kept for kept, writings in values.items()
    )

    def read(cell: Cell) -> str:
        said = cells.text(cell)
        if said and squeezed(said) not in known:
            raise Unreadable(Wrong.NOT_ONE_OF, said=said, known=shown)
        return known[squeezed(said)] if said else ""

    return read


def level_of_education(cell: Cell) -> str:
    """The level in a cell such as `S-1 Ekonomi`."""
    said = cells.text(cell)
    found = education.read(said) if said else ""
    if found is None:
        raise Unreadable(Wrong.NOT_ONE_OF, said=said, known=", ".join(education.LEVELS))
    return found


def leaving(cell: Cell) -> str:
    """Why somebody is no longer here; nothing for those who are."""
    return "" if squeezed(cells.text(cell)) in _HERE else choice("leaving")(cell)


def status(cell: Cell) -> str:
    """The kind of civil servant; after LEFT why somebody is none any more, as some columns say it."""
    said = cells.text(cell)
    if squeezed(said) in _HERE:
        return ""
    try:
        return choice("status")(said)
    except Unreadable as wrong:
        try:
            return LEFT + choice("leaving")(said)
        except Unreadable:
            raise wrong from None


def roles(cell: Cell) -> str:
    """Roles, however separated, as one text with commas; what everybody is, is left out."""
    said = cells.text(cell).replace(";", ",").replace("/", ",").split(",")
    found = {choice("role")(one.strip()) for one in said}
    return ",".join(sorted(found - {"", "employee"}))


def document_number(cell: Cell) -> str:
    """A document's number; `ada` for one that is only ticked off."""
    said = cells.text(cell)
    ticked = squeezed(said)
    if ticked in ("tidak", "belum", "t", "x", "0", "tidakada", "belumada"):
        return ""
    return "ada" if said and ticked in ("", "ya", "y", "v", "ada", "1", "lengkap", "ok") else said


_READERS: dict[str, Reader] = {
    "text": cells.text,
    "code": cells.code,
    "reference": cells.reference,
    "day": dates.day,
    "birth": dates.birth,
    "year": dates.year,
    "rank": cells.rank,
    "mail": cells.mail,
    "phone": cells.phone,
    "nip": nip.read,
    "status": status,
    "education": level_of_education,
    "roles": roles,
    "number": document_number,
}
_DAY_READERS: dict[str, Callable[[Cell, Order], str]] = {"day": dates.day, "birth": dates.birth}


def _column(name: str, said: dict[str, Any]) -> Column:
    read = said.get("read", "text")
    return Column(
        name,
        said.get("label", said["headers"][0]),
        tuple(squeezed(header) for header in said["headers"]),
        leaving if read == "leaving" else _READERS[read] if read in _READERS else choice(read),
        said.get("needed", False),
        said.get("lenient", False),
        read if read in spellings() else "",
        _DAY_READERS.get(read),
    )
