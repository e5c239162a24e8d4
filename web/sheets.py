"""A table, row by row, as a file that a spreadsheet reads: in pieces, and harmless when it is opened."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import TextIOWrapper
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from core.settings import settings

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By the kind of file, which is the end of its name too."""
PIECE = 64 * 1024
WIDTHS = (12, 60)
"""The narrowest and the widest column, in letters."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_SPLIT = re.compile(r"([,\t\r\n][\s\",]*)([=+\-@]?)")
"""Where a spreadsheet that separates by commas begins a cell of its own. Quotes do not hold it together: to
such a spreadsheet they stand in the middle of a cell, behind a semicolon."""

Row = Sequence[Any]


def harmless(value: Any) -> Any:
    """A cell's value that no spreadsheet takes for a formula: such a text gets an apostrophe before it.

    Numbers, dates and plain signs stay as they are (OWASP, CSV injection). Control characters, which no
    workbook can hold, are left out.
    """
    if isinstance(value, datetime):
        return value.astimezone(settings().zone).replace(tzinfo=None)
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not text.startswith(_FORMULA) or re.fullmatch(r"[-+]?[\d.,]*", text):
        return text
    return f"'{text}"


def write(file: IO[bytes], kind: str, headers: Sequence[str], rows: Iterable[Row]) -> int:
    """Write a table as csv or xlsx, one row after the other, and go back to the file's start; returns how
    many rows there were."""
    counted = _Counted(rows)
    (_write_xlsx if kind == "xlsx" else _write_csv)(file, headers, counted)
    file.seek(0)
    return counted.count


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The file, piece by piece; it is closed at the end, and so is gone."""
    with file:
        while piece := file.read(PIECE):
            yield piece


class _Counted:
    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _write_csv(file: IO[bytes], headers: Sequence[str], rows: Iterable[Row]) -> None:
    """As spreadsheets in Indonesia read it: the mark lets Excel read it as UTF-8, and expects semicolons."""
    text = TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([_whole(harmless(_plain(value))) for value in row] for row in rows)
    text.flush()
    text.detach()


def _whole(value: Any) -> Any:
    """The text without a formula in any of the pieces that commas and lines may split it into."""
    if not isinstance(value, str):
        return value
    return _SPLIT.sub(lambda found: f"{found[1]}'{found[2]}" if found[2] else found[0], value)


def _plain(value: Any) -> Any:
    """Moments to the second: a spreadsheet takes what has more for a text."""
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def _write_xlsx(file: IO[bytes], headers: Sequence[str], rows: Iterable[Row]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.freeze_panes = "A2"
    for letter, header in zip(_letters(), headers, strict=False):
        sheet.column_dimensions[letter].width = min(max(len(header) + 2, WIDTHS[0]), WIDTHS[1])
    sheet.append([_bold(sheet, header) for header in headers])
    for row in rows:
        sheet.append([_cell(sheet, harmless(value)) for value in row])
    book.save(file)


def _letters() -> Iterator[str]:
    """A, B, C: no table of ours has more than 26 columns."""
    return map(chr, range(ord("A"), ord("Z") + 1))


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """A text stays a text, however it looks (a NIP is no number, and no formula); a day looks like one."""
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet)
        cell.value = value
        cell.number_format = "dd-mm-yyyy hh:mm:ss" if isinstance(value, datetime) else "dd-mm-yyyy"
        return cell
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet)
    cell.value = value
    cell.data_type = "s"
    return cell
