"""Creating a process, asking for something to happen to it, and the keeper carrying it out."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case
from core.errors import MufakatError
from core.events import history
from flows.process import intents, service
from flows.process.asking import WHO
from flows.process.board import board
from flows.process.errors import NoSuchKind, NoSuchProcess, NotNow, OnlyHr, OnlyOperators
from flows.process.models import Intent, IntentKind, Process, ProcessState
from flows.process.queries import process_view, processes
from flows.promotion.errors import CycleOverlaps, NobodyThere, UnknownUnit
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


def names(session: Session, process: Process) -> list[str]:
    return [row.name for row in history(session, process.id)]


def test_a_created_process_is_a_draft_that_nothing_runs(session: Session, agency: Agency) -> None:
    process = cycles.create(agency)
    assert process.state == "draft"
    assert process.fence == 0
    assert process.reference == "KP-2027-01"
    assert names(session, process) == ["process.created"]


def test_a_second_cycle_of_a_month_gets_a_name_of_its_own(session: Session, agency: Agency) -> None:
    first = cycles.create(agency, unit_codes=["bidang-1"])
    second = cycles.create(agency, unit_codes=["bidang-2"])
    assert [first.reference, second.reference] == ["KP-2027-01", "KP-2027-01-2"]


def test_cycles_over_the_same_people_and_day_are_refused(session: Session, agency: Agency) -> None:
    cycles.create(agency, unit_codes=["bidang-1"])
    with pytest.raises(CycleOverlaps, match="KP-2027-01"):
        cycles.create(agency)
    cycles.create(agency, effective_on="2027-02-01")


@pytest.mark.parametrize("who", ["verifier", "operator", "mayor"])
def test_only_hr_creates_a_process(session: Session, agency: Agency, who: str) -> None:
    actor = agency.actor(getattr(agency, who))
    with pytest.raises(OnlyHr):
        service.create(session, actor, "promotion", "Kenaikan", {"effective_on": "2027-01-01"})


def test_parameters_are_checked_before_anything_is_written(session: Session, agency: Agency) -> None:
    agency.unit("kosong", agency.top)
    with pytest.raises(UnknownUnit, match="nowhere"):
        cycles.create(agency, unit_codes=["nowhere"])
    with pytest.raises(NobodyThere):
        cycles.create(agency, unit_codes=["kosong"])
    with pytest.raises(NoSuchKind):
        service.create(session, agency.actor(agency.hr), "nothing", "x", {})
    assert processes(session) == []


def test_asking_twice_for_the_same_is_one_intent(session: Session, agency: Agency) -> None:
    process = cycles.create(agency)
    actor = agency.actor(agency.hr)
    first = service.ask(session, actor, process.id, IntentKind.LAUNCH)
    assert service.ask(session, actor, process.id, IntentKind.LAUNCH).id == first.id
    assert intents.pending(session) == [first.id]


def test_an_intent_is_carried_out_once(session: Session, agency: Agency) -> None:
    process = cycles.create(agency)
    intent = service.ask(session, agency.actor(agency.hr), process.id, IntentKind.LAUNCH)
    assert intents.carry_out(session, intent.id) is intent
    assert (intent.state, process.state, process.fence) == ("done", "scheduled", 1)
    assert intents.carry_out(session, intent.id) is None
    assert names(session, process) == ["process.created", "process.asked", "process.launched"]


def test_an_intent_that_came_too_late_is_refused_with_the_reason(session: Session, agency: Agency) -> None:
    run = cycles.screened(agency)
    pause = service.ask(session, agency.actor(agency.hr), run.process_id, IntentKind.PAUSE, "tunggu")
    cycles.ask(agency, run.process_id, IntentKind.CANCEL)
    intents.carry_out(session, pause.id)
    assert pause.state == "refused"
    assert pause.answer
    assert session.get_one(Process, run.process_id).state == "cancelled"


@pytest.mark.parametrize("kind", [k for k in IntentKind if k is not IntentKind.LAUNCH])
def test_whoever_has_no_right_asks_in_vain(session: Session, agency: Agency, kind: IntentKind) -> None:
    run = cycles.screened(agency)
    with pytest.raises(OnlyOperators):
        service.ask(session, agency.actor(agency.verifier), run.process_id, kind, "perlu")
    assert session.scalars(select(Intent).where(Intent.state == "pending")).all() == []


def test_an_unknown_process_is_named_so(session: Session, agency: Agency) -> None:
    with pytest.raises(NoSuchProcess):
        service.ask(session, agency.actor(agency.hr), agency.hr.id, IntentKind.LAUNCH)
    with pytest.raises(NoSuchProcess):
        process_view(session, agency.hr.id)


def test_pausing_and_resuming_at_a_gate_leads_back_to_waiting(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    process = session.get_one(Process, run.process_id)
    cycles.ask(agency, process.id, IntentKind.PAUSE)
    assert process.state == "paused"
    cycles.ask(agency, process.id, IntentKind.RESUME)
    assert (process.state, process.fence) == ("waiting", 1)


def test_resuming_after_the_run_had_ended_is_a_new_start(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    process = session.get_one(Process, run.process_id)
    process.state, process.run_state, process.run_id = ProcessState.PAUSED, "cancelled", agency.hr.id
    cycles.ask(agency, process.id, IntentKind.RESUME)
    assert (process.state, process.fence, process.run_id) == ("waiting", 2, None)


def test_a_restart_is_a_new_start_and_forgets_crashes(session: Session, agency: Agency) -> None:
    run = cycles.launch(agency)
    process = session.get_one(Process, run.process_id)
    process.state, process.error, process.crashes = ProcessState.FAILED, "boom", 8
    cycles.ask(agency, process.id, IntentKind.RESTART, agency.operator)
    assert (process.state, process.fence, process.error, process.crashes) == ("running", 2, None, 0)
    assert names(session, process)[-1] == "process.restarted"


def test_cancelling_ends_the_cases_at_once_and_whatever_still_runs_is_stale(
    session: Session, agency: Agency
) -> None:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    cycles.ask(agency, run.process_id, IntentKind.CANCEL, reason="salah periode")
    process = session.get_one(Process, run.process_id)
    assert process.state == "cancelled"
    assert process.ended_at
    assert process.fence == run.fence + 1
    assert [case.state for case in cycles.cases(session, process.id)] == ["cancelled"]
    with pytest.raises(NotNow):
        service.ask(session, agency.actor(agency.hr), process.id, IntentKind.RESUME, "lagi")


def test_what_was_done_is_signed_by_who_asked(session: Session, agency: Agency) -> None:
    run = cycles.screened(agency)
    cycles.ask(agency, run.process_id, IntentKind.PAUSE, agency.operator, reason="server penuh")
    told = process_view(session, run.process_id).timeline[-1]
    assert (told.name, told.actor_id, told.via) == ("process.paused", agency.operator.id, "keeper")
    assert told.facts["reason"] == "server penuh"


def test_the_board_shows_first_what_failed_and_what_was_asked(session: Session, agency: Agency) -> None:
    run = cycles.launch(agency)
    process = session.get_one(Process, run.process_id)
    process.state = ProcessState.FAILED
    session.flush()
    service.ask(session, agency.actor(agency.operator), process.id, IntentKind.RESTART, "coba lagi")
    seen = board(session)
    assert [one.process.id for one in seen] == [process.id]
    assert [i.kind for i in seen[0].pending] == ["restart"]


def test_every_intent_has_somebody_who_may_ask_it() -> None:
    assert set(WHO) == set(IntentKind)
    assert all(WHO.values())


def test_processes_are_found_by_title_and_reference(session: Session, agency: Agency) -> None:
    process = cycles.create(agency)
    assert processes(session, search="kp-2027") == [process]
    assert processes(session, search="januari") == [process]
    assert processes(session, search="100%_") == []
    assert processes(session, states=["running"]) == []


def test_a_refused_creation_is_one_of_our_errors(session: Session, agency: Agency) -> None:
    with pytest.raises(MufakatError, match="title"):
        service.create(session, agency.actor(agency.hr), "promotion", "  ", {"effective_on": "2027-01-01"})
    assert session.scalars(select(Case)).all() == []
