"""After the launch HR may take somebody out of a cycle or put somebody in, with a reason and by the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals import proposals
from approvals.authority import must_be_of_others
from approvals.cases import open_cases
from approvals.cohort import cancel_cases
from approvals.dossier import Dossier, lock_case
from approvals.interests import Interests, doubted_by, tied_to
from approvals.models import Case
from approvals.models_proposals import Proposal, ProposalKind
from core import clock
from core.actor import Actor, Role
from core.events import Event, record
from core.settings import settings
from flows.process import queries
from flows.process.models import ENDED, Gate, Process
from flows.process.service import locked
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
from flows.promotion.explaining import Explained, explain
from flows.promotion.models import Candidate, Screening
from flows.promotion.params import params_of
from flows.promotion.pinned import chain_of, rulebook_of
from flows.promotion.rules import MET
from flows.promotion.screening import Screener, screened_row
from personnel import finding
from personnel.directory import PersonnelDirectory
from personnel.models import Employee

GATE = "approvals"
EXCLUSION = ProposalKind.EXCLUSION


def exclude_candidate(
    session: Session, actor: Actor, process_id: UUID, employee_id: UUID, reason: str
) -> Proposal:
    """Propose to take a candidate out of the cycle; until another confirms it, the case goes on.

    Proposing it again returns the same. Raises CandidatesAreHrs, OwnCandidacy, WhyNeeded, NoSuchProcess,
    CycleClosed, NoSuchCandidate, NotCandidate, ConflictOfInterest, ProposedAlready.
    """
    _must_change(actor, employee_id, reason)
    _open_cycle(session, process_id)
    dossier = lock_case(session, _case_of(_candidate(session, process_id, employee_id)))
    _must_go_on(dossier)
    must_be_of_others(dossier, actor)
    waiting = proposals.about_case(session, dossier.case.id)
    if mine := next((p for p in waiting if p.kind == EXCLUSION and p.made_by == actor.person_id), None):
        return mine
    body = {"employee": str(employee_id)}
    return proposals.propose(session, actor, EXCLUSION, body, case_id=dossier.case.id, reason=reason)


def confirm_excluding(session: Session, actor: Actor, proposal_id: UUID) -> Candidate:
    """Confirm that a candidate leaves the cycle, as another proposed: the case is cancelled with its tasks,
    and the person is told why.

    Raises NoSuchProposal, AnsweredAlready, HrOnly, OwnProposal, Conflicted, ConflictOfInterest, CycleClosed,
    NotCandidate.
    """
    case_id = proposals.case_of(session, proposal_id, EXCLUSION)
    process = _open_cycle(session, session.get_one(Case, case_id).process_id)
    dossier = lock_case(session, case_id)
    proposal = proposals.locked(session, proposal_id, EXCLUSION)
    proposals.must_confirm(actor, proposal, dossier.interests)
    candidate = _candidate(session, process.id, UUID(proposal.body["employee"]))
    _must_go_on(dossier)
    if candidate.case_id != case_id:
        raise NotCandidate(name=candidate.name)
    proposals.confirm(session, actor, proposal)
    cancel_cases(session, actor, process.id, proposal.reason, only=[case_id])
    candidate.outcome, candidate.note = Screening.EXCLUDED, proposal.reason
    session.flush()
    _tell(session, actor, process, candidate, "excluded", by=proposal.made_by)
    return candidate


def add_candidate(session: Session, actor: Actor, process_id: UUID, nip: str, reason: str) -> Candidate:
    """Put somebody into the cycle: one whose file has been completed since, or one of another unit.

    They are screened anew, and must meet the rules. Raises CandidatesAreHrs, OwnCandidacy, WhyNeeded,
    NoSuchProcess, CycleClosed, NoSuchPerson, CandidateAlready, ExcludedBefore, NotEligible;
    RelatedToSubject, TieUnanswered where they are tied to the person.
    """
    employee_id = session.scalar(select(Employee.id).where(Employee.nip == "".join(nip.split())))
    if employee_id is None:
        raise NoSuchPerson(nip=nip)
    _must_change(actor, employee_id, reason)
    _must_not_be_tied(session, actor, employee_id)
    return admit(session, actor, process_id, employee_id, reason)


def admit(session: Session, actor: Actor, process_id: UUID, employee_id: UUID, reason: str) -> Candidate:
    """The same for a verb that has its own guard: somebody whose file a checked case has completed.

    Whom two people took out stays out. Raises NoSuchProcess, CycleClosed, CandidateAlready, ExcludedBefore,
    NotEligible.
    """
    process = _open_cycle(session, process_id)
    before = session.get(Candidate, (process_id, employee_id), populate_existing=True)
    if before is not None and before.outcome == Screening.MEETS:
        raise CandidateAlready(name=before.name)
    if before is not None and before.outcome == Screening.EXCLUDED:
        raise ExcludedBefore(name=before.name)
    number = before.number if before else _next_number(session, process_id)
    row = _screened(session, process, employee_id, number)
    row |= {"note": reason.strip(), "case_id": _open_case(session, actor, process, row)}
    candidate = session.merge(Candidate(**row))
    session.flush()
    _tell(session, actor, process, candidate, "added")
    return candidate


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody who might be put into a cycle: what its rules find now, and where they are in it already."""

    employee_id: UUID
    nip: str
    name: str
    unit_name: str
    rank_from: str | None
    rank_to: str | None
    meets: bool
    findings: Sequence[Explained]
    inside: bool
    """Whether they are in the cycle with a case."""
    excluded: bool
    """Whether two people took them out of it: then they stay out."""


def look_at(session: Session, process_id: UUID, said: str) -> Looked:
    """What would be found about somebody, by their NIP or a name that one person has; writes nothing.

    Raises NoSuchProcess, finding.NoSuchPerson, finding.SeveralPeople.
    """
    process = queries.process(session, process_id)
    person = finding.one(session, said)
    screener = _screener(session, process)
    career, facts, found = screener.screen(session, [person.id])[0]
    before = session.get(Candidate, (process_id, person.id))
    return Looked(
        person.id,
        career.nip,
        career.name,
        career.unit_name,
        career.rank,
        facts["rank_to"],
        found.outcome is Screening.MEETS,
        explain(found.plain, facts, screener.book),
        before is not None and before.outcome == Screening.MEETS,
        before is not None and before.outcome == Screening.EXCLUDED,
    )


def _must_change(actor: Actor, employee_id: UUID, reason: str) -> None:
    """Whether this person may change who is in a cycle, and says why."""
    if not actor.has(Role.HR):
        raise CandidatesAreHrs
    if actor.person_id == employee_id:
        raise OwnCandidacy
    if not reason.strip():
        raise WhyNeeded


def _must_not_be_tied(session: Session, actor: Actor, employee_id: UUID) -> None:
    """As for taking somebody out, though there is no case yet. Raises RelatedToSubject, TieUnanswered."""
    now = clock.now(session)
    ties = PersonnelDirectory(session).related([employee_id], now).get(employee_id, ())
    tied, doubted = tied_to(employee_id, ties), doubted_by(employee_id, ties)
    if conflict := Interests(employee_id, None, tied=tied, doubted=doubted).conflict_of(actor.person_id):
        raise conflict


def _candidate(session: Session, process_id: UUID, employee_id: UUID) -> Candidate:
    candidate = session.get(Candidate, (process_id, employee_id), populate_existing=True)
    if candidate is None:
        raise NoSuchCandidate
    return candidate


def _case_of(candidate: Candidate) -> UUID:
    if candidate.outcome != Screening.MEETS or candidate.case_id is None:
        raise NotCandidate(name=candidate.name)
    return candidate.case_id


def _must_go_on(dossier: Dossier) -> None:
    if dossier.case.settled_at is not None:
        raise NotCandidate(name=dossier.case.subject_name)


def _open_cycle(session: Session, process_id: UUID) -> Process:
    """The cycle, locked, if it still lets people in and out."""
    process = locked(session, process_id)
    gate = session.get(Gate, (process_id, GATE))
    begun = chain_of(session, process) is not None
    if process.state in ENDED or not begun or (gate is not None and gate.passed_at is not None):
        raise CycleClosed
    return process


def _screened(session: Session, process: Process, employee_id: UUID, number: int) -> dict[str, Any]:
    """The candidate as the rules find them now. Raises NotEligible, which says what they lack."""
    screener = _screener(session, process)
    career, facts, found = screener.screen(session, [employee_id])[0]
    if found.outcome is not Screening.MEETS:
        language = settings().office.language
        unmet = [f for f in explain(found.plain, facts, screener.book) if f["met"] != MET]
        why = "; ".join(f"{f['title'][language]}: {f['found'][language]}" for f in unmet)
        raise NotEligible(name=career.name, why=why)
    return screened_row(process, number, (career, facts, found), clock.now(session))


def _screener(session: Session, process: Process) -> Screener:
    return Screener(params_of(process), rulebook_of(session, process))


def _open_case(session: Session, actor: Actor, process: Process, row: dict[str, Any]) -> UUID:
    """A new case: one that ended is never opened again."""
    version = chain_of(session, process)
    assert version is not None
    earlier = select(func.count()).where(Case.process_id == process.id, Case.subject_id == row["employee_id"])
    key = f"{row['employee_id']}:{session.scalars(earlier).one()}"
    draft = _screener(session, process).draft(process, row, key)
    directory = PersonnelDirectory(session)
    return open_cases(session, actor, process.id, version, [draft], directory=directory)[0]


def _next_number(session: Session, process_id: UUID) -> int:
    highest = select(func.max(Candidate.number)).where(Candidate.process_id == process_id)
    return (session.scalar(highest) or 0) + 1


def _tell(
    session: Session, actor: Actor, process: Process, candidate: Candidate, what: str, **more: UUID
) -> None:
    facts = {"process": process.id, "employee": candidate.employee_id, "case": candidate.case_id, **more}
    personal = {"name": candidate.name, "reason": candidate.note}
    record(session, actor, [Event(f"candidate.{what}", process.id, "process", facts, personal)])
