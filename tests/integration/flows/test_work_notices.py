"""Who is told by mail of what people do with work beside deciding it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import ahead, consultations, handing, pausing, steering, tasks
from approvals.corrections import correct_data
from approvals.decisions import Verdict
from notifications.catalogue import problems
from notifications.models import Message
from personnel.directory import PersonnelDirectory
from personnel.models import Employee
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency
from tests.integration.flows.test_notices import letters, open_case


@pytest.fixture
def second(agency: Agency) -> Employee:
    return agency.person(agency.badan, "Dewi Anggraini", roles=["hr-verifier"])


@pytest.fixture(autouse=True)
def _every_letter_fits_its_template(session: Session) -> Iterator[None]:
    yield
    for letter in session.scalars(select(Message)):
        assert problems(letter.template, letter.facts) == [], letter.template


def only_letter(session: Session, template: str) -> Message:
    (letter,) = letters(session, template)
    return letter


def test_whoever_is_handed_a_task_reads_from_whom_and_why(
    session: Session, agency: Agency, second: Employee
) -> None:
    case = open_case(agency)
    cycles.decide_on(agency, case.id, agency.heads[0])
    task, directory = cycles.open_task(session, case.id), PersonnelDirectory(session)
    actor = agency.actor(agency.verifier)
    tasks.claim(session, actor, task.id)
    handing.delegate(session, actor, task.id, second.id, reason="cuti", with_draft=False, directory=directory)
    letter = only_letter(session, "task_handed")
    assert letter.recipient_id == second.id
    assert (letter.facts["by_name"], letter.facts["comment"]) == (agency.verifier.name, "cuti")
    handing.reassign(
        session, agency.actor(agency.hr), task.id, agency.verifier.id, reason="kembali", directory=directory
    )
    assert [x.recipient_id for x in letters(session, "task_handed")] == [second.id, agency.verifier.id]


def test_a_question_and_its_answer_are_told(session: Session, agency: Agency, second: Employee) -> None:
    case = open_case(agency)
    task, directory = cycles.open_task(session, case.id), PersonnelDirectory(session)
    head = agency.actor(agency.heads[0])
    asked = consultations.consult(session, head, task.id, second.id, question="benar?", directory=directory)
    letter = only_letter(session, "consultation_asked")
    assert (letter.recipient_id, letter.facts["comment"]) == (second.id, "benar?")
    consultations.answer(session, agency.actor(second), asked.id, text="benar")
    letter = only_letter(session, "consultation_answered")
    assert (letter.recipient_id, letter.facts["by_name"]) == (agency.heads[0].id, second.name)


def test_the_person_is_told_that_their_case_stands_still_and_goes_on(
    session: Session, agency: Agency
) -> None:
    case, directory = open_case(agency), PersonnelDirectory(session)
    hr = agency.actor(agency.hr)
    pausing.suspend_case(session, hr, case.id, code="awaiting-ruling", reason="menunggu", directory=directory)
    letter = only_letter(session, "case_suspended")
    assert letter.recipient_id == case.subject_id
    assert letter.facts["code_title"]["en"] == "Waits for a ruling"
    pausing.resume_case(session, hr, case.id, reason="selesai", directory=directory)
    assert only_letter(session, "case_resumed").recipient_id == case.subject_id


def test_whoever_decides_anew_reads_who_sent_it_back_and_why(session: Session, agency: Agency) -> None:
    case, directory = open_case(agency), PersonnelDirectory(session)
    cycles.decide_on(agency, case.id, agency.heads[0])
    steering.redo(
        session,
        agency.actor(agency.verifier),
        case.id,
        to="unit-head",
        reason="periksa lagi",
        seen="verification",
        directory=directory,
    )
    letter = only_letter(session, "task_again")
    assert letter.recipient_id == agency.heads[0].id
    assert (letter.facts["by_name"], letter.facts["comment"]) == (agency.verifier.name, "periksa lagi")
    assert len(letters(session, "task_assigned")) == 1


def early() -> Verdict:
    return Verdict(kind="approve", seen_version=1, request_key="early", checklist=cycles.CHECKLIST)


def test_who_decided_ahead_is_asked_for_nothing_more(
    session: Session, agency: Agency, second: Employee
) -> None:
    case, directory = open_case(agency), PersonnelDirectory(session)
    actor = agency.actor(agency.verifier)
    ahead.decide_ahead(session, actor, case.id, "verification", early(), directory=directory)
    cycles.decide_on(agency, case.id, agency.heads[0])
    session.refresh(case)
    assert case.stage == "technical-consideration"
    assert letters(session, "task_offered") == []


def test_a_decision_ahead_that_was_dropped_is_told_and_the_others_are_asked(
    session: Session, agency: Agency, second: Employee
) -> None:
    case, directory = open_case(agency), PersonnelDirectory(session)
    actor = agency.actor(agency.verifier)
    ahead.decide_ahead(session, actor, case.id, "verification", early(), directory=directory)
    correct_data(session, agency.actor(agency.hr), case.id, {"note": "x"}, seen_version=1, reason="salah")
    cycles.decide_on(agency, case.id, agency.heads[0])
    assert only_letter(session, "ahead_dropped").recipient_id == agency.verifier.id
    assert only_letter(session, "task_offered").recipient_id == second.id
