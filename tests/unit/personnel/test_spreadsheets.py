"""What office spreadsheets do to a value: it comes back, or is refused or doubted; never is it another."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from personnel import cells, dates, nip, ranks, sheets
from personnel.cells import NUMBER, Cell, Doubtful, Unreadable
from personnel.columns import choice, spellings
from personnel.dates import SERIAL_ZERO
from tests.unit.personnel.files import xlsx

Wear = Callable[[str], Cell]

NIPS = st.builds(
    lambda born, appointed, gender, serial: f"{born:%Y%m%d}{appointed:%Y%m}{gender}{serial:03}",
    st.dates(date(1955, 1, 1), date(2008, 12, 31)),
    st.dates(date(1975, 1, 1), date(2026, 12, 1)),
    st.sampled_from([1, 2]),
    st.integers(1, 999),
)

KEPT: list[Wear] = [
    str,
    lambda n: f"'{n}",
    lambda n: f" {n}\u00a0",
    lambda n: f"{n[:8]} {n[8:14]} {n[14]} {n[15:]}",
    lambda n: f"{n[:8]}.{n[8:14]}.{n[14]}.{n[15:]}",
    lambda n: f"{n[:8]}-{n[8:14]}-{n[14]}-{n[15:]}",
    lambda n: f"{int(n):,}",
    lambda n: f'="{n}"',
    lambda n: "".join(chr(ord(c) + 0xFEE0) for c in n),
]
"""Ways of writing all digits."""

WORN: list[Wear] = [
    int,
    float,
    lambda n: int(float(n)),
    lambda n: int(n) // 1000 * 1000,
    lambda n: f"{float(n):.0f}.0",
    lambda n: repr(float(n)),
    lambda n: f"{float(n):.14E}",
    lambda n: f"{float(n):.14E}".replace(".", ","),
    lambda n: f"{float(n):.5E}",
    lambda n: f"{float(n):.0E}",
    lambda n: str(int(n) // 1000 * 1000),
    lambda n: f"{int(n) // 1000 * 1000:,}",
    lambda n: str((int(n) + 500) // 1000 * 1000),
]
"""What a spreadsheet makes of a number of 18 digits, and writes out again."""


@given(NIPS, st.sampled_from(KEPT))
def test_a_nip_of_which_all_digits_are_there_comes_back(digits: str, wear: Wear) -> None:
    said = nip.read(wear(digits))
    assert said == digits or (said.startswith(nip.LOST) and digits.endswith("000"))


@given(NIPS, st.sampled_from(WORN))
def test_a_nip_that_lost_digits_never_is_another_one(digits: str, wear: Wear) -> None:
    try:
        said = nip.read(wear(digits))
    except Unreadable:
        return
    assert said == digits or (said.startswith(nip.LOST) and nip.may_be(said[1:], digits))


@given(st.lists(NIPS, min_size=1, max_size=30))
def test_a_workbook_with_nips_as_numbers_gives_each_back_as_damaged(written: list[str]) -> None:
    (sheet,) = sheets.read("a.xlsx", xlsx({"A": [[int(digits)] for digits in written]}))
    for digits, (cell, *_) in zip(written, sheet.rows, strict=True):
        said = nip.read(cell)
        assert said.startswith(nip.LOST)
        assert nip.may_be(said[1:], digits)


FORMS: list[Callable[[date], Cell]] = [
    lambda d: d,
    lambda d: datetime(d.year, d.month, d.day, 7, 30),  # noqa: DTZ001 - a spreadsheet's dates know no zone
    lambda d: (d - SERIAL_ZERO).days,
    lambda d: float((d - SERIAL_ZERO).days),
    lambda d: str((d - SERIAL_ZERO).days),
    lambda d: f"{d:%d-%m-%Y}",
    lambda d: f"{d.day}/{d.month}/{d.year}",
    lambda d: f"{d:%d.%m.%Y} 00:00:00",
    lambda d: f"{d:%Y-%m-%d}",
    lambda d: f"{d:%Y%m%d}",
    lambda d: int(f"{d:%Y%m%d}"),
    lambda d: f"Medan, {d.day} {INDONESIAN[d.month - 1]} {d.year}",
    lambda d: f"{d.day}-{INDONESIAN[d.month - 1][:3]}-{d.year}",
    lambda d: f"TMT {d:%d-%m-%Y}",
    lambda d: f"{d:%d-%m-%y}",
    lambda d: f"{d:%d-%b-%y}",
]
INDONESIAN = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
              "Oktober", "November", "Desember"]  # fmt: skip


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.sampled_from(FORMS))
def test_a_date_comes_back_from_every_form_or_with_a_doubt(day: date, form: Callable[[date], Cell]) -> None:
    try:
        said = dates.day(form(day))
    except Doubtful as doubt:
        said = doubt.value
    assert said == day.isoformat()


@given(st.lists(st.dates(date(1970, 1, 1), date(2029, 12, 31)), min_size=1, max_size=60))
def test_a_column_with_the_month_first_never_gives_a_wrong_date_once_it_shows(days: list[date]) -> None:
    """As soon as one date of the column can only be month-day, no other is taken for day-month."""
    column = [f"{d.month}/{d.day}/{d.year}" for d in days]
    order = dates.order_of(column)
    if not any(d.day > 12 for d in days):
        return
    for day, cell in zip(days, column, strict=True):
        try:
            said = dates.day(cell, order)
        except Doubtful as doubt:
            said = doubt.value
        except Unreadable:
            continue
        assert said == day.isoformat()


@given(st.lists(st.dates(date(1970, 1, 1), date(2029, 12, 31)), min_size=1, max_size=60))
def test_dates_that_a_spreadsheet_swapped_are_not_taken_once_it_shows(days: list[date]) -> None:
    column: list[Cell] = [
        date(d.year, d.day, d.month) if d.day <= 12 else f"{d.day}/{d.month}/{d.year}" for d in days
    ]
    order = dates.order_of(column)
    typed = [cell for cell in column if isinstance(cell, date)]
    if len(typed) < dates.A_FEW or len(column) - len(typed) < dates.A_FEW:
        return
    for day, cell in zip(days, column, strict=True):
        try:
            assert dates.day(cell, order) == day.isoformat()
        except Unreadable:
            assert isinstance(cell, date)


@given(st.integers(1950, 2099), st.sampled_from([str, int, float, lambda y: date(y, 1, 1)]))
def test_a_year_comes_back(year: int, wear: Callable[[int], Cell]) -> None:
    assert dates.year(wear(year)) == str(year)


@given(st.integers(1950, 2099))
def test_a_year_in_a_column_of_dates_is_no_day_of_1905(year: int) -> None:
    shown = date.fromordinal(SERIAL_ZERO.toordinal() + year)
    for cell in (shown, year, float(year), str(year)):
        try:
            said = dates.day(cell)
        except Unreadable:
            continue
        raise AssertionError((cell, said))
    try:
        dates.year(shown)
    except Unreadable:
        return
    raise AssertionError(shown)


@given(
    st.sampled_from(ranks.RANKS),
    st.sampled_from(
        [
            str,
            lambda r: r.replace("/", ""),
            lambda r: r.replace("/", " "),
            lambda r: r.replace("/", "."),
            lambda r: r.upper(),
            lambda r: r.lower(),
            lambda r: f"Gol. {r}",
            lambda r: f"{ranks.NAMES[r]} ({r})",
            lambda r: f"{ranks.NAMES[r].replace('Tingkat', 'Tk.')}, {r}",
            lambda r: ranks.NAMES[r],
            lambda r: ranks.NAMES[r].upper().replace("TINGKAT", "TK."),
            lambda r: f"{r} - {ranks.NAMES[r]}",
        ]
    ),
)
def test_a_rank_comes_back_from_every_spelling(rank: str, wear: Callable[[str], str]) -> None:
    assert cells.rank(wear(rank)) == rank


@given(st.from_regex(r"[0-9]{1,3}([.][0-9]{1,3}){0,1}", fullmatch=True))
def test_a_code_that_became_a_number_is_marked_as_one(code: str) -> None:
    number = float(code)
    said = cells.reference(number)
    assert said.startswith(NUMBER)
    assert float(said[1:]) == number
    assert cells.reference(code) == code


@given(st.from_regex(r"08[1-9][0-9]{7,10}", fullmatch=True))
def test_a_mobile_number_gets_its_nought_back(number: str) -> None:
    assert cells.phone(number) == cells.phone(int(number)) == cells.phone(float(number)) == number


@given(st.sampled_from([(kind, kept, said) for kind, values in spellings().items()
                        for kept, writings in values.items() for said in (kept, *writings)]))  # fmt: skip
def test_a_choice_comes_back_from_every_writing(case: tuple[str, str, str]) -> None:
    kind, kept, said = case
    wears: list[Any] = [str, str.upper, str.lower, lambda s: f"  {s} ", lambda s: s.replace(" ", "\u00a0")]
    assert {choice(kind)(wear(said)) for wear in wears} == {kept}
