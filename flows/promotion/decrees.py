"""The end of a cycle: for whoever was approved, a decree and the new rank, both in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from approvals.models import Case, CaseState, Decision, DecisionKind, ExternalAnswer, Task
from core import clock
from core.actor import Actor
from core.errors import MufakatError
from core.events import Event, record
from core.ids import new_id
from core.language import sentence
from core.settings import settings
from flows.process.ending import complete
from flows.process.memory import WHOLE, Portion
from flows.promotion.decree import DecreeText, new_code, number, pdf
from flows.promotion.models import Candidate, Decree, DecreeKind
from flows.promotion.screening import counts
from personnel.careers import promote
from personnel.directory import PersonnelDirectory, office_day

CHUNK = 20
"""Decrees in one transaction: drawing one takes about 20 ms."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who approved at the last stage, by which post, and what the agency outside had answered before."""

    by: UUID
    name: str
    post: str
    at: datetime
    consideration_number: str
    consideration_date: date


def issue_decrees(session: Session, actor: Actor, process_id: UUID) -> Portion:
    """Issue the next decrees of the cycle: number, PDF, new rank in the record, notice.

    Somebody whose record does not take the new rank (they have it by another decree, say) gets none; the
    reason stays with the candidate, for HR.
    """
    approved = _approved(session, process_id)
    signed = signatures(session, [case.id for _, case in approved])
    events: list[Event] = []
    for candidate, case in approved:
        decree = _issue(session, actor, candidate, case, signed[case.id])
        events += [_issued(decree)] if decree else [_not_entered(candidate)]
    record(session, actor, events)
    session.flush()
    left = _count(session, process_id, done=False)
    return Portion(done := _count(session, process_id, done=True), done + left, {"decrees": done})


def finalise(session: Session, actor: Actor, process_id: UUID) -> Portion:
    """Count what became of everybody, and complete the cycle."""
    by_state = select(Case.state, func.count()).where(Case.process_id == process_id).group_by(Case.state)
    states: dict[str, int] = {row[0]: row[1] for row in session.execute(by_state)}
    granted = (Decree.process_id == process_id, Decree.kind == DecreeKind.GRANT)
    issued = select(func.count()).select_from(Decree).where(*granted)
    summary = {**counts(session, process_id), **states, "decrees": session.scalars(issued).one()}
    complete(session, actor, process_id, summary)
    return Portion(WHOLE.done, WHOLE.total, summary)


def _issue(
    session: Session, actor: Actor, candidate: Candidate, case: Case, signed: Signature
) -> Decree | None:
    """Number the decree, enter the rank and draw the PDF; None when the record refuses the rank."""
    now = clock.now(session)
    year = office_day(now).year
    serial = next_serial(session, year)
    written, effective_on = number(serial, year), date.fromisoformat(case.data["effective_on"])
    rank_from, rank_to = case.data["rank_from"], case.data["rank_to"]
    try:
        promote(session, actor, candidate.employee_id, rank_to, effective_on, written)
    except MufakatError as refusal:
        candidate.problem = sentence(settings().office.language, refusal)
        return None
    code = new_code()
    drawn = pdf(
        DecreeText(
            office=settings().office.name,
            city=settings().office.city,
            number=written,
            code=code,
            url=f"{settings().public_url}/verify/{code}",
            name=candidate.name,
            nip=candidate.nip,
            unit=candidate.unit_name,
            rank_from=rank_from,
            rank_to=rank_to,
            effective_on=effective_on,
            consideration_number=signed.consideration_number,
            consideration_date=signed.consideration_date,
            signed_by=signed.name,
            signed_as=signed.post,
            signed_at=signed.at,
            zone=settings().zone,
        )
    )
    decree = Decree(
        id=new_id(),
        process_id=candidate.process_id,
        case_id=case.id,
        employee_id=candidate.employee_id,
        year=year,
        serial=serial,
        number=written,
        code=code,
        name=candidate.name,
        nip=candidate.nip,
        rank_from=rank_from,
        rank_to=rank_to,
        effective_on=effective_on,
        signed_by=signed.by,
        signed_by_name=signed.name,
        signed_as=signed.post,
        signed_at=signed.at,
        issued_at=now,
        consideration_number=signed.consideration_number,
        pdf=drawn,
        pdf_sha256=sha256(drawn).hexdigest(),
    )
    session.add(decree)
    session.flush()
    return decree


def next_serial(session: Session, year: int) -> int:
    """The next number of the year. The lock is held until the decree that uses it is committed, so numbers
    run without a gap, also when two cycles end at once."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('decree'), :year)"), {"year": year})
    return (session.scalar(select(func.max(Decree.serial)).where(Decree.year == year)) or 0) + 1


def _approved(session: Session, process_id: UUID) -> Sequence[tuple[Candidate, Case]]:
    """The next candidates whose case was approved and who have no decree yet, by number."""
    query = (
        select(Candidate, Case)
        .join(Case, Case.id == Candidate.case_id)
        .outerjoin(Decree, Decree.case_id == Case.id)
        .where(
            Candidate.process_id == process_id,
            Case.state == CaseState.APPROVED,
            Candidate.problem.is_(None),
            Decree.id.is_(None),
        )
        .order_by(Candidate.number)
        .limit(CHUNK)
    )
    return [(candidate, case) for candidate, case in session.execute(query)]


def _count(session: Session, process_id: UUID, *, done: bool) -> int:
    approved = (
        select(func.count())
        .select_from(Candidate)
        .join(Case, Case.id == Candidate.case_id)
        .outerjoin(Decree, Decree.case_id == Case.id)
        .where(Candidate.process_id == process_id, Case.state == CaseState.APPROVED)
    )
    if done:
        return session.scalars(approved.where(Decree.id.is_not(None))).one()
    return session.scalars(approved.where(Decree.id.is_(None), Candidate.problem.is_(None))).one()


def signatures(session: Session, case_ids: Sequence[UUID]) -> Mapping[UUID, Signature]:
    """For each approved case: its last approval by a person, and the agency's last favourable answer."""
    decisions = session.execute(
        select(Decision, Task.position_id)
        .join(Task, Task.id == Decision.task_id)
        .where(Decision.case_id.in_(case_ids), Decision.kind == DecisionKind.APPROVE)
        .order_by(Decision.case_id, Decision.decided_at)
    )
    last = {decision.case_id: (decision, position) for decision, position in decisions}
    answers = session.scalars(
        select(ExternalAnswer)
        .where(ExternalAnswer.case_id.in_(case_ids), ExternalAnswer.outcome == "approve")
        .order_by(ExternalAnswer.case_id, ExternalAnswer.recorded_at)
    )
    considered = {answer.case_id: answer for answer in answers}
    directory = PersonnelDirectory(session)
    return {
        case_id: Signature(
            by=decision.decider_id,
            name=decision.decider_name,
            post=directory.post(position, decision.decided_at).title if position else "",
            at=decision.decided_at,
            consideration_number=considered[case_id].letter_number if case_id in considered else "-",
            consideration_date=considered[case_id].letter_date
            if case_id in considered
            else office_day(decision.decided_at),
        )
        for case_id, (decision, position) in last.items()
    }


def _issued(decree: Decree) -> Event:
    facts = {
        "process": decree.process_id,
        "case": decree.case_id,
        "decree": decree.id,
        "number": decree.number,
        "employee": decree.employee_id,
        "rank_to": decree.rank_to,
        "effective_on": decree.effective_on,
        "code": decree.code,
        "sha256": decree.pdf_sha256,
    }
    return Event("decree.issued", decree.process_id, "process", facts, {"name": decree.name})


def _not_entered(candidate: Candidate) -> Event:
    facts = {"process": candidate.process_id, "employee": candidate.employee_id, "case": candidate.case_id}
    personal = {"name": candidate.name, "why": candidate.problem}
    return Event("candidate.not_promoted", candidate.process_id, "process", facts, personal)
