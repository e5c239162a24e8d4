"""After the launch: HR takes somebody out, or puts somebody in."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.errors import ConflictOfInterest, HrOnly, RelatedToSubject
from approvals.obstacles import OwnProposal
from core.actor import Role, system
from core.events import facts_of, history
from core.ids import new_id
from flows.process.models import IntentKind
from flows.process.waiting import GateKind, pass_or_wait
from flows.promotion.candidates import add_candidate, admit, confirm_excluding, exclude_candidate, look_at
from flows.promotion.errors import (
    CandidateAlready,
    CandidatesAreHrs,
    CycleClosed,
    ExcludedBefore,
    NoSuchCandidate,
    NoSuchPerson,
    NotCandidate,
    NotEligible,
    OwnCandidacy,
    WhyNeeded,
)
from flows.promotion.queries import candidate, candidates, count_candidates
from notifications.models import Message
from personnel import relations
from personnel.models import Document
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


def hr(agency: Agency) -> Any:
    return agency.actor(agency.hr)


def test_an_excluded_candidates_case_is_cancelled_and_they_are_told_why(
    session: Session, agency: Agency
) -> None:
    person = agency.candidate(agency.units[0])
    stays = agency.candidate(agency.units[1])
    run = cycles.screened(agency)
    cycles.exclude(agency, run.process_id, person, "pindah instansi")
    row = candidate(session, run.process_id, person.id)
    assert row.case
    assert (row.candidate.outcome, row.case.state) == ("excluded", "cancelled")
    other = candidate(session, run.process_id, stays.id)
    assert other.case
    assert other.case.state == "open"
    letter = session.scalars(select(Message).where(Message.template == "case_decided")).one()
    assert (letter.recipient_id, letter.facts["comment"]) == (person.id, "pindah instansi")
    told = history(session, run.process_id)[-1]
    assert told.name == "candidate.excluded"
    assert facts_of(told)["reason"] == "pindah instansi"


def test_until_another_agrees_the_case_goes_on(session: Session, agency: Agency) -> None:
    person = agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    made = exclude_candidate(session, hr(agency), run.process_id, person.id, "pindah instansi")
    assert exclude_candidate(session, hr(agency), run.process_id, person.id, "pindah").id == made.id
    row = candidate(session, run.process_id, person.id)
    assert row.case
    assert (row.candidate.outcome, row.case.state) == ("meets", "open")
    with pytest.raises(OwnProposal):
        confirm_excluding(session, hr(agency), made.id)
    with pytest.raises(HrOnly):
        confirm_excluding(session, agency.actor(agency.operator), made.id)


def test_whoever_is_tied_to_a_candidate_neither_proposes_nor_agrees(session: Session, agency: Agency) -> None:
    person = agency.candidate(agency.units[0])
    colleague = agency.person(agency.badan, "Nurul Hidayah", roles=[Role.HR])
    relations.declare(session, agency.actor(colleague), colleague.id, person.id, "family")
    run = cycles.screened(agency)
    with pytest.raises(ConflictOfInterest):
        exclude_candidate(session, agency.actor(colleague), run.process_id, person.id, "pindah")
    made = exclude_candidate(session, hr(agency), run.process_id, person.id, "pindah instansi")
    with pytest.raises(ConflictOfInterest):
        confirm_excluding(session, agency.actor(colleague), made.id)


def test_what_was_decided_before_the_second_person_came_stays(session: Session, agency: Agency) -> None:
    person = agency.candidate(agency.units[0])
    agency.candidate(agency.units[1])
    run = cycles.screened(agency)
    made = exclude_candidate(session, hr(agency), run.process_id, person.id, "pindah instansi")
    mine = next(c for c in cycles.cases(session, run.process_id) if c.subject_id == person.id)
    cycles.approve(agency, mine)
    with pytest.raises(NotCandidate):
        confirm_excluding(session, cycles.ADMIN, made.id)
    assert candidate(session, run.process_id, person.id).candidate.outcome == "meets"


def test_the_last_candidate_excluded_opens_the_gate(session: Session, agency: Agency) -> None:
    person = agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    cycles.exclude(agency, run.process_id, person, "pindah instansi")
    assert pass_or_wait(session, run, "approvals", GateKind.SETTLED)


def test_a_completed_file_lets_somebody_in(session: Session, agency: Agency) -> None:
    person = agency.candidate(agency.units[0], documents=("sk-cpns", "sk-pns", "last-rank-decree"))
    agency.candidate(agency.units[1])
    run = cycles.screened(agency)
    with pytest.raises(NotEligible, match="ijazah"):
        add_candidate(session, hr(agency), run.process_id, person.nip, "berkas sudah lengkap")
    session.add(Document(id=new_id(), employee_id=person.id, kind="diploma", number="1", dated=None))
    added = add_candidate(session, hr(agency), run.process_id, person.nip, "berkas sudah lengkap")
    assert added.outcome == "meets"
    assert added.case_id
    assert cycles.open_task(session, added.case_id).assignee_id == agency.heads[0].id
    assert count_candidates(session, run.process_id, outcome="incomplete") == 0


def test_somebody_of_another_unit_gets_the_next_number(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    outsider = agency.candidate(agency.units[1])
    run = cycles.screened(agency, unit_codes=["bidang-1"])
    last = max(row.candidate.number for row in candidates(session, run.process_id))
    added = add_candidate(session, hr(agency), run.process_id, outsider.nip, "usul susulan")
    assert added.number == last + 1
    assert added.note == "usul susulan"


def test_whom_two_took_out_nobody_puts_in_again(session: Session, agency: Agency) -> None:
    person = agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    cycles.exclude(agency, run.process_id, person, "pindah instansi")
    assert look_at(session, run.process_id, person.nip).excluded
    with pytest.raises(ExcludedBefore):
        add_candidate(session, hr(agency), run.process_id, person.nip, "ternyata benar")
    with pytest.raises(ExcludedBefore):  # nor does a file that was completed meanwhile
        admit(session, system("flow"), run.process_id, person.id, "KLB-2026-12/0001")
    assert {case.state for case in cycles.cases(session, run.process_id)} == {"cancelled"}


def test_whoever_is_tied_to_somebody_does_not_put_them_in(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    outsider = agency.candidate(agency.units[1])
    colleague = agency.person(agency.badan, "Nurul Hidayah", roles=[Role.HR])
    relations.declare(session, agency.actor(colleague), colleague.id, outsider.id, "family")
    run = cycles.screened(agency, unit_codes=["bidang-1"])
    with pytest.raises(RelatedToSubject):
        add_candidate(session, agency.actor(colleague), run.process_id, outsider.nip, "usul susulan")
    assert add_candidate(session, hr(agency), run.process_id, outsider.nip, "usul susulan").case_id


@pytest.mark.parametrize("who", ["operator", "verifier", "mayor"])
def test_only_hr_changes_who_is_in_a_cycle(session: Session, agency: Agency, who: str) -> None:
    person = agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    actor = agency.actor(getattr(agency, who))
    with pytest.raises(CandidatesAreHrs):
        exclude_candidate(session, actor, run.process_id, person.id, "karena")
    with pytest.raises(CandidatesAreHrs):
        add_candidate(session, actor, run.process_id, person.nip, "karena")


def test_nobody_puts_themselves_in(session: Session, agency: Agency) -> None:
    run = cycles.screened(agency)
    with pytest.raises(OwnCandidacy):
        add_candidate(session, hr(agency), run.process_id, agency.hr.nip, "karena")


def test_each_refusal_has_its_name(session: Session, agency: Agency) -> None:
    person = agency.candidate(agency.units[0])
    unfit = agency.candidate(agency.units[0], status="PPPK")
    elsewhere = agency.unit("lain")
    stranger = agency.candidate(elsewhere)
    run = cycles.screened(agency, unit_codes=["pemko"])
    process_id = run.process_id
    with pytest.raises(WhyNeeded):
        exclude_candidate(session, hr(agency), process_id, person.id, " ")
    with pytest.raises(NoSuchCandidate):
        exclude_candidate(session, hr(agency), process_id, stranger.id, "karena")
    with pytest.raises(NotCandidate):
        exclude_candidate(session, hr(agency), process_id, unfit.id, "karena")
    with pytest.raises(CandidateAlready):
        add_candidate(session, hr(agency), process_id, person.nip, "karena")
    with pytest.raises(NoSuchPerson):
        add_candidate(session, hr(agency), process_id, "000000000000000000", "karena")
    with pytest.raises(NotEligible, match="PPPK"):
        add_candidate(session, hr(agency), process_id, unfit.nip, "karena")


def test_after_the_gate_and_after_the_end_nobody_comes_or_goes(session: Session, agency: Agency) -> None:
    person = agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    cycles.approve(agency, case)
    assert pass_or_wait(session, run, "approvals", GateKind.SETTLED)
    with pytest.raises(CycleClosed):
        exclude_candidate(session, hr(agency), run.process_id, person.id, "karena")
    cycles.ask(agency, run.process_id, IntentKind.CANCEL)
    with pytest.raises(CycleClosed):
        add_candidate(session, hr(agency), run.process_id, agency.verifier.nip, "karena")


def test_a_settled_case_is_not_excluded(session: Session, agency: Agency) -> None:
    person = agency.candidate(agency.units[0])
    agency.candidate(agency.units[1])
    run = cycles.screened(agency)
    mine = next(c for c in cycles.cases(session, run.process_id) if c.subject_id == person.id)
    cycles.approve(agency, mine)
    with pytest.raises(NotCandidate):
        exclude_candidate(session, hr(agency), run.process_id, person.id, "karena")


def test_candidates_are_found_by_outcome_stage_and_name(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0], "Budi Santoso")
    agency.candidate(agency.units[0], "Citra Lestari")
    run = cycles.screened(agency)
    pid = run.process_id
    assert [r.candidate.name for r in candidates(session, pid, search="citra")] == ["Citra Lestari"]
    assert count_candidates(session, pid, outcome="meets") == 2
    assert count_candidates(session, pid, stage="unit-head") == 2
    assert count_candidates(session, pid, state="approved") == 0
    assert len(candidates(session, pid, outcome="meets", limit=1, offset=1)) == 1
    failing = candidates(session, pid, outcome="fails")
    assert all(row.unmet for row in failing)
