"""Which sheet is about what and which column says what: by headers, by content, or as chosen before."""

from typing import Any

import pytest

from personnel import mapping, reading
from personnel.columns import Kind
from personnel.mapping import Choice, How, Remembered
from personnel.sheets import Sheet

BUDI, ADI = "198001012005011001", "198102032006041002"
STRANGE: list[list[Any]] = [
    ["PEMERINTAH KOTA MEDAN"],
    [],
    ["Urut", "Nomor", "Siapa", "Bertugas Di", "Kelahiran", "Mulai", "Surat", "Ruang", "Catatan"],
    [
        1,
        BUDI,
        "Budi Santoso, S.H.",
        "Dinas Kesehatan",
        "1-1-1980",
        "1-1-2005",
        "b@medan.example",
        "III/a",
        "x",
    ],
    [2, float(ADI), "Adi Lubis", "Dinas Sosial", "3/2/1981", "1/4/2006", "a@x.example", "II/c", "y"],
]
UNITS = {"dinaskesehatan", "dinassosial"}


def suggested(sheet: Sheet, **known: Any) -> Choice:
    (choice,) = mapping.suggest([sheet], **known)
    return choice


def test_what_headers_say_needs_nobody_to_look_at_it() -> None:
    sheet = Sheet("Pegawai", [["Judul"], ["NIP", "Nama", "Unit Kerja", "Agama"], [BUDI, "Budi", "D", "I"]])
    choice = suggested(sheet)
    assert (choice.kind, choice.header, dict(choice.columns)) == (
        Kind.EMPLOYEE,
        1,
        {0: "nip", 1: "name", 2: "unit"},
    )
    assert mapping.is_sure(sheet, choice)


def test_columns_under_strange_headers_are_known_by_what_stands_in_them() -> None:
    sheet = Sheet("Data", STRANGE)
    choice = suggested(sheet, units=UNITS)
    assert (choice.kind, choice.header) == (Kind.EMPLOYEE, 2)
    assert choice.columns == {
        1: "nip",
        2: "name",
        3: "unit",
        4: "born_on",
        5: "appointed_on",
        6: "email",
        7: "rank",
    }
    assert set(choice.guessed) == set(choice.columns)
    assert not mapping.is_sure(sheet, choice)
    assert mapping.without_guesses(sheet, choice).kind is None


def test_a_sheet_of_units_in_the_file_makes_their_names_known() -> None:
    units = Sheet("Unit", [["Kode Unit", "Nama Unit"], ["1", "Dinas Kesehatan"], ["2", "Dinas Sosial"]])
    _, choice = mapping.suggest([units, Sheet("Data", STRANGE)])
    assert choice.columns[3] == "unit"


def test_a_list_of_people_is_no_list_of_schooling_for_want_of_a_units_header() -> None:
    rows = [
        ["NIP", "Nama", "Tempat Tugas", "Pendidikan", "Gol", "TMT Gol", "Jenis Kelamin"],
        [BUDI, "Budi Santoso", "Dinas X", "S-1", "III/a", "1-4-2022", "L"],
        [ADI, "Adi Lubis", "Dinas Y", "D-III", "II/c", "1-4-2022", "L"],
    ]
    sheet = Sheet("Sheet1", rows)
    choice = suggested(sheet)
    assert choice.kind is Kind.EMPLOYEE
    assert mapping.lacking(sheet, choice) == ["Unit Kerja"]


def test_what_was_chosen_for_these_headers_is_chosen_again_however_they_are_ordered() -> None:
    said = Remembered(Kind.EMPLOYEE, {"nomor": "nip", "siapa": "name", "bertugasdi": "unit", "catatan": ""})
    memory = {mapping.signature(STRANGE[2]): said}
    turned = [list(reversed(row)) for row in STRANGE]
    choice = suggested(Sheet("Lain", turned), memory=memory)
    assert (choice.how, choice.header) == (How.REMEMBERED, 2)
    assert choice.columns == {7: "nip", 6: "name", 5: "unit"}


def test_the_column_of_reasons_makes_no_other_set_of_headers() -> None:
    assert mapping.signature(["NIP", "Nama"]) == mapping.signature(["nama ", "N I P", "Alasan ditolak", ""])
    assert mapping.signature(["NIP", "Nama"]) != mapping.signature(["NIP"])


def test_a_sheet_that_was_left_out_is_left_out_again() -> None:
    memory = {mapping.signature(["NIP", "Nama", "Unit Kerja"]): Remembered(None, {})}
    sheet = Sheet("Pegawai", [["NIP", "Nama", "Unit Kerja"], [BUDI, "Budi", "D"]])
    assert suggested(sheet, memory=memory).kind is None


def test_a_choice_comes_back_as_it_was_kept() -> None:
    choice = Choice("Data", Kind.RANK, 3, True, {2: "nip", 0: "rank"}, How.CHOSEN, (2,))
    assert Choice.restored(choice.stored()) == choice


def test_the_chosen_columns_are_those_that_are_read() -> None:
    sheet = Sheet("Data", STRANGE)
    table = mapping.table_of(sheet, Choice("Data", Kind.EMPLOYEE, 2, False, {1: "nip", 2: "name", 3: "unit"}))
    assert table is not None
    assert [
        (row.get("nip"), row.get("back_title"), row.get("unit")) for row in reading.rows(sheet, table)
    ] == [
        (BUDI, "S.H.", "Dinas Kesehatan"),
        (f"~{int(float(ADI))}", "", "Dinas Sosial"),
    ]
    assert "Ruang" in table.unread


def test_years_and_documents_can_be_chosen_under_any_header() -> None:
    sheet = Sheet("X", [["Siapa", "Dahulu", "Kini"], [BUDI, "Baik", "Sangat Baik"]])
    table = mapping.table_of(sheet, Choice("X", Kind.APPRAISAL, 0, False, {0: "nip", 1: "2024", 2: "2025"}))
    assert table is not None
    (row,) = reading.rows(sheet, table)
    assert row.values == {"nip": BUDI, "2024": "Baik", "2025": "Sangat Baik"}
    papers = Sheet("Y", [["Siapa", "Surat", "Kapan"], [BUDI, "813/1", "1-1-2005"]])
    chosen = Choice("Y", Kind.DOCUMENT, 0, False, {0: "nip", 1: "sk-cpns", 2: "sk-cpns.dated"})
    table = mapping.table_of(papers, chosen)
    assert table is not None
    assert reading.rows(papers, table)[0].values["sk-cpns.dated"] == "2005-01-01"


@pytest.mark.parametrize("header", [0, 7, 39])
def test_a_header_where_none_is_lacks_everything(header: int) -> None:
    sheet = Sheet("X", [["a", "b"], ["c", "d"]])
    choice = mapping.anew(sheet, Kind.UNIT, header)
    assert mapping.lacking(sheet, choice) == ["Kode Unit", "Nama Unit"]


def test_hidden_sheets_are_left_out_until_somebody_chooses_them() -> None:
    sheet = Sheet("Pegawai", [["NIP", "Nama", "Unit Kerja"], [BUDI, "Budi", "D"]], hidden=True)
    assert suggested(sheet).kind is None
    assert mapping.lacking(sheet, mapping.anew(sheet, Kind.EMPLOYEE, 0)) == []
