"""Stages that an authority outside decides: who waits for it, and recording what its letter says."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case
from approvals.errors import AlreadyAnswered, BadLetter, HrOnly, NotWaitingOutside
from approvals.machine import Move
from approvals.models import Case, CaseState, DecisionKind, ExternalAnswer
from approvals.moving import Cause, about, move
from core import clock
from core.actor import Actor, Role
from core.events import record
from core.ids import new_id
from core.settings import settings

OUTCOMES = {
    "MS": DecisionKind.APPROVE,
    "TMS": DecisionKind.REJECT,
    "BTS": DecisionKind.RETURN,
    "approve": DecisionKind.APPROVE,
    "reject": DecisionKind.REJECT,
    "return": DecisionKind.RETURN,
}
"""The civil-service agency's words (memenuhi syarat, tidak memenuhi syarat, berkas tidak sesuai), and ours."""


def waiting(session: Session, process_id: UUID, stage: str) -> list[Case]:
    """The cases of a process that wait for an answer from outside at a stage, by reference."""
    found = select(Case).where(
        Case.process_id == process_id,
        Case.settled_at.is_(None),
        Case.state == CaseState.OPEN,
        Case.stage == stage,
    )
    return list(session.scalars(found.order_by(Case.reference)))


def answer(
    session: Session,
    actor: Actor,
    case_id: UUID,
    *,
    outcome: str,
    letter_number: str,
    letter_date: date,
    note: str,
    directory: Directory,
) -> ExternalAnswer:
    """Record an answer from outside and move the case on; the same letter again gives the same answer.

    HR records what others decided: that is not a decision of theirs, but not on their own case either.
    Raises NoSuchCase, HrOnly, ConflictOfInterest, BadLetter, AlreadyAnswered, NotWaitingOutside, CaseSealed,
    CaseSettled.
    """
    dossier = lock_case(session, case_id)
    kind, number = OUTCOMES.get(outcome), letter_number.strip()
    now = clock.now(session)
    if kind is None or not number or letter_date > now.astimezone(settings().zone).date():
        raise BadLetter
    recorder = _recorder(dossier, actor)
    if same := _recorded(session, dossier, kind, number):
        return same
    given = ExternalAnswer(
        id=new_id(),
        case_id=case_id,
        stage=dossier.case.stage or "",
        round=dossier.case.round,
        outcome=kind,
        letter_number=number,
        letter_date=letter_date,
        note=note.strip(),
        recorded_by=recorder,
        recorded_by_name=actor.name,
        recorded_at=now,
    )
    session.add(given)
    session.flush()
    said = about(
        dossier.case,
        "case.answered_outside",
        given.note,
        stage=given.stage,
        outcome=kind,
        letter_number=number,
        letter_date=letter_date,
    )
    code = next(iter(dossier.definition.reasons_for(kind, given.stage)), None)
    events = move(session, dossier, Cause(Move(kind), code, given.note), directory=directory, now=now)
    session.flush()
    record(session, actor, [said, *events])
    return given


def _recorder(dossier: Dossier, actor: Actor) -> UUID:
    if actor.person_id is None or not actor.has(Role.HR):
        raise HrOnly
    if conflict := dossier.interests.owners.get(actor.person_id):
        raise conflict
    return actor.person_id


def _recorded(session: Session, dossier: Dossier, kind: str, number: str) -> ExternalAnswer | None:
    """The answer that this letter gave already; otherwise the case must be waiting for one."""
    case = dossier.case
    answers = session.scalars(select(ExternalAnswer).where(ExternalAnswer.case_id == case.id)).all()
    if same := next((a for a in answers if (a.letter_number, a.outcome) == (number, kind)), None):
        return same
    if here := next((a for a in answers if a.round == case.round), None):
        raise AlreadyAnswered(number=here.letter_number)
    dossier.must_be_alive()
    at_stage = case.stage and dossier.definition.stage(case.stage).is_external
    if case.state != CaseState.OPEN or not at_stage:
        raise NotWaitingOutside
    return None
