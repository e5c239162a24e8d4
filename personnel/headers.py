"""Finds what a sheet is about and where its columns are, below whatever stands above the header."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from personnel.cells import Cell, Unreadable, squeezed, text
from personnel.columns import Column, Kind, Layout, choice, document_number, layouts, spellings
from personnel.dates import day
from personnel.sheets import Sheet

DEEPEST = 40
"""A header is looked for in so many rows."""

_YEAR = re.compile(r"(?:predikat|kinerja|skp|nilai|penilaian|hasil|tahun|thn)*((?:19[5-9]|20\d)\d)")


@dataclass(frozen=True, slots=True)
class Found:
    """A column in its place: which cell of a row, under which header, and what it says."""

    index: int
    header: str
    column: Column


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that is understood: its layout, its columns, and where its rows begin (0 is the first)."""

    layout: Layout
    columns: tuple[Found, ...]
    headers: tuple[str, ...]
    first_row: int

    @property
    def unread(self) -> tuple[str, ...]:
        """Headers of columns that say nothing to us; the column of row numbers aside."""
        taken = {found.index for found in self.columns}
        return tuple(
            header
            for index, header in enumerate(self.headers)
            if header and index not in taken and squeezed(header) not in ("no", "nomor", "nourut")
        )


def understand(sheet: Sheet) -> Table | None:
    """What a sheet is about; None when no layout's needed columns are there.

    A sheet's name decides between layouts that fit equally; else the one of which most columns are there.
    """
    best: tuple[tuple[int, int, int], Table] | None = None
    called = squeezed(sheet.name)
    for headers, first_row in _candidates(sheet.rows):
        for layout in layouts():
            columns = _match(layout, headers)
            if not _complete(layout, columns):
                continue
            named = max((len(name) for name in layout.called if name in called), default=0)
            weight = (named, len({c.column.name for c in columns}), -first_row)
            if best is None or weight > best[0]:
                best = (weight, Table(layout, tuple(columns), tuple(headers), first_row))
    return best[1] if best else None


def _candidates(rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[list[str], int]]:
    """Rows that may be a header, each alone and with the one above it, and where the data would begin."""
    shown = [[_shown(cell) for cell in row] for row in rows[: DEEPEST + 1]]
    for index, row in enumerate(shown):
        if sum(bool(cell) for cell in row) < 2:
            continue
        yield row, _skip_numbering(shown, index + 1)
        if index:
            yield _joined(shown[index - 1], row), _skip_numbering(shown, index + 1)


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """A header of two rows: `Pangkat` over `Gol` and `TMT`; what is merged stands in its first cell only."""
    joined: list[str] = []
    over = ""
    for index, below in enumerate(lower):
        above = upper[index] if index < len(upper) else ""
        over = above or over
        joined.append(f"{over} {below}".strip() if below else above)
    return joined


def _skip_numbering(rows: list[list[str]], index: int) -> int:
    """Past a row that only numbers the columns: 1, 2, 3 or (1), (2), (3)."""
    if index < len(rows):
        numbers = [cell.strip("()") for cell in rows[index] if cell]
        if len(numbers) >= 2 and numbers == [str(n) for n in range(1, len(numbers) + 1)]:
            return index + 1
    return index


def _match(layout: Layout, headers: Iterable[str]) -> list[Found]:
    """The columns of a layout among these headers; several may say the same."""
    places: list[tuple[str, int, int, Column]] = []
    for index, header in enumerate(headers):
        said = squeezed(header)
        fits = [(c.headers.index(said), c) for c in layout.columns if said in c.headers] if said else []
        if fits:
            preference, column = min(fits, key=lambda fit: fit[0])
            places.append((header, preference, index, column))
        elif said and (column := _by_header(layout.kind, said)):
            places.append((header, 0, index, column))
    ordered = sorted(places, key=lambda place: (place[1], place[2]))
    return [Found(index, header, column) for header, _, index, column in ordered]


def _complete(layout: Layout, columns: list[Found]) -> bool:
    names = {found.column.name for found in columns}
    if any(column.needed and column.name not in names for column in layout.columns):
        return False
    own = {column.name for column in layout.columns}
    if layout.kind is Kind.APPRAISAL:
        return {"year", "predicate"} <= names or bool(names - own)
    if layout.kind is Kind.DOCUMENT:
        return "document" in names or bool(names - own)
    return True


@lru_cache(maxsize=1_000)
def _by_header(kind: Kind, said: str) -> Column | None:
    """A column that is named by what it holds: `Predikat 2025`, `No. SK CPNS`, `Tgl SK CPNS`."""
    if kind is Kind.APPRAISAL and (year := _YEAR.fullmatch(said)):
        return Column(year[1], f"Predikat {year[1]}", (), choice("predicate"))
    if kind is Kind.DOCUMENT:
        return _document(said)
    return None


def _document(said: str) -> Column | None:
    for kept, writings in spellings()["document"].items():
        for name in (squeezed(writing) for writing in (kept, *writings)):
            rest = said.replace(name, "", 1) if name in said else None
            if rest in ("", "no", "nomor"):
                return Column(kept, writings[0], (), document_number)
            if rest in ("tgl", "tanggal"):
                return Column(f"{kept}.dated", f"Tanggal {writings[0]}", (), day, read_day=day)
    return None


def _shown(cell: Cell) -> str:
    try:
        return text(cell)
    except Unreadable:
        return ""
