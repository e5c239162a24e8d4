"""Who is told of what by mail, in the same transaction as what it tells of."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.cases import resubmit, withdraw
from approvals.models import Case
from approvals.sweep import sweep
from approvals.tasks import claim
from core.clock import move
from flows.process.models import IntentKind
from notifications.catalogue import problems
from notifications.models import Message, MessageState
from personnel.careers import end_holding, hold
from personnel.directory import PersonnelDirectory
from personnel.models import Employee, Holding
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


def letters(session: Session, template: str) -> list[Message]:
    query = select(Message).where(Message.template == template).order_by(Message.id)
    return list(session.scalars(query))


def told(session: Session, template: str) -> set[object]:
    return {letter.recipient_id for letter in letters(session, template)}


def open_case(agency: Agency) -> Case:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    (case,) = cycles.cases(agency.session, run.process_id)
    return case


@pytest.fixture(autouse=True)
def _every_letter_fits_its_template(session: Session) -> Iterator[None]:
    yield
    for letter in session.scalars(select(Message)):
        assert problems(letter.template, letter.facts) == [], letter.template


def test_a_queue_is_offered_to_each_of_its_members(session: Session, agency: Agency) -> None:
    second = agency.person(agency.badan, "Dewi Anggraini", roles=["hr-verifier"])
    case = open_case(agency)
    cycles.decide_on(agency, case.id, agency.heads[0])
    assert told(session, "task_offered") == {agency.verifier.id, second.id}


def test_a_verifier_is_not_offered_their_own_case(session: Session, agency: Agency) -> None:
    second = agency.person(agency.badan, "Dewi Anggraini", roles=["hr-verifier"])
    subject = agency.candidate(agency.units[0])
    agency.accounts[subject.id].roles = ["hr-verifier"]
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    cycles.decide_on(agency, case.id, agency.heads[0])
    assert told(session, "task_offered") == {agency.verifier.id, second.id}


def test_a_returned_case_is_told_to_who_must_repair_it_and_comes_back_to_who_returned_it(
    session: Session, agency: Agency
) -> None:
    case = open_case(agency)
    cycles.decide_on(agency, case.id, agency.heads[0], "return", code="document-missing", comment="SKP 2025?")
    (letter,) = letters(session, "case_returned")
    assert letter.recipient_id == case.subject_id
    assert letter.facts["code_title"] == {"id": "Dokumen belum lengkap", "en": "Document missing"}
    assert letter.facts["by_name"] == agency.heads[0].name
    assert letter.facts["comment"] == "SKP 2025?"
    actor = agency.actor(session.get_one(Employee, case.subject_id))
    directory = PersonnelDirectory(session)
    resubmit(
        session, actor, case.id, data=None, comment="sudah", seen_version=case.version, directory=directory
    )
    assert [letter.recipient_id for letter in letters(session, "task_assigned")] == [agency.heads[0].id] * 2


def test_rejections_and_withdrawals_are_told_to_the_person(session: Session, agency: Agency) -> None:
    case = open_case(agency)
    cycles.decide_on(agency, case.id, agency.heads[0], "reject", code="discipline", comment="ada catatan")
    (letter,) = letters(session, "case_decided")
    assert letter.recipient_id == case.subject_id
    assert letter.facts["outcome"] == "rejected"
    assert letter.facts["code_title"]["en"] == "Under disciplinary measure"


def test_a_withdrawal_is_confirmed(session: Session, agency: Agency) -> None:
    case = open_case(agency)
    actor = agency.actor(session.get_one(Employee, case.subject_id))
    withdraw(session, actor, case.id, reason_code="own-wish", comment="")
    (letter,) = letters(session, "case_decided")
    assert letter.facts["outcome"] == "withdrawn"
    assert letter.facts["code_title"]["en"] == "At own wish"


def test_reminders_and_escalations_follow_the_clock(session: Session, agency: Agency) -> None:
    case = open_case(agency)
    move(session, timedelta(days=4))
    sweep(session, directory=PersonnelDirectory(session))
    assert told(session, "task_reminder") == {agency.heads[0].id}
    move(session, timedelta(days=10))
    sweep(session, directory=PersonnelDirectory(session))
    (letter,) = letters(session, "task_escalated")
    assert letter.recipient_id == cycles.open_task(session, case.id).assignee_id != agency.heads[0].id
    assert letter.facts["from_name"] == agency.heads[0].name


def test_a_claimed_task_is_reminded_to_who_claimed_it_alone(session: Session, agency: Agency) -> None:
    agency.person(agency.badan, "Dewi Anggraini", roles=["hr-verifier"])
    case = open_case(agency)
    cycles.decide_on(agency, case.id, agency.heads[0])
    task = cycles.open_task(session, case.id)
    claim(session, agency.actor(agency.verifier), task.id)
    move(session, timedelta(days=12))
    sweep(session, directory=PersonnelDirectory(session))
    assert told(session, "task_reminder") == {agency.verifier.id}


def test_a_vacant_post_is_told_to_hr_and_to_nobody_else(session: Session, agency: Agency) -> None:
    holding = session.scalars(select(Holding).where(Holding.employee_id == agency.heads[0].id)).one()
    end_holding(session, agency.actor(agency.hr), holding.id, date(2026, 1, 1))
    open_case(agency)
    (letter,) = letters(session, "task_unfilled")
    assert letter.recipient_id == agency.hr.id
    assert letter.facts["position_title"]
    assert letters(session, "task_offered") == []


def test_a_successor_gets_what_is_pending_and_is_told(session: Session, agency: Agency) -> None:
    case = open_case(agency)
    successor = agency.person(agency.units[0], "Nadia Putri")
    task = cycles.open_task(session, case.id)
    assert task.position_id
    hold(session, agency.actor(agency.hr), task.position_id, successor.id, starts_on=agency.now.date())
    assert cycles.open_task(session, case.id).assignee_id == successor.id
    assert successor.id in told(session, "task_assigned")


def test_a_cancelled_cycle_is_told_to_everybody_whose_case_ended(session: Session, agency: Agency) -> None:
    case = open_case(agency)
    cycles.ask(agency, case.process_id, IntentKind.CANCEL, reason="salah periode")
    (letter,) = letters(session, "case_decided")
    assert (letter.facts["outcome"], letter.facts["comment"]) == ("cancelled", "salah periode")


def test_whoever_has_no_address_gets_a_dead_letter_that_operators_see(
    session: Session, agency: Agency
) -> None:
    agency.heads[0].email = ""
    session.flush()
    open_case(agency)
    (letter,) = letters(session, "task_assigned")
    assert letter.state == MessageState.DEAD
