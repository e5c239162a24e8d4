from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.directory import Capacity, Deciding
from core.ids import new_id
from personnel import accounts, calendars
from personnel.directory import PersonnelDirectory
from tests.integration.personnel.office import SYSTEM, Office

MONDAY = datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_a_post_is_found_by_its_key_with_the_definitive_holder_before_those_acting(
    office: Office, session: Session
) -> None:
    unit = office.unit("DINKES")
    post = office.post(unit)
    head, deputy = office.person(unit, "Kepala"), office.person(unit, "Wakil")
    office.holding(post, deputy, capacity=Capacity.PLH, order_number="800/1", starts_on=date(2023, 1, 1))
    office.holding(post, head)
    found = PersonnelDirectory(session).posts("head", [unit.id], MONDAY)[unit.id]
    assert (found.position_id, found.title) == (post.id, "Kepala Unit DINKES")
    assert [(h.person_id, h.capacity, h.order_number) for h in found.holders] == [
        (head.id, Capacity.DEFINITIVE, ""),
        (deputy.id, Capacity.PLH, "800/1"),
    ]


def test_a_unit_without_such_a_post_is_missing_and_a_vacant_post_has_nobody(
    office: Office, session: Session
) -> None:
    vacant, none = office.unit("A"), office.unit("B")
    office.post(vacant)
    found = PersonnelDirectory(session).posts("head", [vacant.id, none.id], MONDAY)
    assert found.keys() == {vacant.id}
    assert found[vacant.id].holders == ()


@pytest.mark.parametrize(
    ("day", "acting"),
    [
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
        (date(2026, 11, 27), True),
        (date(2026, 11, 28), False),
    ],
)
def test_acting_counts_from_its_first_to_its_last_day(
    office: Office, session: Session, day: date, acting: bool
) -> None:
    unit = office.unit("A")
    post, deputy = office.post(unit), office.person(unit)
    office.holding(
        post,
        deputy,
        capacity=Capacity.PLH,
        order_number="800/1",
        starts_on=date(2026, 11, 23),
        ends_on=date(2026, 11, 27),
    )
    at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=5)
    found = PersonnelDirectory(session).posts("head", [unit.id], at)[unit.id]
    assert bool(found.holders) is acting


def test_a_day_is_the_offices_day_and_not_greenwichs(office: Office, session: Session) -> None:
    unit = office.unit("A")
    post, head = office.post(unit), office.person(unit)
    office.holding(post, head, starts_on=date(2026, 11, 24))
    # 18.00 UTC on the 23rd is 01.00 on the 24th in Medan
    late = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert PersonnelDirectory(session).posts("head", [unit.id], late)[unit.id].holders
    assert (
        not PersonnelDirectory(session).posts("head", [unit.id], late - timedelta(hours=2))[unit.id].holders
    )


def test_a_holder_on_leave_is_marked_absent(office: Office, session: Session) -> None:
    unit = office.unit("A")
    post, head = office.post(unit), office.person(unit)
    office.holding(post, head)
    office.leave(head, date(2026, 11, 20), date(2026, 11, 23))
    assert PersonnelDirectory(session).post(post.id, MONDAY).holders[0].absent
    assert not PersonnelDirectory(session).post(post.id, MONDAY + timedelta(days=1)).holders[0].absent


def test_who_of_many_is_on_leave_is_told_in_one_question(office: Office, session: Session) -> None:
    unit = office.unit("DINKES")
    people = [office.person(unit, f"Staf {n}") for n in range(4)]
    office.leave(people[1], date(2026, 11, 20), date(2026, 11, 23))
    office.leave(people[2], date(2026, 11, 24), date(2026, 11, 30))
    ids = [person.id for person in people]
    directory = PersonnelDirectory(session)
    assert directory.away(ids, MONDAY) == {ids[1]}
    assert directory.away(ids, MONDAY + timedelta(days=1)) == {ids[2]}
    assert directory.away(ids[:1], MONDAY) == directory.away([], MONDAY) == frozenset()


def test_somebody_who_left_holds_nothing(office: Office, session: Session) -> None:
    unit = office.unit("A")
    post, head = office.post(unit), office.person(unit, left_on=date(2026, 11, 23))
    office.holding(post, head)
    directory = PersonnelDirectory(session)
    assert directory.post(post.id, MONDAY).holders == ()
    assert directory.positions_of(head.id, MONDAY) == []
    assert [h.position_id for h in directory.positions_of(head.id, MONDAY - timedelta(days=1))] == [post.id]


def test_an_unknown_post_is_refused(session: Session) -> None:
    with pytest.raises(LookupError):
        PersonnelDirectory(session).post(new_id(), MONDAY)


def test_units_above_run_from_the_unit_to_the_top(office: Office, session: Session) -> None:
    top = office.unit("TOP")
    middle = office.unit("MIDDLE", top)
    low = office.unit("LOW", middle)
    directory = PersonnelDirectory(session)
    assert directory.units_above([low.id, top.id]) == {low.id: [low.id, middle.id, top.id], top.id: [top.id]}
    assert directory.unit_by_code("MIDDLE") == middle.id
    assert directory.unit_by_code("NOWHERE") is None


def test_people_carry_their_titles_and_those_who_left_are_not_active(
    office: Office, session: Session
) -> None:
    unit = office.unit("A")
    one = office.person(unit, "Rosmawati Siregar", front_title="Dr.", back_title="M.Si.", language="en")
    gone = office.person(unit, "Budi", left_on=date(2020, 1, 1))
    people = PersonnelDirectory(session).people([one.id, gone.id, new_id()])
    assert people.keys() == {one.id, gone.id}
    assert people[one.id].name == "Dr. Rosmawati Siregar, M.Si."
    assert (people[one.id].language, people[one.id].unit_id, people[one.id].active) == ("en", unit.id, True)
    assert not people[gone.id].active


def test_a_role_belongs_to_those_who_serve_and_whose_account_is_active(
    office: Office, session: Session
) -> None:
    unit = office.unit("A")
    people = [
        office.person(unit, "Zainal", wanted_roles=["hr-verifier"]),
        office.person(unit, "Ahmad", wanted_roles=["hr-verifier", "hr"]),
        office.person(unit, "Closed", wanted_roles=["hr-verifier"]),
        office.person(unit, "Other"),
    ]
    accounts.provision(session, SYSTEM)
    accounts.close(session, SYSTEM, accounts.find(session, people[2].nip).id)
    directory = PersonnelDirectory(session)
    assert [p.name for p in directory.with_role("hr-verifier")] == ["Ahmad", "Zainal"]
    assert [p.name for p in directory.with_role("employee")] == ["Ahmad", "Other", "Zainal"]
    assert directory.roles_of(people[1].id) == {"employee", "hr", "hr-verifier"}
    assert directory.roles_of(people[2].id) == frozenset()
    people[0].left_on = date(2020, 1, 1)
    session.flush()
    assert PersonnelDirectory(session).roles_of(people[0].id) == frozenset()


def test_each_unit_works_by_its_own_calendar(office: Office, session: Session) -> None:
    sixth = calendars.define(session, SYSTEM, "Sabtu buka", {"5": [["08:00", "12:00"]]})
    usual, other = office.unit("A"), office.unit("B", calendar_id=sixth.id)
    found = PersonnelDirectory(session).calendars([usual.id, other.id])
    saturday, monday = date(2026, 11, 28), date(2026, 11, 23)
    assert (found[usual.id].works_on(saturday), found[usual.id].works_on(monday)) == (False, True)
    assert (found[other.id].works_on(saturday), found[other.id].works_on(monday)) == (True, False)


def test_many_are_answered_in_few_statements_and_then_from_memory(office: Office, session: Session) -> None:
    units = [office.unit(f"U{n}") for n in range(30)]
    for unit in units:
        office.holding(office.post(unit), office.person(unit))
    statements: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *a: statements.append(a[2]))
    directory = PersonnelDirectory(session)
    ids: list[UUID] = [u.id for u in units]
    for _ in range(3):
        posts = directory.posts("head", ids, MONDAY)
        directory.calendars(ids)
        directory.units_above(ids)
        directory.people([p.holders[0].person_id for p in posts.values()])
    assert len(posts) == 30
    assert len(statements) <= 9


def test_what_a_decision_asks_is_answered_by_one_statement_and_as_ever(
    office: Office, session: Session
) -> None:
    unit = office.unit("DINKES")
    post = office.post(unit)
    head, deputy, verifier = (office.person(unit, name) for name in ("Kepala", "Wakil", "Vera"))
    office.holding(post, deputy, capacity=Capacity.PLH, order_number="800/1", scope={"chains": ["gaji"]})
    office.holding(post, head)
    for one in (head, verifier):
        account = accounts.create(session, SYSTEM, one.id, f"login.{one.id}"[:20], roles=["hr-verifier"])
        account.state = "active"
    asking = Deciding(deputy.id, post.id, unit.id, "hr-verifier")

    def answers(directory: PersonnelDirectory) -> list[object]:
        return [
            directory.post(post.id, MONDAY),
            directory.calendars([unit.id]),
            directory.with_role("hr-verifier"),
            directory.positions_of(deputy.id, MONDAY),
            directory.positions_of(head.id, MONDAY),
        ]

    plain, expecting = PersonnelDirectory(session), PersonnelDirectory(session)
    session.flush()
    said: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: said.append(a[2]))
    expecting.expect(asking, MONDAY)
    expecting.expect(asking, MONDAY)
    assert len([s for s in said if "clock_offset" not in s]) == 1
    assert answers(expecting) == answers(plain)
    assert len(answers(plain)[2]) == 2
