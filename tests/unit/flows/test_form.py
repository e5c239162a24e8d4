"""The agency's form: written, filled in by others, read again."""

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from flows.promotion import form
from flows.promotion.errors import BadConsiderationFile, BadDate, LetterMissing, UnknownAnswer

LINE = (
    1,
    "198001012005011001",
    "Budi",
    "Bidang",
    "III/a",
    date(2022, 1, 1),
    "III/b",
    date(2027, 1, 1),
    "S1",
    "KP-1/0001",
)


def filled(*answers: object, line: tuple[object, ...] = LINE) -> bytes:
    book = load_workbook(io.BytesIO(form.write("Usul", [line])))
    sheet = book.worksheets[0]
    for place, value in enumerate(answers, start=11):
        sheet.cell(3, place, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_form_comes_back_as_it_went_out() -> None:
    (row,) = form.read(filled("ms", "AB-1", "05-11-2026", "lengkap"))
    assert (row.number, row.nip, row.name, row.reference) == (3, LINE[1], "Budi", "KP-1/0001")
    assert row.letter() == {
        "outcome": "MS",
        "letter_number": "AB-1",
        "letter_date": date(2026, 11, 5),
        "note": "lengkap",
    }


def test_rows_without_an_answer_are_passed_by() -> None:
    assert list(form.read(filled())) == []


@pytest.mark.parametrize("said", [date(2026, 11, 5), datetime(2026, 11, 5, 8, 0), "05/11/2026", "2026-11-05"])  # noqa: DTZ001
def test_dates_are_read_however_they_were_typed(said: object) -> None:
    (row,) = form.read(filled("MS", "AB-1", said))
    assert row.letter()["letter_date"] == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (("OK", "AB-1", "05-11-2026"), UnknownAnswer),
        (("MS", "", "05-11-2026"), LetterMissing),
        (("MS", "AB-1", None), LetterMissing),
        (("MS", "AB-1", "5 Nopember"), BadDate),
    ],
)
def test_what_an_answer_lacks_is_named(answers: tuple[object, ...], error: type[Exception]) -> None:
    (row,) = form.read(filled(*answers))
    with pytest.raises(error):
        row.letter()


def test_a_title_above_the_headings_does_no_harm() -> None:
    book = load_workbook(io.BytesIO(filled("TMS", "AB-1", "05-11-2026")))
    book.worksheets[0].insert_rows(1, amount=3)
    out = io.BytesIO()
    book.save(out)
    (row,) = form.read(out.getvalue())
    assert (row.number, row.answer) == (6, "TMS")


@pytest.mark.parametrize("content", [b"", b"no spreadsheet", b"PK\x03\x04broken"])
def test_what_is_no_spreadsheet_is_refused(content: bytes) -> None:
    with pytest.raises(BadConsiderationFile):
        list(form.read(content))


def test_a_sheet_without_the_headings_is_refused_and_they_are_named() -> None:
    out = io.BytesIO()
    Workbook().save(out)
    with pytest.raises(BadConsiderationFile, match="Tanggal pertimbangan teknis"):
        list(form.read(out.getvalue()))


def test_a_name_that_begins_like_a_formula_is_written_as_text() -> None:
    line = (*LINE[:2], "=HYPERLINK(1)", *LINE[3:])
    sheet = load_workbook(io.BytesIO(form.write("Usul", [line]))).worksheets[0]
    assert sheet.cell(3, 3).data_type == "s"
