"""The form in which HR says what each sheet of a file is about and which of its columns says what."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.datastructures import FormData

from personnel import headers, mapping
from personnel.cells import Cell, Unreadable, text
from personnel.columns import Column, Kind, spellings
from personnel.mapping import Choice, How
from personnel.sheets import Sheet
from web.words import N_

KINDS = {
    "employee": N_("Employees"),
    "unit": N_("Units"),
    "position": N_("Posts"),
    "holding": N_("Who held or acted for posts"),
    "rank": N_("Ranks held"),
    "schooling": N_("Education finished"),
    "appraisal": N_("Performance by year"),
    "discipline": N_("Disciplinary measures"),
    "leave": N_("Leave"),
    "leaving": N_("People who left"),
    "document": N_("Documents in the file"),
    "free-day": N_("Free days"),
}
SAMPLES, LONGEST = 3, 60
YEARS = range(2019, 2036)

Pair = tuple[Sheet, Choice]


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of the file: its header, some of its cells, and the field that it says."""

    index: int
    letter: str
    header: str
    samples: tuple[str, ...]
    says: str
    guessed: bool


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet of the file, and what may be chosen for it."""

    number: int
    name: str
    hidden: bool
    rows: int
    kind: str
    how: How
    header: int
    """As the spreadsheet numbers its rows."""
    joined: bool
    columns: Sequence[ColumnView]
    options: Sequence[Column]
    lacks: Sequence[str]


def view(pairs: Sequence[Pair]) -> list[SheetView]:
    """What the page shows."""
    return [_sheet(number, *pair) for number, pair in enumerate(pairs)]


def read(form: FormData, pairs: Sequence[Pair], units: Collection[str]) -> tuple[list[Choice], bool]:
    """What was chosen; and whether a sheet is to be looked at anew, for it is about something else or has its
    header elsewhere."""
    chosen = [_choice(_Fields(form, number), *pair, units) for number, pair in enumerate(pairs)]
    return [choice for choice, _ in chosen], any(anew for _, anew in chosen)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of one sheet."""

    form: FormData
    number: int

    def said(self, name: str) -> str:
        value = self.form.get(f"s{self.number}.{name}")
        return value if isinstance(value, str) else ""

    def columns(self) -> Iterator[tuple[int, str]]:
        before = f"s{self.number}.c"
        for name, value in self.form.multi_items():
            if name.startswith(before) and name.removeprefix(before).isdecimal() and isinstance(value, str):
                yield int(name.removeprefix(before)), value


def _choice(fields: _Fields, sheet: Sheet, known: Choice, units: Collection[str]) -> tuple[Choice, bool]:
    said = fields.said("kind")
    kind = Kind(said) if said in KINDS and said in set(Kind) else None
    row = fields.said("header")
    header = int(row) - 1 if row.isdecimal() and 0 < int(row) <= headers.DEEPEST else known.header
    if kind is not None and (kind, header) != (known.kind, known.header):
        return mapping.anew(sheet, kind, header, units), True
    columns = {
        index: name for index, name in fields.columns() if name and kind and headers.column(kind, name)
    }
    changed = (kind, columns) != (known.kind, dict(known.columns))
    return replace(
        known, kind=kind, columns=columns, guessed=(), how=How.CHOSEN if changed else known.how
    ), False


def _sheet(number: int, sheet: Sheet, choice: Choice) -> SheetView:
    here = mapping.headers_at(sheet, choice)
    width = max((len(row) for row in sheet.rows[: here.first_row + 50]), default=0)
    columns = [
        ColumnView(
            index,
            _letter(index),
            here.headers[index] if index < len(here.headers) else "",
            _samples(sheet.rows[here.first_row :], index),
            choice.columns.get(index, ""),
            index in choice.guessed,
        )
        for index in range(width)
    ]
    shown = [c for c in columns if c.says or ((c.header or c.samples) and not headers.is_aside(c.header))]
    return SheetView(
        number,
        sheet.name,
        sheet.hidden,
        sum(any(cell not in ("", None) for cell in row) for row in sheet.rows[here.first_row :]),
        str(choice.kind or ""),
        choice.how,
        choice.header + 1,
        choice.joined,
        shown,
        _options(choice),
        mapping.lacking(sheet, choice),
    )


def _options(choice: Choice) -> list[Column]:
    """Every field that a sheet of this kind may say."""
    if choice.kind is None:
        return []
    names: list[str] = []
    if choice.kind is Kind.APPRAISAL:
        names = [str(year) for year in YEARS]
    elif choice.kind is Kind.DOCUMENT:
        names = [said for kind in spellings()["document"] for said in (kind, f"{kind}.dated")]
    more = (headers.column(choice.kind, name) for name in names)
    return [*mapping.layout_of(choice.kind).columns, *(column for column in more if column)]


def _samples(rows: Sequence[Sequence[Cell]], index: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in rows[:200]:
        said = _said(row[index]) if index < len(row) else ""
        if said:
            found[said] = None
        if len(found) == SAMPLES:
            break
    return tuple(found)


def _said(cell: Cell) -> str:
    try:
        said = text(cell)
    except Unreadable as wrong:
        said = str(wrong.facts.get("said", ""))
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def _letter(index: int) -> str:
    """A column's name in the spreadsheet."""
    return chr(65 + index) if index < 26 else chr(64 + index // 26) + chr(65 + index % 26)


def words(kinds: Mapping[str, str] = KINDS) -> Mapping[str, str]:
    """What sheets may be about, in the order of the page; those that are read here."""
    return {kind: word for kind, word in kinds.items() if kind in set(Kind)}
