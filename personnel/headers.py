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
REASONS = "Alasan ditolak"
"""The header of the column that we add to refused rows when they are sent back."""
_ASIDE = ("no", "nomor", "nourut", squeezed(REASONS))

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
    header: int = 0
    """The row of the header, the lower one of two."""
    joined: bool = False
    """Whether the row above belongs to it."""

    @property
    def unread(self) -> tuple[str, ...]:
        """Headers of columns that say nothing to us; the column of row numbers aside."""
        taken = {found.index for found in self.columns}
        return tuple(
            header
            for index, header in enumerate(self.headers)
            if header and index not in taken and not is_aside(header)
        )


def understand(sheet: Sheet) -> Table | None:
    """What a sheet is about; None when no layout's needed columns are there.

    A sheet's name decides between layouts that fit equally; else the one of which most columns are there.
    """
    best: tuple[tuple[int, int, int], Table] | None = None
    for candidate in candidates(sheet.rows):
        for layout in layouts():
            columns = _match(layout, candidate.headers)
            if missing(layout, columns):
                continue
            weight = (named(layout, sheet), _width(columns), -candidate.first_row)
            if best is None or weight > best[0]:
                best = (weight, candidate.table(layout, columns))
    return best[1] if best else None


def nearest(sheet: Sheet) -> Table | None:
    """The layout of which most columns are there, needed ones or not; None where hardly any are."""
    best: tuple[tuple[int, int, int], Table] | None = None
    for candidate in candidates(sheet.rows):
        for layout in layouts():
            columns = _match(layout, candidate.headers)
            weight = (_width(columns), named(layout, sheet), -candidate.first_row)
            if _width(columns) >= 2 and (best is None or weight > best[0]):
                best = (weight, candidate.table(layout, columns))
    return best[1] if best else None


def read_as(sheet: Sheet, layout: Layout, header: int) -> Table | None:
    """A sheet whose header stands in this row, alone or with the one above it; None past its end."""
    here = [c for c in candidates(sheet.rows, least=1) if c.header == header]
    tables = [candidate.table(layout, _match(layout, candidate.headers)) for candidate in here]
    return max(tables, key=lambda table: (_width(table.columns), not table.joined), default=None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that may be a header, alone or with the one above it, and where the data would begin."""

    headers: list[str]
    header: int
    joined: bool
    first_row: int

    def table(self, layout: Layout, columns: Iterable[Found]) -> Table:
        return Table(
            layout, tuple(columns), tuple(self.headers), self.first_row, self.header, joined=self.joined
        )


def candidates(rows: Sequence[Sequence[Cell]], least: int = 2) -> Iterator[Candidate]:
    """The rows, near the top, that say at least so much as a header does."""
    shown = [[_shown(cell) for cell in row] for row in rows[: DEEPEST + 1]]
    for index, row in enumerate(shown):
        if sum(bool(cell) for cell in row) < least:
            continue
        first_row = _skip_numbering(shown, index + 1)
        yield Candidate(row, index, False, first_row)
        if index:
            yield Candidate(_joined(shown[index - 1], row), index, True, first_row)


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """A header of two rows: `Pangkat` over `Gol` and `TMT`; what is merged stands in its first cell only."""
    joined: list[str] = []
    over = ""
    for index, below in enumerate(lower):
        above = upper[index] if index < len(upper) else ""
        over = above or over
        # a cell that is merged down over both rows says it once
        once = squeezed(over) == squeezed(below)
        joined.append(f"{over} {below}".strip() if below and not once else below or above)
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


def missing(layout: Layout, columns: Iterable[Found]) -> list[str]:
    """What a sheet of a kind can't do without and lacks: labels of columns."""
    names = {found.column.name for found in columns}
    lacks = [column.label for column in layout.columns if column.needed and column.name not in names]
    own = {column.name for column in layout.columns}
    labels = {column.name: column.label for column in layout.columns}
    if layout.kind is Kind.APPRAISAL and not names - own:
        lacks += [labels[name] for name in ("year", "predicate") if name not in names]
    if layout.kind is Kind.DOCUMENT and not names - own and "document" not in names:
        lacks.append(labels["document"])
    return lacks


def column(kind: Kind, name: str) -> Column | None:
    """A column by the name of what it says: of the layout, or of a year or a document."""
    layout = next(layout for layout in layouts() if layout.kind is kind)
    if known := next((c for c in layout.columns if c.name == name), None):
        return known
    if kind is Kind.APPRAISAL and _YEAR.fullmatch(name):
        return _by_header(kind, name)
    document, _, dated = name.partition(".")
    if kind is Kind.DOCUMENT and document in spellings()["document"] and dated in ("", "dated"):
        return _document(squeezed(f"{'tanggal' if dated else ''} {document}"))
    return None


def telling(column: Column, header: str) -> int:
    """How much a header tells for a column: 0 is the most."""
    said = squeezed(header)
    return column.headers.index(said) if said in column.headers else len(column.headers)


def is_aside(header: str) -> bool:
    """Whether a header is that of row numbers, or of the reasons that we added."""
    return squeezed(header) in _ASIDE


def _width(columns: Iterable[Found]) -> int:
    return len({found.column.name for found in columns})


def named(layout: Layout, sheet: Sheet) -> int:
    """By how long a name of its kind a sheet is called."""
    called = squeezed(sheet.name)
    return max((len(name) for name in layout.called if name in called), default=0)


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
