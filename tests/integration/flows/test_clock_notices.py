"""Who hears of what the clock did to a case, and of calendars that change."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import cases, chains, steering
from approvals.cases import CaseDraft
from approvals.lawful import sweep_cases
from approvals.models import Case
from approvals.models_proposals import Proposal
from approvals.ratifying import ratify_expiry
from approvals.rescheduling_models import Rescheduling
from approvals.sweep import sweep
from core.actor import system
from core.clock import move, now
from notifications.catalogue import problems
from notifications.models import Message
from personnel import calendars
from personnel.directory import PersonnelDirectory
from personnel.models import Calendar, Unit
from tests.integration.approvals.second import ADMIN
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency

CHAIN = """
chain: lawful
title: {id: Menurut hukum, en: By law}
statutory: {within: 10 working days, reference: PP 11/2017, remind: [2 working days before]}
stages:
  - {stage: head, candidates: {holder_of: head, unit: subject.unit}, due: 15 working days, on_expiry: expire}
"""


@pytest.fixture
def case(session: Session, agency: Agency) -> Case:
    subject = agency.candidate(agency.units[0])
    process = cycles.screened(agency).process_id
    version = chains.publish(session, system("flow"), CHAIN)
    draft = CaseDraft(
        natural_key="law",
        reference="LAW/1",
        title="By law",
        subject_id=subject.id,
        subject_name=subject.name,
        unit_id=agency.units[0].id,
    )
    (id_,) = cases.open_cases(
        session, system("flow"), process, version, [draft], directory=PersonnelDirectory(session)
    )
    return session.get_one(Case, id_)


@pytest.fixture(autouse=True)
def _every_letter_fits_its_template(session: Session) -> Iterator[None]:
    yield
    for letter in session.scalars(select(Message)):
        assert problems(letter.template, letter.facts) == [], letter.template


def letters(session: Session, template: str, case: Case) -> list[Message]:
    found = session.scalars(select(Message).where(Message.template == template).order_by(Message.id))
    return [m for m in found if m.facts["case"] == str(case.id)]


def test_the_laws_deadline_is_in_the_mail_of_the_task(session: Session, case: Case) -> None:
    (letter,) = letters(session, "task_assigned", case)
    assert case.statutory_due_at
    assert letter.facts["law_due_at"] == case.statutory_due_at.isoformat()


def test_the_approver_is_warned_and_hr_hears_when_it_has_passed(
    session: Session, agency: Agency, case: Case
) -> None:
    assert case.statutory_due_at
    move(session, case.statutory_due_at - timedelta(hours=1) - now(session))
    sweep_cases(session, directory=PersonnelDirectory(session))
    warned = letters(session, "statutory_deadline", case)
    assert {m.recipient_id for m in warned} == {agency.heads[0].id}
    move(session, timedelta(hours=2))
    sweep_cases(session, directory=PersonnelDirectory(session))
    passed = letters(session, "statutory_deadline", case)[len(warned) :]
    assert {m.recipient_id for m in passed} == {agency.heads[0].id, agency.hr.id}
    assert passed[0].facts["law"] == "PP 11/2017"


def test_hr_is_asked_to_ratify_what_ran_out_and_the_person_hears_the_end(
    session: Session, agency: Agency, case: Case
) -> None:
    move(session, timedelta(days=60))
    sweep(session, directory=PersonnelDirectory(session))
    (letter,) = letters(session, "case_lapsed", case)
    assert letter.recipient_id == agency.hr.id
    hr, directory = agency.actor(agency.hr), PersonnelDirectory(session)
    said = ratify_expiry(session, hr, case.id, expired=True, reason="nobody decided", directory=directory)
    assert isinstance(said, Proposal)
    steering.confirm_cancelling(session, ADMIN, said.id)
    (told,) = letters(session, "case_decided", case)
    assert (told.recipient_id, told.facts["outcome"]) == (case.subject_id, "expired")


def test_a_holiday_asks_for_the_deadlines_of_the_units_that_keep_it(
    session: Session, agency: Agency, case: Case
) -> None:
    calendar = session.get_one(Calendar, session.get_one(Unit, case.unit_id).calendar_id)
    hr = agency.actor(agency.hr)
    tomorrow = now(session).date() + timedelta(days=1)
    calendars.add_free_days(session, hr, calendar.id, {tomorrow: ("joint-leave", "Cuti bersama")})
    request = session.scalars(select(Rescheduling).order_by(Rescheduling.id.desc()).limit(1)).one()
    following = set(session.scalars(select(Unit.id).where(Unit.calendar_id == calendar.id)))
    assert (set(request.unit_ids), request.why) == (following, "calendar.days_freed")
