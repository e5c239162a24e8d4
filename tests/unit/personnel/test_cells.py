import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personnel import cells, nip
from personnel.cells import Unreadable
from personnel.problems import Wrong


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("  Budi   Santoso ", "Budi Santoso"),
        ("Budi\u00a0Santoso\u200b", "Budi Santoso"),
        ("Dinas\nKesehatan", "Dinas Kesehatan"),
        ("'0812", "0812"),
        (12.0, "12"),
        (1.5, "1.5"),
        (None, ""),
        ("-", ""),
        (" – ", ""),
        ("Nihil", ""),
        (True, "ya"),
        (date(2026, 11, 24), "2026-11-24"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ],
)
def test_a_cell_is_one_line_of_clean_text(cell: cells.Cell, said: str) -> None:
    assert cells.text(cell) == said


def test_a_formula_that_failed_is_named() -> None:
    with pytest.raises(Unreadable) as wrong:
        cells.text("#REF!")
    assert wrong.value.wrong is Wrong.FORMULA_ERROR


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(Unreadable) as wrong:
        cells.text("x" * 501)
    assert wrong.value.wrong is Wrong.TOO_LONG


@pytest.mark.parametrize(
    "cell",
    [
        "31-12-1985",
        "31/12/1985",
        "31.12.1985",
        "31 12 1985",
        " 31 - 12 - 1985 ",
        "1985-12-31",
        "1985/12/31",
        "31 Desember 1985",
        "31 desember 1985",
        "31-Des-1985",
        "31 Dec 1985",
        "31 December 1985",
        "Medan, 31 Desember 1985",
        "Tebing Tinggi, 31-12-1985",
        "1985-12-31 00:00:00",
        "31-12-1985 08:30",
        "19851231",
        19851231,
        31412,
        31412.0,
        "31412",
        date(1985, 12, 31),
        datetime(1985, 12, 31, 13, 5),  # noqa: DTZ001 - a spreadsheet's dates know no zone
    ],
)
def test_dates_are_read_however_offices_write_them(cell: cells.Cell) -> None:
    assert cells.day(cell) == "1985-12-31"


@pytest.mark.parametrize("month", ["Agustus", "Agt", "Ags", "agu.", "August", "AUG"])
def test_months_are_read_in_both_languages_and_short(month: str) -> None:
    assert cells.day(f"17 {month} 1945") == "1945-08-17"


@pytest.mark.parametrize(
    "cell",
    [
        "12/31/1985",
        "31-02-1985",
        "kemarin",
        "31-13-1985",
        "1 Foo 1985",
        "31-12-0085",
        "31-12-2500",
        99999,
        -5,
        "Desember 1985",
    ],
)
def test_what_is_no_date_is_refused_and_not_guessed(cell: cells.Cell) -> None:
    with pytest.raises(Unreadable) as wrong:
        cells.day(cell)
    assert wrong.value.wrong is Wrong.NOT_A_DATE


def test_a_year_of_two_digits_is_refused_with_its_own_reason() -> None:
    with pytest.raises(Unreadable) as wrong:
        cells.day("31-12-85")
    assert wrong.value.wrong is Wrong.SHORT_YEAR


def test_an_empty_date_says_nothing() -> None:
    assert cells.day("") == cells.day(None) == cells.day("-") == ""


@pytest.mark.parametrize(
    ("cell", "said"),
    [(2025, "2025"), (2025.0, "2025"), ("2025", "2025"), (date(2025, 1, 1), "2025"), ("", "")],
)
def test_years_are_read(cell: cells.Cell, said: str) -> None:
    assert cells.year(cell) == said


@pytest.mark.parametrize("cell", ["85", 85, "dua ribu", 1899])
def test_what_is_no_year_is_refused(cell: cells.Cell) -> None:
    with pytest.raises(Unreadable):
        cells.year(cell)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("III/b", "III/b"),
        ("III b", "III/b"),
        ("IIIb", "III/b"),
        ("3B", "III/b"),
        ("3/b", "III/b"),
        ("Gol. III/b", "III/b"),
        ("Penata Muda Tk. I (III/b)", "III/b"),
        ("Penata Muda Tingkat I", "III/b"),
        ("Penata Muda Tk. I", "III/b"),
        ("Pembina Utama, IV/e", "IV/e"),
        ("I/a", "I/a"),
        ("IX", ""),
        ("Gol. V", ""),
        ("", ""),
    ],
)
def test_ranks_are_read_with_or_without_their_names(cell: str, said: str) -> None:
    assert cells.rank(cell) == said


@pytest.mark.parametrize("cell", ["V/a", "III/e2", "Kapten", "III"[:2] + "x/y"])
def test_what_is_no_rank_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable):
        cells.rank(cell)


@pytest.mark.parametrize("cell", ["budi@", "budi", "a b@c.id", "x@y,z.id", "<script>@x.id"])
def test_what_is_no_address_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable):
        cells.mail(cell)


def test_addresses_are_kept_in_small_letters() -> None:
    assert cells.mail(" Budi.Santoso@Medan.Example ") == "budi.santoso@medan.example"


@pytest.mark.parametrize(
    ("one", "other"), [("Gol./Ruang", "GOL RUANG"), ("T.M.T.", "tmt"), ("No. SK", "No SK"), ("É", "e")]
)
def test_spellings_are_compared_without_signs_and_capitals(one: str, other: str) -> None:
    assert cells.squeezed(one) == cells.squeezed(other)


_any_cell = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes(), st.times()
)


@given(_any_cell)
def test_every_cell_is_read_or_refused_whatever_it_holds(cell: cells.Cell) -> None:
    for reader in (cells.text, cells.day, cells.year, cells.rank, cells.mail, nip.read):
        try:
            said = reader(cell)
        except Unreadable:
            continue
        assert said == said.strip()
        assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in said)


@given(
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%d %B %Y"]),
)
def test_a_date_comes_back_from_every_form(day: date, form: str) -> None:
    assert cells.day(day.strftime(form)) == day.isoformat()
