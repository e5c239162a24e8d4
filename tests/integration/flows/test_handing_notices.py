"""Who is mailed of work that is asked of one, held back, or offered by name."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import cases, chains, pulling
from approvals.cases import CaseDraft
from approvals.declining import decline
from approvals.models import Task
from core.actor import system
from notifications.models import Message
from personnel.directory import PersonnelDirectory
from personnel.models import Employee
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency

CHAIN = """
chain: second
title: {id: Kedua, en: Second}
stages:
  - stage: check
    candidates: {role: hr-verifier}
    HOW
"""


def opened(session: Session, agency: Agency, how: str) -> Task:
    """The task of a case of another chain, in a cycle that is under way."""
    person = agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    version = chains.publish(session, system("flow"), CHAIN.replace("HOW", how))
    draft = CaseDraft("K2", "K2/1", "Berkas kedua", person.id, person.name, agency.units[0].id)
    directory = PersonnelDirectory(session)
    [case] = cases.open_cases(session, system("flow"), run.process_id, version, [draft], directory=directory)
    return session.scalars(select(Task).where(Task.case_id == case)).one()


def told(session: Session, task: Task, template: str) -> list[UUID]:
    letters = select(Message).where(Message.template == template).order_by(Message.id)
    return [m.recipient_id for m in session.scalars(letters) if m.facts["task"] == str(task.id)]


@pytest.fixture
def second(agency: Agency) -> Employee:
    """A verifier besides the agency's own."""
    return agency.person(agency.badan, "Dewi Anggraini", roles=["hr-verifier"])


def test_only_whoever_is_asked_is_mailed_and_after_a_no_the_next(
    session: Session, agency: Agency, second: Employee
) -> None:
    task = opened(session, agency, "allocate: round-robin\n    binding: false")
    asked, other = agency.verifier, second
    if task.candidates != [asked.id]:
        asked, other = other, asked
    assert told(session, task, "task_offered") == [asked.id]
    decline(session, agency.actor(asked), task.id, directory=PersonnelDirectory(session))
    assert told(session, task, "task_offered") == [asked.id, other.id]


def test_nobody_is_mailed_of_what_is_held_back(session: Session, agency: Agency, second: Employee) -> None:
    task = opened(session, agency, "distribute: late\n    hold: 1")
    assert told(session, task, "task_offered") == []
    assert pulling.take_next(session, agency.actor(second)).id == task.id
    assert told(session, task, "task_assigned") == []


def test_whoever_is_given_work_by_a_rule_is_mailed_like_anybody_who_has_a_task(
    session: Session, agency: Agency, second: Employee
) -> None:
    task = opened(session, agency, "allocate: shortest-queue")
    assert told(session, task, "task_assigned") == [task.assignee_id]
    assert told(session, task, "task_offered") == []
