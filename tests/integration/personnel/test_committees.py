from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import events
from core.errors import NotFound
from core.ids import new_id
from personnel import committees, sample_committee, seats
from personnel.access import RecordsAreHrs
from personnel.committees import (
    BadCommittee,
    ChairStays,
    Decree,
    FormedLater,
    OneChair,
    OutsideTerm,
    Part,
    SeatedAlready,
)
from personnel.directory import PersonnelDirectory
from personnel.models import Employee
from personnel.models_committees import Committee
from tests.integration.personnel.office import CLERK, HR, Office

JANUARY, MARCH, DECEMBER = date(2026, 1, 1), date(2026, 3, 1), date(2026, 12, 1)


def decree(**said: Any) -> Decree:
    usual = {
        "key": "baperjakat",
        "title_id": "Tim Penilai Kinerja",
        "title_en": "Assessment Committee",
        "order_number": "800/1",
        "starts_on": JANUARY,
    }
    return Decree(**(usual | said))


@pytest.fixture
def people(office: Office) -> list[Employee]:
    unit = office.unit("A")
    return [office.person(unit, name) for name in ("Ketua", "Sekretaris", "Anggota", "Lain")]


def formed(session: Session, people: list[Employee], **said: Any) -> Committee:
    parts: list[Part] = ["chair", "secretary", "member"]
    sit: dict[UUID, Part] = {p.id: part for p, part in zip(people, parts, strict=False)}
    return committees.form(session, HR, decree(**said), sit)


def sitting(session: Session, day: date) -> list[tuple[UUID, str]] | None:
    noon = datetime.combine(day, datetime.min.time(), UTC).replace(hour=5)
    found = PersonnelDirectory(session).committee("baperjakat", noon)
    return [(s.person_id, s.part) for s in found.seats] if found else None


def test_a_committee_sits_from_the_day_of_its_decree_with_its_chair_first(
    session: Session, people: list[Employee]
) -> None:
    committee = formed(session, [people[0], people[1], people[2]])
    chair, secretary, member, _ = people
    assert sitting(session, date(2025, 12, 31)) is None
    expected = [(chair.id, "chair"), (secretary.id, "secretary"), (member.id, "member")]
    assert sitting(session, JANUARY) == expected
    found = PersonnelDirectory(session).committee("baperjakat", datetime(2026, 2, 1, tzinfo=UTC))
    assert found is not None
    assert (found.title, found.order_number) == ("Tim Penilai Kinerja", "800/1")
    (event,) = events.history(session, committee.id)
    assert (event.name, events.facts_of(event)["order"]) == ("committee.formed", "800/1")


@pytest.mark.parametrize("chairs", [0, 2])
def test_a_committee_has_exactly_one_chair(session: Session, people: list[Employee], chairs: int) -> None:
    sit: dict[UUID, Part] = {p.id: "chair" if n < chairs else "member" for n, p in enumerate(people)}
    with pytest.raises(OneChair):
        committees.form(session, HR, decree(), sit)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"key": "Tim Penilai"}, BadCommittee),
        ({"title_en": " "}, BadCommittee),
        ({"order_number": ""}, BadCommittee),
        ({"ends_on": date(2025, 12, 31)}, OutsideTerm),
    ],
)
def test_a_decree_says_all_that_is_needed(
    session: Session, people: list[Employee], said: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        formed(session, people[:3], **said)


def test_the_next_decree_ends_the_committee_before_it(session: Session, people: list[Employee]) -> None:
    first = formed(session, people[:3])
    with pytest.raises(FormedLater):
        formed(session, people[1:4], starts_on=JANUARY)
    second = formed(session, people[1:4], starts_on=MARCH, order_number="800/2")
    assert first.ends_on == date(2026, 2, 28)
    assert [e.name for e in events.history(session, first.id)] == ["committee.formed", "committee.ended"]
    assert sitting(session, date(2026, 2, 28)) != sitting(session, MARCH)
    assert [c.id for c in committees_of(session)] == [second.id, first.id]


def committees_of(session: Session) -> list[Committee]:
    return seats.committees(session)


def test_a_new_chair_takes_the_seat_of_the_old_one_without_a_day_between(
    session: Session, people: list[Employee]
) -> None:
    committee = formed(session, people[:3])
    chair, secretary, member, other = people
    committees.seat(session, HR, committee.id, other.id, part="chair", starts_on=MARCH)
    assert sitting(session, date(2026, 2, 28)) == [
        (chair.id, "chair"),
        (secretary.id, "secretary"),
        (member.id, "member"),
    ]
    assert sitting(session, MARCH) == [
        (other.id, "chair"),
        (secretary.id, "secretary"),
        (member.id, "member"),
    ]


def test_a_member_may_become_chair_and_nobody_sits_twice(session: Session, people: list[Employee]) -> None:
    committee = formed(session, people[:3])
    _, secretary, member, _ = people
    with pytest.raises(SeatedAlready):
        committees.seat(session, HR, committee.id, secretary.id, part="member", starts_on=MARCH)
    committees.seat(session, HR, committee.id, member.id, part="chair", starts_on=MARCH)
    assert sitting(session, MARCH) == [(member.id, "chair"), (secretary.id, "secretary")]
    with pytest.raises(OutsideTerm):
        committees.seat(session, HR, committee.id, secretary.id, part="chair", starts_on=MARCH)


def test_a_seat_ends_on_its_last_day_but_never_the_chairs(session: Session, people: list[Employee]) -> None:
    committee = formed(session, people[:3])
    chair, secretary, member = seats.seats(session, committee.id, JANUARY)
    with pytest.raises(ChairStays):
        committees.unseat(session, HR, chair.id, MARCH)
    with pytest.raises(OutsideTerm):
        committees.unseat(session, HR, member.id, date(2025, 1, 1))
    committees.unseat(session, HR, member.id, MARCH)
    assert [who for who, _ in sitting(session, MARCH) or []] == [p.id for p in people[:3]]
    assert len(sitting(session, date(2026, 3, 2)) or []) == 2
    assert secretary.ends_on is None


def test_those_who_left_do_not_sit_any_more(session: Session, people: list[Employee]) -> None:
    committee = formed(session, people[:3])
    people[1].left_on = MARCH
    session.flush()
    assert [part for _, part in sitting(session, MARCH) or []] == ["chair", "member"]
    assert [row.left for row in seats.seats(session, committee.id, MARCH)] == [False, True, False]


def test_a_committee_ends_on_its_last_day(session: Session, people: list[Employee]) -> None:
    committee = formed(session, people[:3])
    committees.end(session, HR, committee.id, MARCH)
    assert (sitting(session, MARCH) is None, sitting(session, date(2026, 3, 2))) == (False, None)
    with pytest.raises(OutsideTerm):
        committees.seat(session, HR, committee.id, people[3].id, part="member", starts_on=DECEMBER)
    with pytest.raises(OutsideTerm):
        committees.end(session, HR, committee.id, DECEMBER)


def test_only_hr_forms_committees_and_only_of_people_who_are_there(
    session: Session, people: list[Employee]
) -> None:
    with pytest.raises(RecordsAreHrs):
        committees.form(session, CLERK, decree(), {people[0].id: "chair"})
    with pytest.raises(NotFound):
        committees.form(session, HR, decree(), {new_id(): "chair"})
    with pytest.raises(NotFound):
        seats.find(session, new_id())


def test_the_sample_forms_its_committee_where_it_has_heads(office: Office, session: Session) -> None:
    top = office.unit("12.71")
    assert sample_committee.form(session, HR) is None
    units = [top, office.unit("12.71.01", top), office.unit("12.71.02", top)]
    heads = [office.person(unit, f"Kepala {unit.code}") for unit in units]
    for unit, head in zip(units, heads, strict=True):
        office.holding(office.post(unit), head)
    committee = sample_committee.form(session, HR)
    assert committee is not None
    rows = seats.seats(session, committee.id, committee.starts_on)
    assert [(r.employee_id, r.part) for r in rows] == [
        (heads[0].id, "chair"),
        (heads[1].id, "secretary"),
        (heads[2].id, "member"),
    ]
