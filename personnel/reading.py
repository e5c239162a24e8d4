"""The rows of a sheet that is understood, as plain values, each with what could not be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from personnel.cells import Cell, Doubtful, Unreadable, squeezed
from personnel.columns import LEFT, Kind
from personnel.dates import Order, order_of
from personnel.headers import Found, Table
from personnel.names import split_name
from personnel.problems import Level, Problem, Wrong
from personnel.sheets import Sheet


@dataclass
class Row:
    """One row of the file: what was understood, and what is wrong with it so far."""

    sheet: str
    number: int
    """As the spreadsheet shows it, from 1."""
    kind: Kind
    values: dict[str, str]
    """Only what the row says; an empty cell says nothing."""
    problems: list[Problem] = field(default_factory=list[Problem])
    source: "tuple[Table, Sequence[Cell]] | None" = None
    """The cells it was read from, while the file is at hand."""
    guesses: dict[str, str] = field(default_factory=dict[str, str])
    """What planning reads into the row, beyond what it says."""

    def get(self, name: str) -> str:
        return self.values.get(name) or self.guesses.get(name, "")

    @property
    def refused(self) -> bool:
        return any(problem.level is Level.REFUSE for problem in self.problems)


def rows(sheet: Sheet, table: Table) -> list[Row]:
    """The rows that hold data; repeated headers, blank rows, totals and signatures are passed over."""
    header = [squeezed(said) for said in table.headers]
    orders = _orders(sheet, table)
    found: list[Row] = []
    for index in range(table.first_row, len(sheet.rows)):
        cells = sheet.rows[index]
        if any(cell not in ("", None) for cell in cells) and not _repeats(header, cells):
            row = _row(sheet.name, index + 1, table, cells, orders)
            if _is_data(row, table):
                found.append(row)
    return found


def _orders(sheet: Sheet, table: Table) -> dict[int, Order]:
    """How day and month stand in each column of dates."""
    rows = sheet.rows[table.first_row :]
    return {
        place.index: order_of(cells[place.index] for cells in rows if place.index < len(cells))
        for place in table.columns
        if place.column.read_day
    }


def _row(sheet: str, number: int, table: Table, cells: Sequence[Cell], orders: Mapping[int, Order]) -> Row:
    row = Row(sheet, number, table.layout.kind, {}, source=(table, cells))
    unread: set[str] = set()
    for place in table.columns:
        name = place.column.name
        if name in row.values or place.index >= len(cells):
            continue
        try:
            if value := _read(place, cells[place.index], orders):
                row.values[name] = value
        except Doubtful as doubt:
            if doubt.value:
                row.values[name] = doubt.value
            row.problems.append(_doubt(place, doubt))
        except Unreadable as wrong:
            unread.add(name)
            row.problems.append(_unreadable(place, wrong))
    for column in table.layout.columns:
        if column.needed and column.name not in row.values and column.name not in unread:
            row.problems.append(Problem(column.name, Level.REFUSE, Wrong.MISSING, reading=True))
    if row.kind is Kind.EMPLOYEE and "name" in row.values:
        _split(row.values)
    if row.get("status").startswith(LEFT):
        row.values.setdefault("left_for", row.values.pop("status").removeprefix(LEFT))
    if row.get("status") == "PPPK":  # whose grades are no ranks, as everybody knows
        row.problems = [p for p in row.problems if p.wrong is not Wrong.GRADE_LEFT_OUT]
    return row


def _read(place: Found, cell: Cell, orders: Mapping[int, Order]) -> str:
    read_day = place.column.read_day
    return read_day(cell, orders[place.index]) if read_day else place.column.read(cell)


def _doubt(place: Found, doubt: Doubtful) -> Problem:
    facts: dict[str, Any] = doubt.facts
    return Problem(place.column.name, Level.WARN, doubt.wrong, facts, reading=True)


def _unreadable(place: Found, wrong: Unreadable) -> Problem:
    level = Level.WARN if place.column.lenient else Level.REFUSE
    facts: dict[str, Any] = wrong.facts
    return Problem(place.column.name, level, wrong.wrong, facts, reading=True)


def _is_data(row: Row, table: Table) -> bool:
    """Whether a row is one of the table's, and not a total or the signature below it."""
    needed = [column.name for column in table.layout.columns if column.needed]
    said = [name for name in needed if name in row.values or _is_unreadable(row, name)]
    return needed[0] in said or len(said) >= 2


def _is_unreadable(row: Row, name: str) -> bool:
    return any(problem.field == name and problem.wrong is not Wrong.MISSING for problem in row.problems)


def _repeats(header: list[str], cells: Sequence[Cell]) -> bool:
    """Whether a row is the header again, as printed on top of each page."""
    alike = 0
    for index, cell in enumerate(cells):
        if cell in ("", None):
            continue
        if not isinstance(cell, str) or index >= len(header) or squeezed(cell) != header[index]:
            return False
        alike += 1
    return alike >= 2


def _split(values: dict[str, str]) -> None:
    front, name, back = split_name(values["name"])
    values["name"] = name or values["name"]
    for title, said in (("front_title", front), ("back_title", back)):
        if said and title not in values:
            values[title] = said
