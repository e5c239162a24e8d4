"""The civil-service agency's form as a spreadsheet: written for sending, read when it comes back."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError, CalamineWorkbook

from flows.promotion.errors import BadConsiderationFile, BadDate, LetterMissing, UnknownAnswer

ANSWERS = ("MS", "TMS", "BTS")
"""Meets, does not meet, file not in order: back for repair."""
COLUMNS: Sequence[tuple[str, int]] = (
    ("No", 6),
    ("NIP", 22),
    ("Nama", 32),
    ("Unit kerja", 34),
    ("Golongan lama", 15),
    ("TMT golongan lama", 18),
    ("Golongan baru", 15),
    ("TMT golongan baru", 18),
    ("Pendidikan", 16),
    ("Nomor usul", 20),
    ("Hasil (MS/TMS/BTS)", 20),
    ("Nomor pertimbangan teknis", 28),
    ("Tanggal pertimbangan teknis", 26),
    ("Keterangan", 40),
)
TO_FILL = 4
"""The last columns are the agency's to fill in."""
MOST_ROWS = 50_000
TITLE_WITHIN = 20
"""Rows above the headings that a title may take."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row that carries an answer, as it was typed."""

    number: int
    """As the spreadsheet shows it."""
    nip: str
    name: str
    reference: str
    answer: str
    letter_number: str
    letter_date: Any
    note: str

    def letter(self) -> dict[str, Any]:
        """The answer as the engine takes it. Raises UnknownAnswer, LetterMissing, BadDate."""
        if self.answer not in ANSWERS:
            raise UnknownAnswer(said=self.answer)
        if not self.letter_number or self.letter_date in ("", None):
            raise LetterMissing
        return {
            "outcome": self.answer,
            "letter_number": self.letter_number,
            "letter_date": _read_date(self.letter_date),
            "note": self.note,
        }


def write(title: str, lines: Iterable[Sequence[Any]]) -> bytes:
    """The form as XLSX: title, headings, a row for each line, and the columns to fill in left empty."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Usul"
    _head(sheet, title)
    for row, line in enumerate(lines, start=3):
        for place, value in enumerate(line, start=1):
            _put(sheet, row, place, value)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read(content: bytes) -> Iterator[FormRow]:
    """The rows that carry an answer, wherever the table begins. Raises BadConsiderationFile."""
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except (CalamineError, ValueError, IndexError) as exc:
        raise BadConsiderationFile(why=str(exc).strip() or type(exc).__name__) from exc
    if sheet.height > MOST_ROWS:
        raise BadConsiderationFile(why=f"more than {MOST_ROWS} rows")
    table = sheet.to_python(skip_empty_area=False)
    at, places = _header(table)
    for number, line in enumerate(table[at + 1 :], start=at + 2):
        said = {name: line[place] if place < len(line) else "" for name, place in places.items()}
        row = FormRow(
            number,
            _nip(said["NIP"]),
            _text(said.get("Nama", "")),
            _text(said.get("Nomor usul", "")),
            _text(said["Hasil"]).upper(),
            _text(said["Nomor pertimbangan teknis"]),
            said["Tanggal pertimbangan teknis"],
            _text(said.get("Keterangan", "")),
        )
        if row.nip and (row.answer or row.letter_number):
            yield row


def _header(table: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    needed = ("NIP", "Hasil", "Nomor pertimbangan teknis", "Tanggal pertimbangan teknis")
    for at, line in enumerate(table[:TITLE_WITHIN]):
        places = {_text(cell).partition(" (")[0]: place for place, cell in enumerate(line)}
        if all(name in places for name in needed):
            return at, places
    raise BadConsiderationFile(why=f"no row has the headings {', '.join(needed)}")


def _nip(cell: Any) -> str:
    """A NIP as text; a spreadsheet that took it for a number has lost its last digits."""
    return f"{cell:.0f}" if isinstance(cell, float) else "".join(str(cell).split())


def _text(cell: Any) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _read_date(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for pattern in ("%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(_text(cell), pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise BadDate(said=_text(cell))


def _head(sheet: Worksheet, title: str) -> None:
    """The title, the headings, and the list of answers to choose from."""
    sheet["A1"] = title
    sheet["A1"].font = Font(bold=True, size=13)
    for place, (name, width) in enumerate(COLUMNS, start=1):
        cell = sheet.cell(2, place, name)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
        to_fill = place > len(COLUMNS) - TO_FILL
        cell.fill = PatternFill("solid", fgColor="FFF3BF" if to_fill else "DBE4FF")
        sheet.column_dimensions[get_column_letter(place)].width = width
    choice = DataValidation(type="list", formula1=f'"{",".join(ANSWERS)}"', allow_blank=True)
    choice.sqref = MultiCellRange(f"K3:K{MOST_ROWS}")
    sheet.add_data_validation(choice)
    sheet.freeze_panes = "D3"


def _put(sheet: Worksheet, row: int, place: int, value: Any) -> None:
    """Write a cell; a text is a text, also one that begins like a formula."""
    cell = sheet.cell(row, place, value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, date):
        cell.number_format = "DD-MM-YYYY"
