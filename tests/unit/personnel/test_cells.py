import unicodedata
from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personnel import cells, dates, nip
from personnel.cells import Doubtful, Unreadable
from personnel.dates import Order
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
        "TMT 31-12-1985",
        "Selasa, 31 Desember 1985",
        "31Des1985",
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
    assert dates.day(cell) == "1985-12-31"


@pytest.mark.parametrize("month", ["Agustus", "Agt", "Ags", "agu.", "August", "AUG"])
def test_months_are_read_in_both_languages_and_short(month: str) -> None:
    assert dates.day(f"17 {month} 1945") == "1945-08-17"


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
        dates.day(cell)
    assert wrong.value.wrong is Wrong.NOT_A_DATE


@pytest.mark.parametrize(
    ("reader", "cell", "read"),
    [
        (dates.birth, "31-12-85", "1985-12-31"),
        (dates.birth, "1 Jan 26", "1926-01-01"),
        (dates.day, "01-Apr-22", "2022-04-01"),
        (dates.day, "1/10/31", "2031-10-01"),
        (dates.day, "1.3.98", "1998-03-01"),
    ],
)
def test_a_year_of_two_digits_is_taken_with_a_doubt(
    reader: Callable[[cells.Cell], str], cell: str, read: str
) -> None:
    with pytest.raises(Doubtful) as doubt:
        reader(cell)
    assert (doubt.value.value, doubt.value.wrong) == (read, Wrong.SHORT_YEAR)


@pytest.mark.parametrize("cell", [1985, 1985.0, "1985", "010480", date(1905, 6, 7), 7, "3112198"])
def test_a_bare_year_or_number_is_no_day_of_the_year_1905(cell: cells.Cell) -> None:
    with pytest.raises(Unreadable) as wrong:
        dates.day(cell)
    assert wrong.value.wrong is Wrong.NOT_A_DATE


def test_a_column_may_write_the_month_first() -> None:
    order = dates.order_of(["4/25/2020", "12/31/2021", "4/1/2022", ""])
    assert order is Order.MONTH_FIRST
    with pytest.raises(Doubtful) as doubt:
        dates.day("4/1/2022", order)
    assert doubt.value.value == "2022-04-01"


def test_one_slip_does_not_turn_a_columns_dates_round() -> None:
    order = dates.order_of([*(["25/4/2020"] * 20), "4/25/2020"])
    assert order is Order.DAY_FIRST
    assert dates.day("4/1/2022", order) == "2022-01-04"


def test_in_a_column_that_writes_both_what_could_be_either_is_refused() -> None:
    order = dates.order_of(["25/4/2020", "4/26/2020", "4/1/2022"])
    assert order is Order.MIXED
    with pytest.raises(Unreadable) as wrong:
        dates.day("4/1/2022", order)
    assert wrong.value.wrong is Wrong.DATE_EITHER
    assert dates.day("4/26/2020", order) == "2020-04-26"
    assert dates.day("4/4/2020", order) == "2020-04-04"


def test_dates_that_an_american_spreadsheet_swapped_are_refused() -> None:
    """It takes 4/1/2022 for the 1st of April, and leaves 25/4/2020 a text."""
    typed = [date(2022, 1, 4), date(2020, 3, 12), date(2019, 6, 6)]
    order = dates.order_of([*typed, "25/4/2020", "31/12/2021", "13/1/2020"])
    assert order is Order.SWAPPED
    with pytest.raises(Unreadable) as wrong:
        dates.day(typed[0], order)
    assert (wrong.value.wrong, wrong.value.facts) == (Wrong.DATE_SWAPPED, {"said": "04-01-2022"})
    assert dates.day(typed[2], order) == "2019-06-06"
    assert dates.day("25/4/2020", order) == "2020-04-25"


def test_an_empty_date_says_nothing() -> None:
    assert dates.day("") == dates.day(None) == dates.day("-") == ""


@pytest.mark.parametrize(
    ("cell", "said"),
    [(2025, "2025"), (2025.0, "2025"), ("2025", "2025"), (date(2025, 1, 1), "2025"), ("", "")],
)
def test_years_are_read(cell: cells.Cell, said: str) -> None:
    assert dates.year(cell) == said


@pytest.mark.parametrize("cell", ["85", 85, "dua ribu", 1899])
def test_what_is_no_year_is_refused(cell: cells.Cell) -> None:
    with pytest.raises(Unreadable):
        dates.year(cell)


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
        ("Penata Muda Tk.1/III.b", "III/b"),
        ("iii/a", "III/a"),
        ("", ""),
    ],
)
def test_ranks_are_read_with_or_without_their_names(cell: str, said: str) -> None:
    assert cells.rank(cell) == said


@pytest.mark.parametrize("cell", ["IX", "Gol. V", "III", 9])
def test_the_grade_of_a_contract_worker_is_no_rank_and_a_doubt(cell: cells.Cell) -> None:
    with pytest.raises(Doubtful) as doubt:
        cells.rank(cell)
    assert (doubt.value.value, doubt.value.wrong) == ("", Wrong.GRADE_LEFT_OUT)


def test_a_rank_whose_name_is_another_ones_is_refused() -> None:
    with pytest.raises(Unreadable) as wrong:
        cells.rank("Penata Muda (III/c)")
    assert wrong.value.facts == {"said": "Penata Muda (III/c)", "name": "Penata", "rank": "III/c"}


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
    for reader in (cells.text, dates.day, dates.year, cells.rank, cells.mail, nip.read):
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
    assert dates.day(day.strftime(form)) == day.isoformat()
