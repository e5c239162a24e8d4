"""The sample agency comes in as a real office's file does, and is what it says it is."""

from collections import Counter
from datetime import date
from functools import lru_cache

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, events
from core.directory import Capacity
from core.ledger.verifying import verify
from personnel import accounts, importing, queries, sample_committee
from personnel.directory import PersonnelDirectory, office_day
from personnel.models import Discipline, Employee, Leave
from personnel.queries import CareerFacts, career_facts
from personnel.sample import LOGINS, agency, workbook
from personnel.sample_careers import CEILING, PAPERS, Fate, first_of_month, four_years_before
from tests.integration.personnel.office import SYSTEM

PASSWORD = "mufakat-demo"


@lru_cache
def book(today: date) -> bytes:
    return workbook(today=today)


@pytest.fixture
def today(session: Session) -> date:
    return office_day(clock.now(session))


@pytest.fixture
def entered(session: Session, today: date) -> date:
    made = importing.preview(session, SYSTEM, "contoh.xlsx", book(today))
    importing.apply(session, SYSTEM, made.id)
    assert made.counts["refuse"] == 0
    assert accounts.provision(session, SYSTEM, password=PASSWORD) >= 470
    return today


def meets_the_rules(person: CareerFacts, due: date) -> bool:
    """The rules of regular promotion, written once more and by hand."""
    from personnel import ranks

    needed = {"sk-cpns", "sk-pns", "last-rank-decree", "diploma"}
    needed |= {"exam-certificate"} if person.rank in ("II/d", "III/d") else set()
    return (
        person.status == "PNS"
        and (person.left_on is None or person.left_on > due)
        and person.rank_since is not None
        and person.rank_since <= four_years_before(due)
        and all(person.predicates.get(due.year - n) in ("Baik", "Sangat Baik") for n in (1, 2))
        and person.rank_order < ranks.order(CEILING[person.education or ""])
        and person.positions <= {"executive"}
        and not any(m.starts_on <= due <= m.ends_on for m in person.discipline)
        and needed <= person.documents
    )


def test_the_records_find_eligible_whom_the_sample_made_eligible(session: Session, entered: date) -> None:
    due = first_of_month(entered, 1)
    facts = career_facts(session, on=due)
    found = {person.nip for person in facts.values() if meets_the_rules(person, due)}
    made = agency(1, 480, 24, entered).people
    assert found == {person.nip for person in made if person.fate is Fate.ELIGIBLE}
    assert 60 <= len(found) <= 90
    assert len(facts) == 480
    assert {p for person in facts.values() for p in person.documents} >= set(PAPERS)


def test_the_file_again_changes_nothing(session: Session, entered: date) -> None:
    again = importing.preview(session, SYSTEM, "contoh.xlsx", book(entered))
    assert {action: again.counts[action] for action in ("create", "change", "refuse")} == {
        "create": 0,
        "change": 0,
        "refuse": 0,
    }


def test_everybody_of_the_demo_can_log_in_and_holds_what_they_need(session: Session, entered: date) -> None:
    at = clock.now(session)
    people = {login: accounts.authenticate(session, login, PASSWORD, f"sample-{login}") for login in LOGINS}
    directory = PersonnelDirectory(session)
    top = directory.unit_by_code("12.71")
    assert top is not None
    (ppk,) = directory.posts("ppk", [top], at)[top].holders
    assert ppk.person_id == people["ppk"].employee_id
    employee = session.get_one(Employee, people["pegawai"].employee_id)
    head = directory.posts("head", [employee.unit_id], at)[employee.unit_id]
    assert [h.person_id for h in head.holders] == [people["kepala"].employee_id]
    assert Counter(len(directory.with_role(role)) for role in ("hr", "operator", "auditor", "admin")) == {
        2: 1,
        1: 3,
    }
    assert len(directory.with_role("hr-verifier")) == 3


def test_posts_are_held_vacant_acted_for_and_left_for_holidays(session: Session, entered: date) -> None:
    nodes = queries.unit_tree(session)
    kinds = Counter(
        tuple((holder.capacity, holder.absent) for holder in node.head.holders) for node in nodes if node.head
    )
    assert len(nodes) == 24
    assert kinds == {
        ((Capacity.DEFINITIVE, False),): 18,
        (): 2,
        ((Capacity.PLT, False),): 2,
        ((Capacity.DEFINITIVE, True), (Capacity.PLH, False)): 1,
        ((Capacity.DEFINITIVE, True),): 1,
    }


def test_nips_that_the_spreadsheet_had_eaten_found_their_owners(session: Session, entered: date) -> None:
    made = agency(1, 480, 24, entered)
    nips = dict(session.execute(select(Employee.nip, Employee.id)).tuples().all())
    found = set(session.scalars(select(Leave.employee_id)))
    assert found == {nips[person.nip] for person, *_ in made.leave}
    measures = session.scalar(select(func.count()).select_from(Discipline))
    assert measures == sum(len(person.career.discipline) for person in made.people)


def test_every_person_has_a_history_that_begins_with_the_import(session: Session, entered: date) -> None:
    opened = select(func.count()).select_from(events.EventRow)
    first = opened.where(events.EventRow.index == 0, events.EventRow.name == "person.imported")
    assert session.scalar(first) == 480
    assert verify(session).sound


def test_the_sample_has_a_committee_that_a_chain_can_ask(session: Session, entered: date) -> None:
    made = sample_committee.form(session, SYSTEM)
    assert made is not None
    directory, at = PersonnelDirectory(session), clock.now(session)
    found = directory.committee("baperjakat", at)
    assert found is not None
    assert Counter(seat.part for seat in found.seats) == {"chair": 1, "secretary": 1, "member": 3}
    top = directory.unit_by_code("12.71")
    assert top is not None
    head = directory.posts("head", [top], at)[top].holders[0]
    ppk = directory.posts("ppk", [top], at)[top].holders[0]
    people = [seat.person_id for seat in found.seats]
    assert people[0] == head.person_id
    assert ppk.person_id not in people
