"""Who hears by mail that a second person is needed, what was answered, and that others declared a tie."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import chains, confirming, proposals, steering
from core.actor import Role
from flows.promotion.pinned import CHAIN_FILE
from notifications.models import Message
from personnel import relations
from personnel.models import Employee
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


def told(session: Session, template: str) -> set[Any]:
    return set(session.scalars(select(Message.recipient_id).where(Message.template == template)))


@pytest.fixture
def second(agency: Agency) -> Employee:
    """Another of HR."""
    return agency.person(agency.badan, "Nurul Hidayah", roles=[Role.HR])


def test_another_of_hr_is_asked_and_the_author_hears_the_answer(
    session: Session, agency: Agency, second: Employee
) -> None:
    shorter = CHAIN_FILE.read_text().replace("due: 3 working days", "due: 2 working days")
    chains.publish(session, agency.actor(agency.hr), shorter, reason="Dua hari cukup.")
    assert told(session, "second_asked") == {second.id}
    (waits,) = proposals.proposals(session, agency.actor(second))
    chains.confirm_version(session, agency.actor(second), waits.id)
    assert told(session, "second_answered") == {agency.hr.id}


def test_nobody_is_asked_about_their_own_case(session: Session, agency: Agency, second: Employee) -> None:
    subject = agency.candidate(agency.units[0], roles=[Role.HR])
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    made = steering.cancel(session, agency.actor(agency.hr), case.id, reason="Ganda.")
    assert subject.id not in told(session, "second_asked")
    confirming.turn_down(session, agency.actor(second), made.id, reason="Tidak ganda.")
    assert told(session, "second_answered") == {agency.hr.id}


def test_whom_others_say_to_be_tied_is_asked_and_hr_settles_what_is_denied(
    session: Session, agency: Agency
) -> None:
    subject, head = agency.candidate(agency.units[0]), agency.heads[0]
    tie = relations.declare(session, agency.actor(subject), subject.id, head.id, "family")
    assert told(session, "tie_declared") == {head.id}
    assert told(session, "tie_unsettled") == {agency.hr.id}
    relations.answer(session, agency.actor(head), tie.id, so=False)
    facts = session.scalars(select(Message.facts).where(Message.template == "tie_unsettled")).all()
    assert sorted(one["denied"] for one in facts) == [False, True]
