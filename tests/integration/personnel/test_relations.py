from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from core import clock, directory, events
from core.actor import Actor, Role
from core.errors import NotFound
from core.ids import new_id
from personnel import relations
from personnel.access import RecordsAreHrs
from personnel.directory import PersonnelDirectory
from personnel.models import Employee
from personnel.relations import (
    AnsweredBefore,
    BadRelation,
    DeclaredAlready,
    NeedsReason,
    NotYourRelation,
    OwnRelation,
    StruckBefore,
)
from tests.integration.personnel.office import CLERK, HR, Office

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)


@pytest.fixture
def pair(office: Office) -> tuple[Employee, Employee]:
    unit = office.unit("A")
    return office.person(unit, "Budi"), office.person(unit, "Sari")


def as_(person: Employee) -> Actor:
    return Actor(person.id, person.name, frozenset({Role.EMPLOYEE}))


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


def related(session: Session, *people: Employee) -> list[str]:
    """How their ties stand where each of them is decided on."""
    found = PersonnelDirectory(session).related([p.id for p in people], clock.now(session))
    return ["".join("open" if tie.open else "counts" for tie in found[p.id]) for p in people]


def test_what_somebody_says_of_themselves_counts_at_once_and_what_others_say_when_they_admit_it(
    session: Session, pair: tuple[Employee, Employee]
) -> None:
    budi, sari = pair
    made = relations.declare(session, as_(sari), sari.id, budi.id, "household", starts_on=JANUARY)
    first, second = sorted((budi.id, sari.id))
    tie = directory.Relation(first, second, "household")
    found = PersonnelDirectory(session).related([budi.id, sari.id], at(JANUARY))
    assert found == {budi.id: [tie], sari.id: [replace(tie, open=True)]}
    relations.answer(session, as_(budi), made.id, so=True)
    found = PersonnelDirectory(session).related([budi.id, sari.id], at(JANUARY))
    assert found == {budi.id: [tie], sari.id: [tie]}
    assert PersonnelDirectory(session).related([budi.id], at(date(2025, 12, 31))) == {budi.id: []}


def test_both_histories_tell_of_a_tie_and_keep_its_kind_erasable(
    session: Session, pair: tuple[Employee, Employee]
) -> None:
    budi, sari = pair
    relations.declare(session, as_(budi), budi.id, sari.id, "competitor", about="Kepala Bidang Mutasi")
    for person in pair:
        (event,) = events.history(session, person.id)
        assert event.name == "relation.declared"
        assert "competitor" not in event.body
        assert events.facts_of(event)["about"] == "Kepala Bidang Mutasi"


def test_a_tie_is_declared_once(session: Session, pair: tuple[Employee, Employee]) -> None:
    budi, sari = pair
    relations.declare(session, as_(budi), budi.id, sari.id, "family")
    with pytest.raises(DeclaredAlready):
        relations.declare(session, as_(sari), sari.id, budi.id, "family")
    relations.declare(session, as_(sari), sari.id, budi.id, "competitor")


def test_nobody_declares_for_others_except_hr(session: Session, pair: tuple[Employee, Employee]) -> None:
    budi, sari = pair
    with pytest.raises(NotYourRelation):
        relations.declare(session, CLERK, budi.id, sari.id, "family")
    relations.declare(session, HR, budi.id, sari.id, "family")


def test_a_relation_that_makes_no_sense_is_refused(session: Session, pair: tuple[Employee, Employee]) -> None:
    budi, sari = pair
    for one, other, kind in ((budi.id, budi.id, "family"), (budi.id, sari.id, "friends")):
        with pytest.raises(BadRelation):
            relations.declare(session, HR, one, other, kind)  # pyright: ignore[reportArgumentType]
    with pytest.raises(BadRelation):
        relations.declare(session, HR, budi.id, sari.id, "family", starts_on=MARCH, ends_on=JANUARY)
    with pytest.raises(NotFound):
        relations.declare(session, HR, budi.id, new_id(), "family")


def test_only_hr_ends_what_keeps_people_from_deciding(
    session: Session, pair: tuple[Employee, Employee]
) -> None:
    budi, sari = pair
    tie = relations.declare(session, as_(budi), budi.id, sari.id, "family", starts_on=JANUARY)
    with pytest.raises(RecordsAreHrs):
        relations.end(session, as_(budi), tie.id, MARCH)
    with pytest.raises(BadRelation):
        relations.end(session, HR, tie.id, date(2025, 1, 1))
    relations.end(session, HR, tie.id, MARCH)
    directory_ = PersonnelDirectory(session)
    assert directory_.related([budi.id], at(MARCH))[budi.id]
    assert not directory_.related([budi.id], at(date(2026, 3, 2)))[budi.id]
    assert relations.turning(session, date(2026, 3, 2)) == {budi.id, sari.id}
    assert relations.turning(session, JANUARY) == {budi.id, sari.id}
    assert relations.turning(session, MARCH) == set()
    with pytest.raises(NotFound):
        relations.end(session, HR, new_id(), MARCH)


def test_nobody_of_hr_ends_a_tie_of_their_own(session: Session, pair: tuple[Employee, Employee]) -> None:
    budi, sari = pair
    clerk = Actor(budi.id, "Budi", frozenset({str(Role.EMPLOYEE), str(Role.HR)}), "web")
    tie = relations.declare(session, clerk, budi.id, sari.id, "family", starts_on=JANUARY)
    with pytest.raises(OwnRelation):
        relations.end(session, clerk, tie.id, MARCH)
    assert tie.ends_on is None


def test_relations_are_seen_by_the_two_and_by_hr_alone(
    office: Office, session: Session, pair: tuple[Employee, Employee]
) -> None:
    budi, sari = pair
    third = office.person(office.unit("B"), "Tono")
    relations.declare(session, as_(budi), budi.id, sari.id, "household")
    for seen in (
        relations.relations(session, HR),
        relations.relations(session, as_(budi), budi.id),
        relations.relations(session, as_(sari), sari.id),
    ):
        assert [{row.name, row.other_name} for row in seen] == [{"Budi", "Sari"}]
    assert relations.relations(session, as_(third), third.id) == []
    for peeking in (budi.id, None):
        with pytest.raises(NotYourRelation):
            relations.relations(session, as_(third), peeking)


def test_a_tie_counts_from_today_unless_it_says_otherwise(
    session: Session, pair: tuple[Employee, Employee]
) -> None:
    budi, sari = pair
    relations.declare(session, as_(budi), budi.id, sari.id, "household")
    now = clock.now(session)
    assert PersonnelDirectory(session).related([sari.id], now)[sari.id]


def test_a_tie_that_is_denied_does_not_count_until_hr_settles_it(
    session: Session, pair: tuple[Employee, Employee]
) -> None:
    budi, sari = pair
    tie = relations.declare(session, as_(sari), sari.id, budi.id, "family")
    relations.answer(session, as_(budi), tie.id, so=False)
    assert related(session, sari, budi) == ["", "counts"]
    with pytest.raises(AnsweredBefore):
        relations.answer(session, as_(budi), tie.id, so=False)
    with pytest.raises(NeedsReason):
        relations.settle(session, HR, tie.id, confirmed=True, reason=" ")
    relations.settle(session, HR, tie.id, confirmed=True, reason="kartu keluarga")
    assert related(session, sari, budi) == ["counts", "counts"]
    with pytest.raises(AnsweredBefore):
        relations.settle(session, HR, tie.id, confirmed=False, reason="x")


def test_a_tie_that_hr_struck_counts_for_nobody_and_is_not_declared_again_by_the_same(
    session: Session, pair: tuple[Employee, Employee]
) -> None:
    budi, sari = pair
    tie = relations.declare(session, as_(sari), sari.id, budi.id, "family")
    relations.answer(session, as_(budi), tie.id, so=False)
    relations.settle(session, HR, tie.id, confirmed=False, reason="tidak terbukti")
    assert related(session, sari, budi) == ["", ""]
    with pytest.raises(StruckBefore):
        relations.declare(session, as_(sari), sari.id, budi.id, "family")
    relations.declare(session, as_(budi), sari.id, budi.id, "family")
    assert related(session, sari, budi) == ["counts", "open"]


def test_hr_alone_ties_nobody_and_settles_nothing_they_are_part_of(
    session: Session, office: Office, pair: tuple[Employee, Employee]
) -> None:
    budi, sari = pair
    tie = relations.declare(session, HR, budi.id, sari.id, "family")
    assert related(session, budi, sari) == ["open", "open"]
    clerk = Actor(budi.id, "Budi", frozenset({Role.EMPLOYEE, Role.HR}))
    for actor in (HR, clerk):
        with pytest.raises(OwnRelation):
            relations.settle(session, actor, tie.id, confirmed=True, reason="kartu keluarga")
    with pytest.raises(RecordsAreHrs):
        relations.settle(session, CLERK, tie.id, confirmed=True, reason="kartu keluarga")
    other = Actor(office.person(office.unit("B"), "Hana").id, "Hana", frozenset({Role.HR}))
    relations.settle(session, other, tie.id, confirmed=True, reason="kartu keluarga")
    assert related(session, budi, sari) == ["counts", "counts"]


def test_nobody_answers_for_others(session: Session, pair: tuple[Employee, Employee]) -> None:
    budi, sari = pair
    tie = relations.declare(session, as_(sari), sari.id, budi.id, "family")
    with pytest.raises(NotYourRelation):
        relations.answer(session, HR, tie.id, so=True)
    with pytest.raises(AnsweredBefore):
        relations.answer(session, as_(sari), tie.id, so=False)
    (row,) = relations.relations(session, as_(budi), budi.id)
    assert (row.standing, row.asks(budi.id), row.asks(sari.id)) == ("open", True, False)
