"""Two at once with the verbs beside deciding: one wins, the other is told, nothing is lost or doubled."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from approvals import ahead, consultations, drafts, handing, panel_members, pausing, steering, tasks
from approvals.decisions import Verdict
from approvals.drafts import Draft
from approvals.errors import NotPossibleNow
from approvals.models import Case, Consultation, Task, TaskState
from approvals.obstacles import (
    AheadAlready,
    AskedAlready,
    NotWithYou,
    QuestionEnded,
    SeatedAlready,
)
from core import clock
from core.ids import new_id
from tests.integration.approvals.desk import ALL_TICKED, CHAIN, Desk, check_streams
from tests.integration.approvals.office import named
from tests.integration.approvals.test_races import Arena, Job, lost, won

TURNS = pytest.mark.parametrize("turn", range(3))
SKIPPABLE = CHAIN.replace("  - stage: verification\n", "  - stage: verification\n    skippable: true\n")
PANEL = """
chain: panel
title: {id: Panel, en: Panel}
stages:
  - stage: panel
    candidates: {role: hr-verifier}
    decide: all
"""


@pytest.fixture
def ring(committed: sessionmaker[Session]) -> Iterator[Arena]:
    made = Arena(committed)
    yield made
    with committed() as session:
        check_streams(session)


def taken(ring: Arena, *, by: str = "Vera") -> tuple[UUID, UUID]:
    """A case at verification that somebody has taken."""
    [(case_id, task)] = ring.prepare("verification", "Budi")
    assert task
    with ring.sessions.begin() as session:
        tasks.claim(session, ring.office.actor(by), task)
    return case_id, task


def handed(ring: Arena, task: UUID, who: str, to: str) -> Job:
    def job(session: Session) -> Task:
        actor, office = ring.office.actor(who), ring.office
        return handing.delegate(
            session, actor, task, named(to), reason="trip", with_draft=True, directory=office
        )

    return job


def given(ring: Arena, task: UUID, to: str) -> Job:
    def job(session: Session) -> Task:
        hana, office = ring.office.actor("Hana"), ring.office
        return handing.reassign(session, hana, task, named(to), reason="ill", directory=office)

    return job


def test_of_eight_delegations_at_once_one_counts(ring: Arena):
    _, task = taken(ring)
    answers = ring.at_once([handed(ring, task, "Vera", f"V{n}") for n in range(8)])
    assert len(won(answers)) == 1
    assert lost(answers) == [NotWithYou] * 7


def test_reassignments_at_once_leave_one_holder(ring: Arena):
    _, task = taken(ring)
    answers = ring.at_once([given(ring, task, f"V{n}") for n in range(6)])
    assert lost(answers) == []
    with ring.sessions() as session:
        found = session.get_one(Task, task)
        assert found.assignee_id in {named(f"V{n}") for n in range(6)}


def test_work_begins_once_however_often_it_is_begun(ring: Arena):
    _, task = taken(ring)
    vera = ring.office.actor("Vera")
    jobs: list[Job] = [lambda s: drafts.start(s, vera, task)] * 3
    jobs += [lambda s: drafts.save_draft(s, vera, task, Draft(comment="half"))] * 3
    assert lost(ring.at_once(jobs)) == []
    with ring.sessions() as session:
        assert session.get_one(Task, task).state == TaskState.STARTED


def test_what_is_due_goes_on_once_however_many_look(ring: Arena):
    _, task = taken(ring)
    [(other, _)] = ring.prepare("unit-head", "Citra")
    with ring.sessions.begin() as session:
        hana, until = ring.office.actor("Hana"), clock.now(session) + timedelta(hours=1)
        pausing.suspend_task(session, ring.office.actor("Vera"), task, reason="waits", until=until)
        said: dict[str, Any] = {"code": "other", "reason": "x", "until": until, "directory": ring.office}
        pausing.suspend_case(session, hana, other, **said)
        clock.move(session, timedelta(hours=2))
    answers = ring.at_once([lambda s: pausing.resume_due(s, directory=ring.office)] * 4)
    assert lost(answers) == []
    with ring.sessions.begin() as session:
        later = pausing.resume_due(session, directory=ring.office)
        assert sum(answers) + later == 2
        assert session.get_one(Case, other).state == "open"
        assert session.get_one(Task, task).state == "allocated"


def test_a_stage_is_passed_over_once(ring: Arena):
    with ring.sessions.begin() as session:
        case_id = Desk(session, ring.office, SKIPPABLE).at("verification", "Budi").id

    def over(session: Session) -> Case:
        hana, office = ring.office.actor("Hana"), ring.office
        return steering.skip(session, hana, case_id, stage="verification", reason="paper", directory=office)

    answers = ring.at_once([over] * 4)
    assert len(won(answers)) == 1
    assert lost(answers) == [NotPossibleNow] * 3


def test_the_same_person_gets_one_seat(ring: Arena):
    with ring.sessions.begin() as session:
        case_id = Desk(session, ring.office, PANEL).open("Budi").id

    def add(session: Session) -> Case:
        hana, office = ring.office.actor("Hana"), ring.office
        return panel_members.add_approver(
            session, hana, case_id, named("Dewi"), reason="knows it", directory=office
        )

    answers = ring.at_once([add] * 4)
    assert len(won(answers)) == 1
    assert lost(answers) == [SeatedAlready] * 3


def test_one_question_to_one_colleague_and_one_answer(ring: Arena):
    _, task = taken(ring)

    def ask(session: Session) -> Consultation:
        vera, office = ring.office.actor("Vera"), ring.office
        return consultations.consult(session, vera, task, named("Dewi"), question="?", directory=office)

    answers = ring.at_once([ask] * 4)
    [asked] = won(answers)
    assert lost(answers) == [AskedAlready] * 3
    dewi = ring.office.actor("Dewi")
    said = ring.at_once([lambda s: consultations.answer(s, dewi, asked.id, text="yes")] * 4)
    assert len(won(said)) == 1
    assert lost(said) == [QuestionEnded] * 3


def early(ring: Arena, who: str, case_id: UUID) -> Job:
    def job(session: Session) -> Any:
        verdict = Verdict(kind="approve", seen_version=1, request_key=str(new_id()), checklist=ALL_TICKED)
        return ahead.decide_ahead(
            session, ring.office.actor(who), case_id, "verification", verdict, directory=ring.office
        )

    return job


def test_a_stage_is_decided_ahead_by_one(ring: Arena):
    [(case_id, _)] = ring.prepare("unit-head", "Budi")
    answers = ring.at_once([early(ring, f"V{n}", case_id) for n in range(6)])
    assert len(won(answers)) == 1
    assert lost(answers) == [AheadAlready] * 5
