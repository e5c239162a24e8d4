"""Writes XLSX files as offices do, with titles above a header; no cell of ours can turn into a formula."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

Value = str | int | float | date | None
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_HEADER = PatternFill("solid", fgColor="DDE6F0")


@dataclass(frozen=True)
class Sheet:
    """A sheet to be written: its titles, one or two rows of headers, rows, and what stands below them."""

    name: str
    titles: Sequence[str]
    headers: Sequence[Sequence[str]]
    rows: Iterable[Sequence[Value]]
    numbered: bool = False
    """A row that numbers the columns follows the header."""
    signature: Sequence[str] = ()
    widths: Sequence[int] = ()
    as_text: bool = False
    """Cells are formatted as text, so that what is typed into them stays as it is typed."""


def safe(value: Value) -> Value:
    """A value that a spreadsheet shows and never computes: a text that looks like a formula gets an
    apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value


def written(sheets: Sequence[Sheet]) -> bytes:
    """The XLSX file of these sheets."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page: Any = book.create_sheet(sheet.name)
        _write(page, sheet)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _write(page: Any, sheet: Sheet) -> None:
    width = len(sheet.headers[0])
    for place in range(width):
        letter = _letter(place)
        page.column_dimensions[letter].width = sheet.widths[place] if place < len(sheet.widths) else 18
    for number, title in enumerate(sheet.titles, start=1):
        page.merged_cells.ranges.add(f"A{number}:{_letter(width - 1)}{number}")
        page.append([_styled(page, title, Font(bold=True), centred=True)])
    if sheet.titles:
        page.append([])
    for header in sheet.headers:
        page.append([_styled(page, said, Font(bold=True), centred=True, filled=True) for said in header])
    if sheet.numbered:
        page.append(list(range(1, width + 1)))
    for row in sheet.rows:
        page.append([_plain(page, value, as_text=sheet.as_text) for value in row])
    for said in ("", *sheet.signature) if sheet.signature else ():
        page.append([None] * (width - 1) + [said])


def _plain(page: Any, value: Value, *, as_text: bool) -> object:
    if isinstance(value, date):
        cell: Any = WriteOnlyCell(page)
        cell.value = value
        cell.number_format = "dd-mm-yyyy"
        return cell
    if as_text:
        cell = WriteOnlyCell(page)
        cell.value = safe(value)
        cell.number_format = "@"
        return cell
    return safe(value)


def _styled(page: Any, value: str, font: Font, *, centred: bool = False, filled: bool = False) -> Any:
    cell: Any = WriteOnlyCell(page, value=value)
    cell.font = font
    if centred:
        cell.alignment = Alignment(horizontal="center", wrap_text=True)
    if filled:
        cell.fill = _HEADER
    return cell


def _letter(place: int) -> str:
    return chr(65 + place) if place < 26 else chr(64 + place // 26) + chr(65 + place % 26)
