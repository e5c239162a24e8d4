"""What the sheets of a file are about, and which column says what: suggested, remembered or chosen."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from personnel import guessing, headers
from personnel.cells import squeezed
from personnel.columns import Kind, Layout, layouts
from personnel.headers import Found, Table
from personnel.sheets import Sheet

RICHER = 2
"""A kind of which so many more columns are there is meant, even if one that it needs is not."""


class How(StrEnum):
    """Where a choice comes from."""

    SUGGESTED = "suggested"
    REMEMBERED = "remembered"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Choice:
    """What one sheet is about and which column, by its place, says which field."""

    sheet: str
    kind: Kind | None
    """None for a sheet that is left out."""
    header: int = 0
    """The row of the header, 0 is the first; the lower one of two."""
    joined: bool = False
    columns: Mapping[int, str] = field(default_factory=dict[int, str])
    how: How = How.SUGGESTED
    guessed: tuple[int, ...] = ()
    """Columns that are known by what stands in them alone."""

    def stored(self) -> dict[str, Any]:
        """As an import keeps it."""
        return {
            "sheet": self.sheet,
            "kind": str(self.kind or ""),
            "header": self.header,
            "joined": self.joined,
            "columns": {str(index): name for index, name in self.columns.items()},
            "how": str(self.how),
            "guessed": list(self.guessed),
        }

    @classmethod
    def restored(cls, said: Mapping[str, Any]) -> "Choice":
        """From what `stored` gave."""
        return cls(
            said["sheet"],
            Kind(said["kind"]) if said["kind"] else None,
            said["header"],
            said["joined"],
            {int(index): name for index, name in said["columns"].items()},
            How(said["how"]),
            tuple(said["guessed"]),
        )


@dataclass(frozen=True, slots=True)
class Remembered:
    """What somebody chose for a set of headers: the kind, and the field by the squeezed header."""

    kind: Kind | None
    columns: Mapping[str, str]


Memory = Mapping[str, Remembered]


def signature(said: Iterable[str]) -> str:
    """A set of headers by one text, however they are ordered and spelt; the column of reasons aside."""
    names = {squeezed(header) for header in said} - {"", squeezed(headers.REASONS)}
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def suggest(
    sheets: Sequence[Sheet], memory: Memory | None = None, units: Collection[str] = ()
) -> list[Choice]:
    """A choice for each sheet: as it was chosen before, by its headers, or by what stands in its columns.

    `units` are the names and codes on record, squeezed; those that the file itself has are added.
    """
    found = [_remembered(sheet, memory or {}) or _understood(sheet) for sheet in sheets]
    known = {*units, *_units_in(sheets, found)}
    return [
        choice if choice.how is How.REMEMBERED or sheet.hidden else _guessed(sheet, choice, known)
        for sheet, choice in zip(sheets, found, strict=True)
    ]


def anew(sheet: Sheet, kind: Kind | None, header: int, units: Collection[str] = ()) -> Choice:
    """A choice for a sheet of which somebody says what it is about and where its header stands."""
    if kind is None:
        return Choice(sheet.name, None, header, how=How.CHOSEN)
    table = headers.read_as(sheet, layout_of(kind), header)
    if table is None:
        return Choice(sheet.name, kind, header, how=How.CHOSEN)
    columns = {found.index: found.column.name for found in table.columns}
    return _guessed(sheet, Choice(sheet.name, kind, header, table.joined, columns, How.CHOSEN), units)


def table_of(sheet: Sheet, choice: Choice) -> Table | None:
    """A sheet as it is to be read; None where it is left out. Of two columns for a field the more telling one
    counts first."""
    if choice.kind is None:
        return None
    layout = layout_of(choice.kind)
    here = headers_at(sheet, choice)
    found = [
        Found(index, here.headers[index] if index < len(here.headers) else "", column)
        for index, name in choice.columns.items()
        if (column := headers.column(choice.kind, name))
    ]
    ordered = sorted(found, key=lambda f: (headers.telling(f.column, f.header), f.index))
    return here.table(layout, ordered)


def headers_at(sheet: Sheet, choice: Choice) -> headers.Candidate:
    """The header that a choice speaks of; an empty one past the end of the sheet."""
    for candidate in headers.candidates(sheet.rows, least=1):
        if (candidate.header, candidate.joined) == (choice.header, choice.joined):
            return candidate
    return headers.Candidate([], choice.header, choice.joined, choice.header + 1)


def lacking(sheet: Sheet, choice: Choice) -> list[str]:
    """The columns without which this sheet can't be read; none where it is left out."""
    table = table_of(sheet, choice)
    return headers.missing(table.layout, table.columns) if table else []


def is_sure(sheet: Sheet, choice: Choice) -> bool:
    """Whether a sheet can be read without anybody looking at its columns."""
    return not choice.guessed and not lacking(sheet, choice)


def without_guesses(sheet: Sheet, choice: Choice) -> Choice:
    """A choice by headers alone; without one of a sheet that lacks something then."""
    columns = {i: name for i, name in choice.columns.items() if i not in choice.guessed}
    plain = replace(choice, columns=columns, guessed=())
    return replace(plain, kind=None) if lacking(sheet, plain) else plain


def layout_of(kind: Kind) -> Layout:
    """The columns of a kind."""
    return next(layout for layout in layouts() if layout.kind is kind)


def is_table(sheet: Sheet) -> bool:
    """Whether a sheet has a header and a row that could be read."""
    wide = sum(sum(cell not in ("", None) for cell in row) >= 2 for row in sheet.rows)
    return wide >= 2


def _remembered(sheet: Sheet, memory: Memory) -> Choice | None:
    if not memory or sheet.hidden:
        return None
    for candidate in headers.candidates(sheet.rows):
        if said := memory.get(signature(candidate.headers)):
            columns = {
                index: said.columns[squeezed(header)]
                for index, header in enumerate(candidate.headers)
                if said.columns.get(squeezed(header))
            }
            return Choice(sheet.name, said.kind, candidate.header, candidate.joined, columns, How.REMEMBERED)
    return None


def _understood(sheet: Sheet) -> Choice:
    """By the headers: the kind that has all it needs, or one of which clearly more is there."""
    if sheet.hidden:
        return Choice(sheet.name, None)
    whole, near = headers.understand(sheet), headers.nearest(sheet)
    table = whole
    # a sheet that is called what it is, is that
    unnamed = whole is None or not headers.named(whole.layout, sheet)
    if near and unnamed and (whole is None or _width(near) >= _width(whole) + RICHER):
        table = near
    if table is None:
        return Choice(sheet.name, None, _likely_header(sheet))
    columns = {found.index: found.column.name for found in table.columns}
    return Choice(sheet.name, table.layout.kind, table.header, table.joined, columns)


def _guessed(sheet: Sheet, choice: Choice, units: Collection[str]) -> Choice:
    kind = choice.kind or Kind.EMPLOYEE
    here = headers_at(sheet, choice)
    width = max((len(row) for row in sheet.rows[: here.first_row + 50]), default=0)
    aside = {i for i, said in enumerate(here.headers) if squeezed(said) == squeezed(headers.REASONS)}
    free = set(range(width)) - choice.columns.keys() - aside
    found = guessing.guess(layout_of(kind), sheet.rows[here.first_row :], free, choice.columns, units)
    if choice.kind is None and "nip" not in found.values():
        return choice
    return Choice(
        choice.sheet,
        kind,
        choice.header,
        choice.joined,
        {**choice.columns, **found},
        choice.how,
        tuple(found),
    )


def _likely_header(sheet: Sheet) -> int:
    """The row that says most in words, the first of them; data follow it."""
    best, most = 0, 0
    for candidate in headers.candidates(sheet.rows):
        words = sum(bool(said) and not said[0].isdigit() for said in candidate.headers)
        if not candidate.joined and words > most:
            best, most = candidate.header, words
    return best


def _units_in(sheets: Sequence[Sheet], choices: Sequence[Choice]) -> set[str]:
    """The names and codes of the units that a file itself has."""
    found: set[str] = set()
    for sheet, choice in zip(sheets, choices, strict=True):
        if choice.kind is Kind.UNIT:
            places = [i for i, name in choice.columns.items() if name in ("code", "name")]
            for row in sheet.rows[choice.header + 1 :]:
                found |= {squeezed(str(row[i])) for i in places if i < len(row) and row[i]}
    return found


def _width(table: Table) -> int:
    return len({found.column.name for found in table.columns})
