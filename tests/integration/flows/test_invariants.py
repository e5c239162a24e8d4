"""The checks that a rehearsal ends with: silent on a sound office, and each names what breaks its promise."""

import pytest
from sqlalchemy.orm import Session

from cli.rehearsal.invariants import CHECKS, check_all
from flows.process.models import Process, ProcessState
from flows.process.waiting import GateKind, pass_or_wait
from flows.promotion.decrees import finalise, issue_decrees
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency

BREAKS = {
    "a decision is recorded once": "DELETE FROM decision WHERE stage = 'verification'",
    "a case is in one state": "UPDATE \"case\" SET state = 'open', settled_at = NULL",
    "nobody decides for themselves or twice": (
        'UPDATE decision d SET decider_id = c.subject_id FROM "case" c WHERE c.id = d.case_id'
    ),
    "every chain of events is whole": "DELETE FROM event WHERE name = 'task.decided'",
    "replaying the events gives the state": 'UPDATE "case" SET round = 7',
    "gates open on their condition only": "UPDATE \"case\" SET settled_at = settled_at + interval '1 day'",
    "decrees and records agree": "UPDATE employee SET rank = 'I/a'",
    "decree numbers have no gap": "UPDATE promotion_decree SET serial = serial + 3",
    "whoever was given work was told": "DELETE FROM message WHERE template = 'task_assigned'",
}


@pytest.fixture
def completed(session: Session, agency: Agency) -> Session:
    """An office after a whole cycle of one candidate."""
    agency.candidate(agency.units[0], "Calon")
    run = cycles.screened(agency)
    for case in cycles.cases(session, run.process_id):
        cycles.approve(agency, case)
    assert pass_or_wait(session, run, "approvals", GateKind.SETTLED)
    cycles.through(session, run, "issue-decrees", issue_decrees)
    cycles.through(session, run, "finalise", finalise)
    assert session.get_one(Process, run.process_id).state == ProcessState.COMPLETED
    session.flush()
    return session


def test_a_sound_office_breaks_no_promise(completed: Session) -> None:
    findings = check_all(completed)
    assert [(f.promise, f.broken) for f in findings if not f.held] == []
    assert all(f.looked_at for f in findings)


def test_each_promise_has_a_breach_here() -> None:
    assert set(BREAKS) == set(CHECKS)


@pytest.mark.tampers
@pytest.mark.parametrize("promise", BREAKS)
def test_a_breach_is_found(completed: Session, promise: str) -> None:
    completed.connection().exec_driver_sql(BREAKS[promise])
    completed.expire_all()
    (finding,) = [f for f in check_all(completed) if f.promise == promise]
    assert finding.broken
