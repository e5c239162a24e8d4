from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from core import events
from core.directory import Capacity
from core.errors import NotFound
from core.ids import new_id
from personnel import careers
from personnel.access import RecordsAreHrs
from personnel.acting import ActingNeedsOrder
from personnel.careers import (
    EndsBeforeStart,
    HeldSinceLater,
    RankHeldAlready,
    RankNotHigher,
)
from personnel.directory import PersonnelDirectory
from personnel.models import Appraisal, Discipline, Document
from personnel.queries import career_facts, count_employees, employee, employees, unit_tree, units_below
from tests.integration.personnel.office import CLERK, HR, SYSTEM, Office

DECEMBER = date(2026, 12, 1)


def test_a_decree_raises_the_rank_and_leaves_a_trace(office: Office, session: Session) -> None:
    person = office.person(office.unit("A"))
    held = careers.promote(session, SYSTEM, person.id, "III/b", DECEMBER, "821.2/1")
    assert (person.rank, person.rank_since) == ("III/b", DECEMBER)
    assert [r.id for r in employee(session, person.id).ranks] == [held.id]
    (event,) = events.history(session, person.id)
    assert event.name == "person.promoted"
    assert events.facts_of(event) == {
        "from": "III/a",
        "to": "III/b",
        "since": "2026-12-01",
        "decree": "821.2/1",
    }


def test_the_same_decree_twice_changes_nothing(office: Office, session: Session) -> None:
    person = office.person(office.unit("A"))
    first = careers.promote(session, SYSTEM, person.id, "III/b", DECEMBER, "821.2/1")
    assert careers.promote(session, SYSTEM, person.id, "III/b", DECEMBER, "821.2/1").id == first.id
    assert len(events.history(session, person.id)) == 1
    with pytest.raises(RankHeldAlready):
        careers.promote(session, SYSTEM, person.id, "III/b", DECEMBER, "821.2/2")


@pytest.mark.parametrize("rank", ["III/a", "II/d"])
def test_a_rank_that_is_not_higher_is_refused(office: Office, session: Session, rank: str) -> None:
    person = office.person(office.unit("A"))
    with pytest.raises(RankNotHigher):
        careers.promote(session, SYSTEM, person.id, rank, DECEMBER, "821.2/1")
    assert person.rank == "III/a"


def test_a_clerk_changes_no_records(office: Office, session: Session) -> None:
    unit = office.unit("A")
    person, post = office.person(unit), office.post(unit)
    holding = office.holding(post, person)
    with pytest.raises(RecordsAreHrs):
        careers.promote(session, CLERK, person.id, "III/b", DECEMBER, "821.2/1")
    with pytest.raises(RecordsAreHrs):
        careers.hold(session, CLERK, post.id, person.id, starts_on=DECEMBER)
    with pytest.raises(RecordsAreHrs):
        careers.end_holding(session, CLERK, holding.id, DECEMBER)


def test_a_new_holder_ends_the_one_before_on_the_day_before(office: Office, session: Session) -> None:
    unit = office.unit("A")
    post, old, new = office.post(unit), office.person(unit, "Old"), office.person(unit, "New")
    holding = office.holding(post, old)
    careers.hold(session, HR, post.id, new.id, starts_on=DECEMBER)
    assert holding.ends_on == date(2026, 11, 30)
    event = events.history(session, new.id)[-1]
    facts = events.facts_of(event)
    assert event.name == "position.held"
    assert (facts["from"], facts["to"], facts["position"]) == (str(old.id), str(new.id), str(post.id))
    with pytest.raises(HeldSinceLater):
        careers.hold(session, HR, post.id, old.id, starts_on=DECEMBER)


def test_acting_leaves_the_holder_in_place_and_needs_an_order(office: Office, session: Session) -> None:
    unit = office.unit("A")
    post, head, deputy = office.post(unit), office.person(unit, "Head"), office.person(unit, "Deputy")
    office.holding(post, head)
    with pytest.raises(ActingNeedsOrder):
        careers.hold(session, HR, post.id, deputy.id, starts_on=DECEMBER, capacity=Capacity.PLH)
    careers.hold(
        session,
        HR,
        post.id,
        deputy.id,
        starts_on=DECEMBER,
        capacity=Capacity.PLH,
        order_number="800/17",
        ends_on=date(2026, 12, 5),
    )
    found = PersonnelDirectory(session).post(post.id, datetime(2026, 12, 3, 3, tzinfo=UTC))
    assert [h.person_id for h in found.holders] == [head.id, deputy.id]


def test_a_holding_ends_on_its_last_day(office: Office, session: Session) -> None:
    unit = office.unit("A")
    post, head = office.post(unit), office.person(unit)
    holding = office.holding(post, head, starts_on=date(2026, 1, 1))
    with pytest.raises(EndsBeforeStart):
        careers.end_holding(session, HR, holding.id, date(2025, 12, 31))
    careers.end_holding(session, HR, holding.id, date(2026, 11, 30))
    assert PersonnelDirectory(session).post(post.id, datetime(2026, 11, 30, 3, tzinfo=UTC)).holders
    assert not PersonnelDirectory(session).post(post.id, datetime(2026, 12, 1, 3, tzinfo=UTC)).holders


def test_nobody_can_be_promoted_who_is_not_there(session: Session) -> None:
    with pytest.raises(NotFound):
        careers.promote(session, SYSTEM, new_id(), "III/b", DECEMBER, "821.2/1")
    with pytest.raises(NotFound):
        employee(session, new_id())


def test_career_facts_tell_all_that_rules_ask_about(office: Office, session: Session) -> None:
    unit = office.unit("A")
    person = office.person(unit, "Rosmawati Siregar", front_title="Dr.")
    office.holding(office.post(unit, None, kind="executive", title="Pengadministrasi Umum"), person)
    office.holding(
        office.post(unit, None, kind="functional"),
        person,
        ends_on=date(2025, 1, 1),
        starts_on=date(2024, 1, 1),
    )
    session.add_all(
        [
            Appraisal(employee_id=person.id, year=2025, predicate="Baik"),
            Appraisal(employee_id=person.id, year=2024, predicate="Sangat Baik"),
            Document(id=new_id(), employee_id=person.id, kind="sk-cpns", number="813/1", dated=None),
            Discipline(
                id=new_id(),
                employee_id=person.id,
                level="light",
                decree_number="800/2",
                starts_on=date(2026, 1, 1),
                ends_on=date(2026, 6, 30),
            ),
        ]
    )
    office.leave(person, date(2026, 12, 1), date(2026, 12, 2))
    facts = career_facts(session, [person.id], on=DECEMBER)[person.id]
    assert (facts.name, facts.unit_name, facts.rank, facts.rank_order) == (
        "Dr. Rosmawati Siregar",
        "Unit A",
        "III/a",
        9,
    )
    assert facts.predicates == {2024: "Sangat Baik", 2025: "Baik"}
    assert [(m.level, m.ends_on) for m in facts.discipline] == [("light", date(2026, 6, 30))]
    assert facts.documents == {"sk-cpns"}
    assert facts.positions == {"executive"}
    assert facts.titles == ("Pengadministrasi Umum",)
    assert facts.on_leave


def test_career_facts_are_found_by_person_by_unit_or_for_all(office: Office, session: Session) -> None:
    one, other = office.unit("A"), office.unit("B")
    a, b, c = office.person(one), office.person(other), office.person(other)
    assert career_facts(session, [a.id], on=DECEMBER).keys() == {a.id}
    assert career_facts(session, unit_ids=[other.id], on=DECEMBER).keys() == {b.id, c.id}
    assert career_facts(session, [a.id], [other.id], on=DECEMBER).keys() == {a.id, b.id, c.id}
    assert career_facts(session, on=DECEMBER).keys() == {a.id, b.id, c.id}
    assert career_facts(session, [], on=DECEMBER) == {}


def test_people_are_listed_by_name_and_found_by_part_of_name_or_nip(office: Office, session: Session) -> None:
    unit = office.unit("A")
    zul, adi = office.person(unit, "Zulkifli 100%"), office.person(unit, "Adi")
    office.person(unit, "Gone", left_on=date(2020, 1, 1))
    office.holding(office.post(unit), adi)
    rows = employees(session)
    assert [(r.name, r.title) for r in rows] == [("Adi", "Kepala Unit A"), ("Zulkifli 100%", "")]
    assert [r.id for r in employees(session, search="100%")] == [zul.id]
    assert [r.id for r in employees(session, search=adi.nip[:17] + adi.nip[17])] == [adi.id]
    assert [r.name for r in employees(session, search="gone")] == ["Gone"]
    assert employees(session, [new_id()]) == []
    assert [r.name for r in employees(session, limit=1, offset=1)] == ["Zulkifli 100%"]
    assert (count_employees(session), count_employees(session, search="zul")) == (2, 1)


def test_the_tree_lists_each_unit_below_its_parent(office: Office, session: Session) -> None:
    top = office.unit("1")
    low_b, low_a = office.unit("1.2", top), office.unit("1.1", top)
    office.post(low_a)
    office.person(low_a)
    nodes = unit_tree(session)
    assert [(n.code, n.depth, n.people) for n in nodes] == [("1", 0, 0), ("1.1", 1, 1), ("1.2", 1, 0)]
    assert nodes[1].head is not None
    assert nodes[1].head.holders == ()
    assert nodes[2].head is None
    assert set(units_below(session, ["1.2"])) == {low_b.id}
    assert set(units_below(session, ["1"])) == set(units_below(session, [])) == {top.id, low_a.id, low_b.id}
