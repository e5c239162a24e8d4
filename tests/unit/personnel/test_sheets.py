import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from core.errors import MufakatError
from personnel import headers, oldbooks, reading, sheets, unpacking
from personnel.sheets import EndlessField, FileTooLarge, TooManyRows
from personnel.unpacking import Damaged, NotReadable, Protected, TooFarOut, TooMuchInside
from tests.unit.personnel.files import lying, with_part, xlsx

ROWS = [["NIP", "Nama"], ["198001012005011001", "Budi"]]
SHEET = "xl/worksheets/sheet1.xml"
OLD = Path(__file__).with_name("pegawai.xls")
OLD_EXTENT = 1796
"""Where this one says how far its sheet reaches."""


def test_a_workbooks_cells_keep_their_kind_and_place() -> None:
    (sheet,) = sheets.read("a.xlsx", xlsx({"Satu": [[], ["", "x"], [date(2026, 1, 2), 1.5, True]]}))
    assert sheet.name == "Satu"
    assert sheet.rows[1][1] == "x"
    assert list(sheet.rows[2]) == [date(2026, 1, 2), 1.5, True]


def test_what_is_merged_downwards_stands_in_every_row() -> None:
    rows = [
        ["DAFTAR PEGAWAI", "", "", "", ""],
        ["NIP", "Nama", "Pangkat", "", "Unit Kerja"],
        ["", "", "Gol", "TMT", ""],
        ["198001012005011001", "Budi", "III/a", "1-4-2022", "Dinas Kesehatan"],
        ["198102032006041002", "Adi", "II/c", "1-4-2023", None],
    ]
    merged = ["A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "E4:E5"]
    (sheet,) = sheets.read("a.xlsx", xlsx({"Pegawai": rows}, merged))
    assert [row[4] for row in sheet.rows] == [
        "",
        "Unit Kerja",
        "Unit Kerja",
        "Dinas Kesehatan",
        "Dinas Kesehatan",
    ]
    assert list(sheet.rows[0]) == ["DAFTAR PEGAWAI", "", "", "", ""]
    table = headers.understand(sheet)
    assert table is not None
    assert table.headers == ("NIP", "Nama", "Pangkat Gol", "Pangkat TMT", "Unit Kerja")
    found = reading.rows(sheet, table)
    assert [(row.get("nip"), row.get("rank_since"), row.get("unit")) for row in found] == [
        ("198001012005011001", "2022-04-01", "Dinas Kesehatan"),
        ("198102032006041002", "2023-04-01", "Dinas Kesehatan"),
    ]


def test_hidden_sheets_are_marked() -> None:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(xlsx({"A": ROWS, "B": ROWS})))
    book["B"].sheet_state = "hidden"
    content = BytesIO()
    book.save(content)
    assert [s.hidden for s in sheets.read("a.xlsx", content.getvalue())] == [False, True]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_in_every_separator_and_encoding_of_offices(separator: str, encoding: str) -> None:
    text = f'NIP{separator}Nama{separator}Unit\n198001{separator}"Élise{separator} S.H."{separator}Dinas\n'
    (sheet,) = sheets.read("Data Pegawai.csv", text.encode(encoding))
    assert sheet.name == "Data Pegawai"
    assert [list(row) for row in sheet.rows] == [
        ["NIP", "Nama", "Unit"],
        ["198001", f"Élise{separator} S.H.", "Dinas"],
    ]


def test_a_csv_may_name_its_separator() -> None:
    (sheet,) = sheets.read("a.csv", b"sep=;\nNIP;Nama, Gelar\n1;Budi, S.H.\n")
    assert [list(row) for row in sheet.rows] == [["NIP", "Nama, Gelar"], ["1", "Budi, S.H."]]


def test_the_content_decides_and_not_the_name() -> None:
    (sheet,) = sheets.read("a.csv", xlsx({"Satu": ROWS}))
    assert sheet.name == "Satu"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (oldbooks.SIGNATURE + bytes(600), Damaged),
        (oldbooks.SIGNATURE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), Protected),
        (b"PK\x03\x04 not a zip", Damaged),
        (b"\x89PNG\r\n\x1a\n\x00\x00", NotReadable),
        (b'a;b\n"' + b"x" * 20_000, EndlessField),
    ],
)
def test_what_is_no_spreadsheet_is_refused(content: bytes, error: type[MufakatError]) -> None:
    with pytest.raises(error):
        sheets.read("a.xlsx", content)


def test_an_old_workbook_is_read_with_its_dates_and_numbers() -> None:
    (sheet,) = sheets.read("pegawai.xls", OLD.read_bytes())
    assert (sheet.name, sheet.hidden) == ("Pegawai", False)
    assert sheet.rows[0][0] == "PEMERINTAH KOTA MEDAN"
    assert sheet.rows[4][1:] == [
        "198001012005011001",
        "Dr. Budi Santoso, M.Si",
        "Dinas Kesehatan",
        datetime(1980, 1, 1),  # noqa: DTZ001 - a spreadsheet's dates know no zone
    ]
    assert sheet.rows[5][1] == float(198102032006041002)


def test_a_web_page_that_calls_itself_an_xls_is_read_by_its_tables() -> None:
    page = """<?xml version="1.0" encoding="utf-8"?><html><head><meta charset="utf-8"></head><body>
    <table border=1><tr><td colspan="4"><b>DAFTAR PEGAWAI</b></td></tr>
    <tr><th rowspan=2>NIP</th><th rowspan=2>Nama</th><th colspan=2>Pangkat</th></tr>
    <tr><th>Gol</th><th>TMT</th></tr>
    <tr><td>198001012005011001</td><td>Élise&nbsp;S. &amp; Co<br>SH</td><td>III/a<td>1-4-2022</tr>
    </table></body></html>"""
    (sheet,) = sheets.read("simpeg.xls", page.encode())
    assert [list(row) for row in sheet.rows] == [
        ["DAFTAR PEGAWAI", "", "", ""],
        ["NIP", "Nama", "Pangkat", ""],
        ["", "", "Gol", "TMT"],
        ["198001012005011001", "Élise S. & Co SH", "III/a", "1-4-2022"],
    ]


@pytest.mark.parametrize(
    "page", ["<html>", "<table><tr><td colspan=99999>x", "<html><table>" + "<tr>" * 50, "<table/>"]
)
def test_a_page_without_anything_in_its_tables_gives_nothing_or_is_refused(page: str) -> None:
    try:
        found = sheets.read("a.xls", page.encode())
    except MufakatError:
        return
    assert not any(cell for sheet in found for row in sheet.rows for cell in row)


def test_an_old_workbook_that_would_end_its_reader_is_refused() -> None:
    """The reader asks for 800 GB and is ended by that; the office goes on."""
    damaged = bytearray(OLD.read_bytes())
    damaged[OLD_EXTENT + 3] = 0xFF
    with pytest.raises(Damaged):
        sheets.read("pegawai.xls", bytes(damaged))


def test_a_zip_without_a_workbook_is_refused() -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(NotReadable):
        sheets.read("a.xlsx", content.getvalue())


def test_a_large_file_is_refused_unread() -> None:
    with pytest.raises(FileTooLarge):
        sheets.read("a.csv", b"x" * (sheets.LARGEST_FILE + 1))


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(TooManyRows):
        sheets.read("a.csv", b"a;b\n" * (sheets.MOST_ROWS + 1))


def test_a_zip_bomb_is_refused() -> None:
    bomb = with_part(xlsx({"A": ROWS}), "xl/media/bomb.bin", bytes(unpacking.LARGEST_UNPACKED + 1))
    assert len(bomb) < 1_000_000
    with pytest.raises(TooMuchInside):
        sheets.read("a.xlsx", bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    bomb = with_part(xlsx({"A": ROWS}), "xl/media/bomb.bin", bytes(unpacking.LARGEST_UNPACKED + 1))
    liar = lying(bomb, "xl/media/bomb.bin")
    with zipfile.ZipFile(BytesIO(liar)) as parts:
        assert parts.getinfo("xl/media/bomb.bin").file_size == 10
    with pytest.raises(TooMuchInside):
        sheets.read("a.xlsx", liar)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="XFD1048576" t="n"><v>1</v></c>',
        "<c t='n' r = 'ZZ9'><v>1</v></c>",
        '<x:c r="A99999999"><v>1</v></x:c>',
    ],
)
def test_a_cell_in_the_far_corner_is_refused_before_it_is_laid_out(cell: str) -> None:
    page = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2">{cell}</row></sheetData></worksheet>'
    )
    with pytest.raises(TooFarOut):
        sheets.read("a.xlsx", with_part(xlsx({"A": ROWS}), SHEET, page.encode()))


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet/>", "<worksheet/>".encode("utf-16")]
)
def test_entities_and_odd_encodings_are_refused(page: bytes) -> None:
    with pytest.raises(NotReadable):
        sheets.read("a.xlsx", with_part(xlsx({"A": ROWS}), SHEET, page))


def test_a_broken_sheet_is_refused() -> None:
    with pytest.raises(Damaged):
        sheets.read("a.xlsx", with_part(xlsx({"A": ROWS}), SHEET, b"<worksheet><sheetData><row"))
