from typing import Any

import pytest

from personnel import headers, reading, returning
from personnel.columns import Kind, layouts
from personnel.problems import Wrong
from personnel.reading import Row
from personnel.sheets import Sheet

PERSON = ["198001012005011001", "Budi Santoso", "Dinas Kesehatan"]


def read(name: str, rows: list[list[Any]]) -> list[Row]:
    sheet = Sheet(name, rows)
    table = headers.understand(sheet)
    assert table is not None
    return reading.rows(sheet, table)


def kind_of(name: str, *rows: list[Any]) -> Kind | None:
    table = headers.understand(Sheet(name, list(rows)))
    return table.layout.kind if table else None


@pytest.mark.parametrize(
    ("name", "header", "kind"),
    [
        ("Sheet1", ["Kode Unit", "Nama Unit Kerja", "Unit Induk"], Kind.UNIT),
        ("Peta Jabatan", ["Kode", "Nama Jabatan", "OPD", "Eselon"], Kind.POSITION),
        ("DUK", ["NO", "NAMA LENGKAP", "NIP BARU", "SATKER"], Kind.EMPLOYEE),
        ("Riwayat Jabatan", ["NIP", "Jabatan", "TMT", "s.d."], Kind.HOLDING),
        ("Sheet2", ["NIP", "Pangkat/Gol. Ruang"[:12], "TMT Pangkat", "No. SK"], Kind.RANK),
        ("Pendidikan", ["NIP", "Jenjang", "Prodi", "Thn Lulus"], Kind.SCHOOLING),
        ("e-Kinerja", ["NIP", "Tahun", "Predikat Kinerja"], Kind.APPRAISAL),
        ("SKP", ["NIP", "Nama", "2024", "SKP 2025"], Kind.APPRAISAL),
        ("Hukdis", ["NIP", "Jenis Hukuman", "Nomor SK", "TMT", "Berakhir"], Kind.DISCIPLINE),
        ("Cuti", ["NIP", "Jenis Cuti", "Mulai", "Sampai"], Kind.LEAVE),
        ("Berkas", ["NIP", "Jenis Dokumen", "Nomor", "Tanggal"], Kind.DOCUMENT),
        ("Berkas", ["NIP", "SK CPNS", "No. SK PNS", "Tgl SK PNS", "Ijazah"], Kind.DOCUMENT),
        ("Libur", ["Tanggal", "Keterangan"], Kind.FREE_DAY),
        ("Petunjuk", ["Bacalah", "dahulu"], None),
        ("Pegawai", ["Nama", "Alamat"], None),
    ],
)
def test_a_sheet_is_known_by_its_headers(name: str, header: list[str], kind: Kind | None) -> None:
    assert kind_of(name, header) is kind


def test_columns_may_stand_in_any_order_and_under_common_spellings() -> None:
    (row,) = read(
        "Pegawai",
        [
            [
                "Perangkat Daerah",
                "GOL. RUANG",
                "T.M.T. Pangkat",
                "Nama",
                "Jns Kelamin",
                "Nomor Induk Pegawai",
            ],
            [PERSON[2], "Penata (III/c)", "1-4-2022", PERSON[1], "Perempuan", PERSON[0]],
        ],
    )
    assert row.values == {
        "unit": "Dinas Kesehatan",
        "rank": "III/c",
        "rank_since": "2022-04-01",
        "name": "Budi Santoso",
        "gender": "F",
        "nip": PERSON[0],
    }


def test_titles_above_the_header_and_a_row_of_column_numbers_are_passed_over() -> None:
    rows = read(
        "Pegawai",
        [
            ["PEMERINTAH KOTA MEDAN", "", ""],
            ["DAFTAR PEGAWAI", None, None],
            ["Keadaan: 24 November 2026"],
            [],
            ["NIP", "Nama", "Unit Kerja"],
            [1, 2, 3],
            PERSON,
        ],
    )
    assert [(row.number, row.get("nip")) for row in rows] == [(7, PERSON[0])]


def test_a_header_of_two_rows_is_read_as_both() -> None:
    (row,) = read(
        "DUK",
        [
            ["NO", "NAMA", "NIP", "PANGKAT", "", "JABATAN", "", "UNIT KERJA"],
            ["", "", "", "GOL", "TMT", "NAMA", "TMT", ""],
            ["1", "2", "3", "4", "5", "6", "7", "8"],
            [1, PERSON[1], PERSON[0], "III/a", "01-04-2022", "Kepala Dinas", "02-01-2024", PERSON[2]],
        ],
    )
    assert row.get("rank") == "III/a"
    assert row.get("rank_since") == "2022-04-01"
    assert row.get("position") == "Kepala Dinas"
    assert row.get("position_since") == "2024-01-02"


def test_headers_repeated_on_each_page_totals_and_signatures_are_no_rows() -> None:
    header = ["No", "NIP", "Nama", "Unit Kerja"]
    rows = read(
        "Pegawai",
        [
            header,
            [1, *PERSON],
            header,
            [2, "198001012005011002", "Adi", PERSON[2]],
            ["", "", "", ""],
            ["Jumlah", "", "2 orang", ""],
            ["", "", "", "Medan, 24 November 2026"],
            ["", "", "Kepala Dinas", ""],
        ],
    )
    assert [row.get("name") for row in rows] == ["Budi Santoso", "Adi"]


def test_a_row_that_lacks_what_is_needed_is_refused_and_not_passed_over() -> None:
    rows = read("Pegawai", [["NIP", "Nama", "Unit Kerja"], ["", "Budi", "Dinas"], [PERSON[0], "", ""]])
    assert [[(p.field, p.wrong) for p in row.problems] for row in rows] == [
        [("nip", Wrong.MISSING)],
        [("name", Wrong.MISSING), ("unit", Wrong.MISSING)],
    ]
    assert returning.as_sent(rows[0]) == {
        "headers": ["NIP", "Nama", "Unit Kerja"],
        "cells": ["", "Budi", "Dinas"],
    }


def test_a_cell_that_cannot_be_read_refuses_its_row_and_a_lenient_one_only_warns() -> None:
    rows = read(
        "Pegawai",
        [
            ["NIP", "Nama", "Unit Kerja", "Tgl Lahir", "Email"],
            [*PERSON, "kemarin", ""],
            [*PERSON, "1-1-1980", "tidak punya email"],
        ],
    )
    assert [row.refused for row in rows] == [True, False]
    assert rows[1].problems[0].wrong is Wrong.NOT_AN_ADDRESS
    assert "email" not in rows[1].values


def test_of_two_columns_that_say_the_same_the_more_telling_one_counts() -> None:
    (row,) = read("Pegawai", [["Unit Kerja", "NIP", "Nama", "Kode Unit"], ["Dinas", *PERSON[:2], "12.71"]])
    assert row.get("unit") == "12.71"
    (row,) = read("Pegawai", [["Unit Kerja", "NIP", "Nama", "Kode Unit"], ["Dinas", *PERSON[:2], ""]])
    assert row.get("unit") == "Dinas"


def test_years_and_documents_may_be_columns() -> None:
    (row,) = read(
        "SKP", [["NIP", "Predikat 2024", "Predikat Kinerja 2025"], [PERSON[0], "Baik", "sangat baik"]]
    )
    assert row.values == {"nip": PERSON[0], "2024": "Baik", "2025": "Sangat Baik"}
    (row,) = read(
        "Dokumen",
        [
            ["NIP", "No. SK CPNS", "Tgl SK CPNS", "Ijazah", "Transkrip", "STLUD"],
            [PERSON[0], "813/1", "1-1-2005", "✓", "Tidak", ""],
        ],
    )
    assert row.values == {
        "nip": PERSON[0],
        "sk-cpns": "813/1",
        "sk-cpns.dated": "2005-01-01",
        "diploma": "ada",
    }


def test_headers_that_say_nothing_to_us_are_told() -> None:
    table = headers.understand(
        Sheet("Pegawai", [["No", "NIP", "Nama", "Unit Kerja", "Agama", "Alamat"], [1, *PERSON, "", ""]])
    )
    assert table is not None
    assert table.unread == ("Agama", "Alamat")


def test_no_two_columns_of_a_layout_claim_one_header() -> None:
    for layout in layouts():
        claimed = [header for column in layout.columns for header in set(column.headers)]
        assert len(claimed) == len(set(claimed)), layout.kind


def test_every_layout_is_understood_by_its_own_first_headers() -> None:
    for layout in layouts():
        assert kind_of(layout.called[0], [column.label for column in layout.columns]) is layout.kind
