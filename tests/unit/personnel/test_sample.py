from collections import Counter
from datetime import date

import pytest

from personnel import headers, nip, reading, sheets
from personnel.columns import Kind
from personnel.sample import LOGINS, agency, workbook
from personnel.sample_careers import Fate
from personnel.workbooks import Sheet, safe, written

TODAY = date(2026, 11, 24)


def rows_of(content: bytes) -> dict[Kind, list[reading.Row]]:
    read: dict[Kind, list[reading.Row]] = {}
    for sheet in sheets.read("contoh.xlsx", content):
        table = headers.understand(sheet)
        assert table is not None, sheet.name
        assert table.unread == ()
        read[table.layout.kind] = reading.rows(sheet, table)
    return read


def test_the_sample_is_understood_sheet_by_sheet_and_row_by_row() -> None:
    read = rows_of(workbook(today=TODAY))
    assert set(read) == set(Kind) - {Kind.FREE_DAY, Kind.LEAVING}
    assert not [row for rows in read.values() for row in rows if row.refused]
    assert len(read[Kind.UNIT]) == 24
    assert len(read[Kind.EMPLOYEE]) == 481


def test_the_same_arguments_give_the_same_people_and_another_seed_gives_others() -> None:
    one, again, other = (
        [row.values for row in rows_of(workbook(seed, 60, 8, TODAY))[Kind.EMPLOYEE]] for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


@pytest.mark.parametrize(("employees", "units"), [(480, 24), (60, 8), (30, 5), (700, 80)])
def test_an_agency_has_the_people_and_units_that_were_asked_for(employees: int, units: int) -> None:
    made = agency(1, employees, units, TODAY)
    assert (len(made.people), len(made.units)) == (employees, units)
    assert len({p.nip for p in made.people}) == len({p.email for p in made.people}) == employees
    assert {p.login for p in made.people if p.login} == set(LOGINS)
    codes = [unit.code for unit in made.units]
    assert all(unit.parent in codes[: codes.index(unit.code)] for unit in made.units if unit.parent)


def test_too_few_people_for_the_units_are_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        agency(1, 20, 24, TODAY)


def test_every_nip_of_a_civil_servant_is_flawless() -> None:
    for person in agency(1, 480, 24, TODAY).people:
        if person.status != "PPPK":
            gender = "M" if person.gender == "L" else "F"
            born = person.career.born_on.isoformat()
            assert nip.check(person.nip, status=person.status, born_on=born, gender=gender) == []


def test_every_way_to_fail_a_promotion_has_its_people() -> None:
    fates = Counter(person.fate for person in agency(1, 480, 24, TODAY).people)
    assert 60 <= fates[Fate.ELIGIBLE] <= 90
    assert all(fates[fate] >= 3 for fate in Fate)


def test_as_many_are_eligible_as_were_asked_for() -> None:
    fates = Counter(person.fate for person in agency(1, 400, 24, TODAY, eligible=150).people)
    assert fates[Fate.ELIGIBLE] == 150


def test_careers_fit_their_people() -> None:
    for person in agency(1, 480, 24, TODAY).people:
        career = person.career
        age = (career.appointed_on - career.born_on).days / 365
        assert 17 <= age <= 32
        assert (TODAY - career.born_on).days / 365 < 59
        assert career.appointed_on <= TODAY
        days = [since for _, since in career.ranks]
        assert days == sorted(days)
        assert not days or days[-1] <= TODAY


def test_some_posts_are_vacant_with_and_without_somebody_acting() -> None:
    made = agency(1, 480, 24, TODAY)
    heads = [post for post in made.posts if post.key == "Kepala Unit"]
    acting = {a.post.code: a for a in made.acting}
    vacant = [post for post in heads if post.holder is None]
    assert sum(post.code in acting for post in vacant) == 2
    assert sum(post.code not in acting for post in vacant) == 2
    on_leave = {person for person, *_ in made.leave}
    away = [post for post in heads if post.holder in on_leave]
    assert sorted(post.code in acting for post in away) == [False, True]
    assert all(a.starts_on <= TODAY <= a.ends_on and a.person.post is not a.post for a in made.acting)


def test_the_logins_of_the_demo_can_do_what_they_are_for() -> None:
    for seed in range(5):
        people = {p.login: p for p in agency(seed, 480, 24, TODAY).people if p.login}
        assert people["pegawai"].fate is Fate.ELIGIBLE
        assert people["kepala"].post is not None
        assert people["kepala"].post.key == "Kepala Unit"
        assert people["kepala"].unit is people["pegawai"].unit
        assert people["ppk"].post is not None
        assert people["ppk"].post.key == "PPK"
        roles = {login: p.roles for login, p in people.items() if p.roles}
        assert roles == {
            "hr": ["hr"],
            "verifier": ["hr-verifier"],
            "operator": ["operator"],
            "auditor": ["auditor"],
            "admin": ["admin"],
        }
        assert all(people[login].fate in (None, Fate.TOO_SOON) for login in roles)


@pytest.mark.parametrize(
    "today", [date(2026, 1, 31), date(2026, 12, 31), date(2027, 2, 28), date(2028, 2, 29), date(2026, 6, 1)]
)
def test_the_sample_can_be_made_on_any_day(today: date) -> None:
    read = rows_of(workbook(1, 60, 8, today))
    assert not [row for rows in read.values() for row in rows if row.refused]


@pytest.mark.parametrize("text", ["=1+1", "+62812", "-5", "@sum", "\t=1"])
def test_no_cell_we_write_turns_into_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"
    (sheet,) = sheets.read("a.xlsx", written([Sheet("A", (), [("Kolom",)], [(text,)])]))
    assert sheet.rows[1][0] == f"'{text}"
