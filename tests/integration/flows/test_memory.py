"""Steps and gates in our tables: done once for ever, refused to a stale start, held by a pause."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core.actor import Actor
from core.clock import move as moved
from core.events import history
from flows.process.memory import Portion, StepStuck, advance, note_failure, recall
from flows.process.models import Gate, IntentKind, Process, ProcessState, Step
from flows.process.run import Run, StaleRun, hold
from flows.process.waiting import GateKind, is_open, pass_or_wait, waited_at
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


class Counting:
    """A verb that does one of five pieces each time it is called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, session: Session, actor: Actor, process_id: UUID) -> Portion:
        self.calls += 1
        return Portion(self.calls, 5, {"pieces": self.calls})


@pytest.fixture
def run(agency: Agency) -> Run:
    return cycles.launch(agency)


def test_a_step_is_done_portion_by_portion_and_then_never_again(session: Session, run: Run) -> None:
    verb = Counting()
    told = [advance(session, run, "count", verb) for _ in range(7)]
    assert [t.done for t in told] == [1, 2, 3, 4, 5, 5, 5]
    assert [t.finished for t in told] == [False] * 4 + [True] * 3
    assert verb.calls == 5
    assert session.get_one(Process, run.process_id).progress["pieces"] == 5


def test_a_later_start_goes_on_where_an_earlier_one_stopped(session: Session, run: Run) -> None:
    verb = Counting()
    advance(session, run, "count", verb)
    process = session.get_one(Process, run.process_id)
    process.fence += 1
    later = Run(run.process_id, process.fence)
    assert advance(session, later, "count", verb).done == 2
    assert session.get_one(Step, (run.process_id, "count")).fence == 2


@pytest.mark.parametrize("fence", [0, 2, 7])
def test_a_start_that_is_not_the_current_one_does_nothing(session: Session, run: Run, fence: int) -> None:
    verb, stale = Counting(), Run(run.process_id, fence)
    with pytest.raises(StaleRun):
        advance(session, stale, "count", verb)
    with pytest.raises(StaleRun):
        pass_or_wait(session, stale, "gate", GateKind.SETTLED)
    with pytest.raises(StaleRun):
        note_failure(session, stale, "count", "boom")
    assert verb.calls == 0
    assert recall(session, run.process_id, "count") is None


def test_a_cancelled_process_refuses_every_start(session: Session, agency: Agency, run: Run) -> None:
    cycles.ask(agency, run.process_id, IntentKind.CANCEL)
    process = session.get_one(Process, run.process_id)
    with pytest.raises(StaleRun):
        hold(session, Run(run.process_id, process.fence))


def test_a_paused_process_holds_its_steps_and_its_gates(session: Session, agency: Agency, run: Run) -> None:
    cycles.ask(agency, run.process_id, IntentKind.PAUSE)
    verb = Counting()
    assert advance(session, run, "count", verb).held
    assert verb.calls == 0
    assert not pass_or_wait(session, run, "gate", GateKind.SETTLED)
    assert session.get_one(Process, run.process_id).state == "paused"


def test_what_is_finished_is_remembered_while_paused_too(session: Session, agency: Agency, run: Run) -> None:
    verb = Counting()
    while not advance(session, run, "count", verb).finished:
        pass
    cycles.ask(agency, run.process_id, IntentKind.PAUSE)
    assert advance(session, run, "count", verb).finished


def test_a_verb_that_gets_nowhere_is_an_error_and_no_endless_loop(session: Session, run: Run) -> None:
    def idle(session: Session, actor: Actor, process_id: UUID) -> Portion:
        return Portion(1, 5)

    advance(session, run, "idle", idle)
    with pytest.raises(StepStuck):
        advance(session, run, "idle", idle)


def test_getting_on_forgets_earlier_crashes(session: Session, run: Run) -> None:
    process = session.get_one(Process, run.process_id)
    process.crashes = 3
    advance(session, run, "count", Counting())
    assert process.crashes == 0


def test_a_noted_failure_is_gone_once_the_step_goes_on(session: Session, run: Run) -> None:
    verb = Counting()
    advance(session, run, "count", verb)
    note_failure(session, run, "count", "OperationalError: away")
    assert session.get_one(Step, (run.process_id, "count")).error
    advance(session, run, "count", verb)
    assert session.get_one(Step, (run.process_id, "count")).error is None


def test_a_gate_without_cases_is_open(session: Session, run: Run) -> None:
    assert pass_or_wait(session, run, "approvals", GateKind.SETTLED)
    assert session.get_one(Gate, (run.process_id, "approvals")).passed_at


def test_a_gate_stays_shut_until_the_last_case_is_settled(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    agency.candidate(agency.units[1])
    run = cycles.screened(agency)
    gate = waited_at(session, run.process_id)
    assert gate
    for case in cycles.cases(session, run.process_id):
        assert not is_open(session, gate)
        assert not pass_or_wait(session, run, "approvals", GateKind.SETTLED)
        cycles.approve(agency, case)
    assert is_open(session, gate)
    assert pass_or_wait(session, run, "approvals", GateKind.SETTLED)
    assert waited_at(session, run.process_id) is None
    assert all(case.sealed_at for case in cycles.cases(session, run.process_id))


def test_a_returned_case_keeps_the_gate_shut(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    cycles.decide_on(agency, case.id, agency.heads[0], "return", code="document-missing", comment="SKP?")
    gate = waited_at(session, run.process_id)
    assert gate
    assert not is_open(session, gate)


def test_waiting_is_told_once_however_often_the_flow_comes_by(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    for _ in range(3):
        pass_or_wait(session, run, "approvals", GateKind.SETTLED)
    assert [row.name for row in history(session, run.process_id)].count("process.waiting") == 1
    assert session.get_one(Process, run.process_id).state == ProcessState.WAITING


def test_a_gate_with_a_date_opens_by_the_offices_clock(session: Session, run: Run) -> None:
    from core import clock

    opens_at = clock.now(session) + timedelta(days=3)
    assert not pass_or_wait(session, run, "objections", GateKind.DATE, opens_at)
    moved(session, timedelta(days=2, hours=23))
    assert not pass_or_wait(session, run, "objections", GateKind.DATE, opens_at)
    moved(session, timedelta(hours=2))
    assert pass_or_wait(session, run, "objections", GateKind.DATE, opens_at)
