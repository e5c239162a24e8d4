"""Decrees: numbered without a gap, the record changed in the same transaction, nobody twice."""

import io
import threading
from datetime import date

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker, undefer

from core.actor import system
from core.events import history
from flows.process.memory import advance
from flows.process.models import Process
from flows.process.run import Run
from flows.process.waiting import GateKind, pass_or_wait
from flows.promotion import decrees
from flows.promotion.decrees import finalise, issue_decrees
from flows.promotion.models import Candidate, Decree
from flows.promotion.queries import cycle_view, decree_by_code, decrees_of
from notifications.models import Message
from personnel.models import Employee, RankHeld
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


def decided(agency: Agency, people: int = 2) -> Run:
    """A cycle whose candidates were all approved."""
    for n in range(people):
        agency.candidate(agency.units[n % 2], f"Calon {n}")
    run = cycles.screened(agency)
    for case in cycles.cases(agency.session, run.process_id):
        cycles.approve(agency, case)
    assert pass_or_wait(agency.session, run, "approvals", GateKind.SETTLED)
    return run


def issued(session: Session, run: Run) -> list[Decree]:
    query = select(Decree).where(Decree.process_id == run.process_id).options(undefer(Decree.pdf))
    return list(session.scalars(query.order_by(Decree.serial)))


def test_a_decree_carries_the_case_and_the_record_carries_the_decree(
    session: Session, agency: Agency
) -> None:
    run = decided(agency, 1)
    cycles.through(session, run, "issue-decrees", issue_decrees)
    (decree,) = issued(session, run)
    assert (decree.rank_from, decree.rank_to) == ("III/a", "III/b")
    assert (decree.signed_by, decree.signed_as) == (agency.mayor.id, "Wali Kota")
    assert decree.consideration_number == "AB-1/KP/2026"
    held = session.scalars(select(RankHeld).where(RankHeld.employee_id == decree.employee_id)).one()
    assert (held.rank, held.since, held.decree_number) == ("III/b", date(2027, 1, 1), decree.number)
    assert session.get_one(Employee, decree.employee_id).rank == "III/b"
    text = PdfReader(io.BytesIO(decree.pdf)).pages[0].extract_text()
    assert decree.number in text
    assert decree.code in text


def test_numbers_run_without_a_gap_and_portions_leave_nobody_out(
    session: Session, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decrees, "CHUNK", 2)
    run = decided(agency, 5)
    cycles.through(session, run, "issue-decrees", issue_decrees)
    assert [d.serial for d in issued(session, run)] == [1, 2, 3, 4, 5]
    assert len({d.code for d in issued(session, run)}) == 5


def test_issuing_again_issues_nothing(session: Session, agency: Agency) -> None:
    run = decided(agency, 2)
    first = issue_decrees(session, system("flow"), run.process_id)
    again = issue_decrees(session, system("flow"), run.process_id)
    assert first.finished
    assert (again.done, again.total) == (2, 2)
    assert len(issued(session, run)) == 2


def test_a_rejected_candidate_gets_no_decree(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    cycles.decide_on(agency, case.id, agency.heads[0], "reject", code="discipline", comment="lihat berkas")
    assert pass_or_wait(session, run, "approvals", GateKind.SETTLED)
    cycles.through(session, run, "issue-decrees", issue_decrees)
    assert issued(session, run) == []


def test_a_record_that_refuses_the_rank_costs_its_decree_and_no_others(
    session: Session, agency: Agency
) -> None:
    run = decided(agency, 3)
    first = session.scalars(
        select(Candidate).where(Candidate.outcome == "meets").order_by(Candidate.number)
    ).first()
    assert first
    session.execute(update(Employee).where(Employee.id == first.employee_id).values(rank="III/c"))
    cycles.through(session, run, "issue-decrees", issue_decrees)
    assert [d.serial for d in issued(session, run)] == [1, 2]
    assert first.employee_id not in {d.employee_id for d in issued(session, run)}
    assert first.problem
    assert cycle_view(session, run.process_id).problems == 1
    assert "candidate.not_promoted" in [row.name for row in history(session, run.process_id)]


def test_the_promoted_are_told_with_the_way_to_the_decree(session: Session, agency: Agency) -> None:
    run = decided(agency, 1)
    cycles.through(session, run, "issue-decrees", issue_decrees)
    (decree,) = issued(session, run)
    letter = session.scalars(select(Message).where(Message.template == "decree_issued")).one()
    assert letter.recipient_id == decree.employee_id
    assert letter.facts["code"] == decree.code
    assert letter.facts["rank_name"] == "Penata Muda Tingkat I"


def test_finalising_counts_what_became_of_everybody_and_completes_once(
    session: Session, agency: Agency
) -> None:
    run = decided(agency, 2)
    cycles.through(session, run, "issue-decrees", issue_decrees)
    told = advance(session, run, "finalise", finalise)
    assert told.result["decrees"] == told.result["approved"] == 2
    process = session.get_one(Process, run.process_id)
    assert process.state == "completed"
    assert process.ended_at
    advance(session, run, "finalise", finalise)
    finalise(session, system("flow"), run.process_id)
    assert [row.name for row in history(session, run.process_id)].count("process.completed") == 1


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}".lower()])
def test_a_decree_is_found_by_its_code_however_it_is_typed(
    session: Session, agency: Agency, typed: str
) -> None:
    run = decided(agency, 1)
    cycles.through(session, run, "issue-decrees", issue_decrees)
    (decree,) = issued(session, run)
    for code in (decree.code, decree.code.lower(), decree.code.replace("-", " ")):
        found = decree_by_code(session, typed.format(code))
        assert found
        assert found.id == decree.id
    assert decree_by_code(session, "AAAA-AAAA-AAAA-AAAA") is None
    assert decree_by_code(session, "") is None
    assert [d.id for d in decrees_of(session, decree.employee_id)] == [decree.id]


def test_two_cycles_that_end_at_once_share_one_run_of_numbers(committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        agency = Agency.founded(session)
        runs = []
        for n in (1, 2):
            for _ in range(4):
                agency.candidate(agency.units[n - 1])
            runs.append(cycles.screened(agency, unit_codes=[f"bidang-{n}"]))
        for run in runs:
            for case in cycles.cases(session, run.process_id):
                cycles.approve(agency, case)
            assert pass_or_wait(session, run, "approvals", GateKind.SETTLED)
    together = threading.Barrier(2)
    failed: list[BaseException] = []

    def end(run: Run) -> None:
        try:
            together.wait()
            finished = False
            while not finished:
                with committed.begin() as session:
                    finished = advance(session, run, "issue-decrees", issue_decrees).finished
        except BaseException as exc:  # handed to the test's own thread
            failed.append(exc)

    threads = [threading.Thread(target=end, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with committed() as session:
        serials = session.scalars(select(Decree.serial).order_by(Decree.serial)).all()
        assert serials == list(range(1, 9))
