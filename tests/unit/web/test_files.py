import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from fastapi import UploadFile
from openpyxl import Workbook, load_workbook

from web import downloads, sheets, uploads

DANGEROUS = ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "\r=1", "\n=1"]


HIDING = ["x,=HYPERLINK(1)", 'x,"=1+1"', "x\n@cmd", "x, +1+1", "x\t-1+1", 'x,,"",\r\n=1', "=1,=2", ",=1"]


def rows_of(content: bytes, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def written(kind: str, headers: list[str], rows: Iterable[Sequence[Any]]) -> bytes:
    file = BytesIO()
    sheets.write(file, kind, headers, rows)
    return file.getvalue()


def test_days_and_moments_are_such_for_a_spreadsheet_and_in_the_offices_zone():
    moment, day = datetime(2026, 11, 24, 17, 30, 5, 123, tzinfo=UTC), date(2027, 1, 1)
    assert rows_of(written("csv", ["a", "b"], [[moment, day]]))[1] == ["2026-11-25 00:30:05", "2027-01-01"]
    sheet = load_workbook(BytesIO(written("xlsx", ["a", "b"], [[moment, day]]))).active
    assert sheet is not None
    assert sheet["A2"].is_date and sheet["A2"].value == datetime(2026, 11, 25, 0, 30, 5)  # noqa: DTZ001
    assert sheet["B2"].is_date


def test_rows_are_written_as_they_come_and_counted():
    seen: list[int] = []

    def rows() -> Iterable[Sequence[Any]]:
        for n in range(3):
            seen.append(n)
            yield [n, None, "x;y\n"]

    file = BytesIO()
    assert sheets.write(file, "csv", ["a", "b", "c"], rows()) == 3
    assert seen == [0, 1, 2]
    assert rows_of(b"".join(sheets.pieces(file)))[3] == ["2", "", "x;y\n"]
    assert file.closed


@pytest.mark.parametrize("value", DANGEROUS)
def test_a_text_is_never_taken_for_a_formula(value: str):
    assert rows_of(written("csv", ["a"], [[value]]))[1][0].startswith("'")
    sheet = load_workbook(BytesIO(written("xlsx", ["a"], [[value]]))).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert str(sheet["A2"].value).startswith("'")


@pytest.mark.parametrize("value", DANGEROUS + HIDING)
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_no_spreadsheet_splits_a_formula_out_of_a_text(value: str, delimiter: str):
    content = written("csv", ["a", "b", "c"], [[value, value, 1], ["y,", value, value]])
    cells = [cell for row in rows_of(content, delimiter) for cell in row]
    assert [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))] == []


def test_commas_in_plain_words_are_left_as_they_are():
    words = ["Siregar, S.Sos., M.AP", "1,5", "baris\nkedua", "a - b"]
    assert rows_of(written("csv", ["a"], [[word] for word in words]))[1:] == [[word] for word in words]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_control_characters_are_left_out(kind: str):
    content = written(kind, ["a", "b"], [["a\x0bb\x1f", "\x01=1"]])
    if kind == "csv":
        assert rows_of(content)[1] == ["ab", "'=1"]
        return
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["B2"].value) == ("ab", "'=1")


@pytest.mark.parametrize("value", ["-", "-5", "+62", "III/b", "198501012010011001"])
def test_plain_signs_and_numbers_are_left_as_they_are(value: str):
    assert sheets.harmless(value) == value


def test_a_download_is_named_for_every_browser():
    answer = downloads.attachment("Siklus KP/2026 ü.xlsx", b"", downloads.PDF)
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Siklus-KP-2026-.xlsx\"; filename*=UTF-8''Siklus%20KP/2026%20%C3%BC.xlsx"
    )


def upload(name: str, content: bytes) -> UploadFile:
    return UploadFile(BytesIO(content), filename=name)


def workbook() -> bytes:
    content = BytesIO()
    Workbook().save(content)
    return content.getvalue()


def test_a_workbook_and_a_text_table_are_taken():
    content = workbook()
    assert uploads.sheet(upload("pegawai.xlsx", content)) == ("pegawai.xlsx", content)
    assert uploads.sheet(upload("pegawai.csv", b"nip;nama\n"))[1] == b"nip;nama\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"nip;nama"),
        ("a.csv", workbook()),
        ("a.csv", b"%PDF-1.7"),
        ("a.csv", b""),
        ("a.exe", b"nip;nama"),
        ("a.xlsx", b"PK\x03\x04 not a zip"),
    ],
    ids=["text-as-xlsx", "workbook-as-csv", "pdf", "empty", "program", "torn-zip"],
)
def test_the_content_decides_what_a_file_is(name: str, content: bytes):
    with pytest.raises(uploads.NotASheet):
        uploads.sheet(upload(name, content))


def test_no_file_and_too_large_a_file_are_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(uploads.NoFile):
        uploads.sheet(None)
    monkeypatch.setattr(uploads, "LARGEST", 10)
    with pytest.raises(uploads.FileTooLarge):
        uploads.sheet(upload("a.csv", b"x" * 11))


def test_a_name_loses_its_folders_and_its_traps():
    assert uploads.clean_name("C:\\Users\\x\\..\\peg<b>awai.xlsx") == "pegbawai.xlsx"
    assert uploads.clean_name("../../etc/passwd") == "passwd"
    assert uploads.clean_name("\n") == "file"
