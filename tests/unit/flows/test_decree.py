"""A decree's PDF: readable, verifiable, the same bytes for the same facts."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from flows.promotion.decree import ALPHABET, DecreeText, bases, new_code, number, pdf

TEXT = DecreeText(
    office="Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
    city="Medan",
    number="823/0007/2026",
    code="ABCD-EFGH-JKLM-NPQR",
    url="https://mufakat.example.go.id/verify/ABCD-EFGH-JKLM-NPQR",
    name="Siti Nurhaliza, S.E.",
    nip="199001012015032001",
    unit="Bidang Mutasi",
    rank_from="III/b",
    rank_to="III/c",
    effective_on=date(2026, 12, 1),
    consideration_number="AB-12345/KP/2026",
    consideration_date=date(2026, 11, 10),
    signed_by="Dr. Ahmad Fauzi, M.Si.",
    signed_as="Wali Kota Medan",
    signed_at=datetime(2026, 11, 24, 18, 30, 15, 123456, tzinfo=UTC),
    zone=ZoneInfo("Asia/Jakarta"),
)


def pages(drawn: bytes) -> list[str]:
    reader = PdfReader(io.BytesIO(drawn))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def read(drawn: bytes) -> str:
    (page,) = pages(drawn)
    return page


def test_a_decree_says_who_what_when_and_by_whom() -> None:
    said = read(pdf(TEXT))
    for words in (
        "NOMOR 823/0007/2026",
        "Siti Nurhaliza, S.E.",
        "199001012015032001",
        "Penata Muda Tingkat I, golongan ruang III/b",
        "Penata, golongan ruang III/c",
        "1 Desember 2026",
        "AB-12345/KP/2026",
        "MEMUTUSKAN",
        "WALI KOTA MEDAN",
        "Dr. Ahmad Fauzi, M.Si.",
        "https://mufakat.example.go.id/verify/ABCD-EFGH-JKLM-NPQR",
    ):
        assert words in said, words


def test_a_decree_is_dated_in_the_offices_zone() -> None:
    assert "pada tanggal 25 November 2026" in read(pdf(TEXT))


def test_the_same_facts_give_the_same_bytes_and_others_other_bytes() -> None:
    assert pdf(TEXT) == pdf(TEXT)
    assert pdf(TEXT) != pdf(replace(TEXT, number="823/0008/2026"))


@pytest.mark.parametrize("name", ['O\'Neill "Budi" #let x = 1', "*Tebal* _miring_ $x$", "Ünïcødé 王"])
def test_a_name_is_text_and_never_markup(name: str) -> None:
    assert pdf(replace(TEXT, name=name)).startswith(b"%PDF")


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    assert "#strike[*x*]" in read(pdf(replace(TEXT, name="#strike[*x*]")))


def test_a_decree_that_needs_two_pages_keeps_the_signature_together() -> None:
    long = replace(TEXT, name="Raden Mas " + "Wiryokusumo " * 10, unit="Subbidang " + "Pengembangan " * 12)
    first, second = pages(pdf(long))
    assert "Ditetapkan di Medan" not in first
    assert "Ditetapkan di Medan" in second
    assert "Dr. Ahmad Fauzi, M.Si." in second


def test_letters_that_no_font_has_cost_the_archive_format_and_not_the_decree() -> None:
    assert b"pdfaid" in pdf(TEXT)
    assert b"pdfaid" not in pdf(replace(TEXT, name="王"))


def test_numbers_are_filed_under_promotions_of_their_year() -> None:
    assert number(7, 2026) == "823/0007/2026"
    assert number(12345, 2027) == "823/12345/2027"


def test_only_acts_in_force_on_the_day_are_named() -> None:
    assert not any("Nomor 4 Tahun 2025" in base for base in bases(date(2025, 9, 1)))
    assert any("Nomor 4 Tahun 2025" in base for base in bases(date(2025, 10, 1)))


def test_codes_are_long_random_and_easy_to_type() -> None:
    codes = {new_code() for _ in range(1_000)}
    assert len(codes) == 1_000
    for code in codes:
        assert len(code) == 19
        assert set(code) <= {*ALPHABET, "-"}
    assert not set("IO01") & set(ALPHABET)
