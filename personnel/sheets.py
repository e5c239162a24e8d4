"""Spreadsheet files into sheets of plain cells: XLSX, XLS, and CSV however offices separate and encode it."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import PurePath

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from core.errors import Invalid
from personnel import merged, oldbooks, unpacking, webtables
from personnel.cells import Cell
from personnel.unpacking import Damaged, NotReadable

LARGEST_FILE = 25 * 1024 * 1024
MOST_ROWS = 250_000
_ZIP = b"PK\x03\x04"
_LONGEST_FIELD = 10_000


class FileTooLarge(Invalid):
    """The file {name} is larger than {limit} MB. Nothing was kept; split it and send the parts."""


class TooManyRows(Invalid):
    """The file {name} has more than {limit} rows. Nothing was kept; split it and send the parts."""


class EndlessField(NotReadable):
    """Row {row} of the file {name} has an endless field: a quotation mark is missing. Nothing was kept;
    correct it and send it again."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells from its first row and column on."""

    name: str
    rows: Sequence[Sequence[Cell]]
    hidden: bool = False


def read(name: str, content: bytes) -> list[Sheet]:
    """The sheets of an XLSX or XLS file, the tables of a page, or a CSV; the content decides, not the name.

    Raises FileTooLarge, TooManyRows, NotReadable, TooMuchInside, TooFarOut.
    """
    if len(content) > LARGEST_FILE:
        raise FileTooLarge(name=name, limit=LARGEST_FILE // 1024 // 1024)
    if content.startswith(_ZIP):
        unpacking.inspect(name, content)
        sheets = _workbook(name, content)
    elif content.startswith(oldbooks.SIGNATURE):
        sheets = [Sheet(*said) for said in oldbooks.read(name, content)]
    else:
        sheets = _text(name, _decoded(name, content))
    if sum(len(sheet.rows) for sheet in sheets) > MOST_ROWS:
        raise TooManyRows(name=name, limit=MOST_ROWS)
    return sheets


def _workbook(name: str, content: bytes) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            shown = {s.name: s.visible is SheetVisibleEnum.Visible for s in book.sheets_metadata}
            return [
                Sheet(
                    title,
                    merged.laid_out(book.get_sheet_by_name(title)),
                    not shown.get(title, True),
                )
                for title in book.sheet_names
            ]
    except CalamineError as exc:
        raise Damaged(name=name) from exc


def _text(name: str, said: str) -> list[Sheet]:
    if webtables.is_page(said):
        return [Sheet(*table) for table in webtables.read(name, said)]
    return [_csv(name, said)]


def _csv(name: str, said: str) -> Sheet:
    first, _, rest = said.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip()) == 5:
        separator, said = first.strip()[4], rest
    else:
        separator = _separator(said)
    reader = csv.reader(StringIO(said, newline=""), delimiter=separator)
    rows: list[list[Cell]] = []
    try:
        for row in reader:
            if len(rows) > MOST_ROWS:
                break
            if any(len(cell) > _LONGEST_FIELD for cell in row):
                raise EndlessField(name=name, row=len(rows) + 1)
            rows.append([*row])
    except csv.Error as exc:
        raise Damaged(name=name) from exc
    return Sheet(PurePath(name).stem, rows)


def _decoded(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\x00" in content:
        raise NotReadable(name=name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _separator(said: str) -> str:
    """The separator by which the first rows fall into the most, and equally many, fields."""
    lines = said[:20_000].splitlines()[:30]
    best, most = ",", 0
    for separator in ";,\t|":
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if len(row) > 1]
        common = max(set(widths), key=widths.count, default=0)
        weight = common * widths.count(common)
        if weight > most:
            best, most = separator, weight
    return best
