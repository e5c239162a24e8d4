"""Stages that an authority outside decides: who waits for it, and recording what its letter says."""

from dataclasses import dataclass
from datetime import date, datetime
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
from core.events import Event, record
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
"""The agency's words (memenuhi syarat, tidak memenuhi syarat, berkas tidak sesuai), and ours."""


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

    HR records what others decided: that is not a decision of theirs, but not on their own case either, and
    whoever does it decides no later stage.
    Raises NoSuchCase, HrOnly, ConflictOfInterest, BadLetter, AlreadyAnswered, NotWaitingOutside, CaseSealed,
    CaseSettled.
    """
    dossier = lock_case(session, case_id)
    now = clock.now(session)
    letter = _Letter.read(outcome, letter_number, letter_date, note, now)
    recorder = _recorder(dossier, actor)
    if same := _recorded(session, dossier, letter):
        return same
    given = letter.answer_for(dossier.case, recorder, actor.name, now)
    # what others decided is entered by one, and decided by after that by others
    dossier.case.corrected_by = sorted({*dossier.case.corrected_by, recorder})
    said = letter.event(dossier.case)
    session.add(given)
    session.flush()
    code = next(iter(dossier.definition.reasons_for(letter.kind, given.stage)), None)
    events = move(session, dossier, Cause(Move(letter.kind), code, letter.note), directory=directory, now=now)
    session.flush()
    record(session, actor, [said, *events])
    return given


@dataclass(frozen=True, slots=True)
class _Letter:
    kind: DecisionKind
    number: str
    dated: date
    note: str

    @classmethod
    def read(cls, outcome: str, number: str, on: date, note: str, now: datetime) -> "_Letter":
        kind = OUTCOMES.get(outcome)
        if kind is None or not number.strip() or on > now.astimezone(settings().zone).date():
            raise BadLetter
        return cls(kind, number.strip(), on, note.strip())

    def answer_for(self, case: Case, recorder: UUID, recorder_name: str, now: datetime) -> ExternalAnswer:
        return ExternalAnswer(
            id=new_id(),
            case_id=case.id,
            stage=case.stage or "",
            round=case.round,
            outcome=self.kind,
            letter_number=self.number,
            letter_date=self.dated,
            note=self.note,
            recorded_by=recorder,
            recorded_by_name=recorder_name,
            recorded_at=now,
        )

    def event(self, case: Case) -> Event:
        facts = {
            "stage": case.stage,
            "outcome": self.kind,
            "letter_number": self.number,
            "letter_date": self.dated,
        }
        return about(case, "case.answered_outside", self.note, **facts)


def _recorder(dossier: Dossier, actor: Actor) -> UUID:
    if actor.person_id is None or not actor.has(Role.HR):
        raise HrOnly
    if conflict := dossier.interests.conflict_of(actor.person_id):
        raise conflict
    return actor.person_id


def _recorded(session: Session, dossier: Dossier, letter: _Letter) -> ExternalAnswer | None:
    """The answer that this letter gave already; otherwise the case must be waiting for one."""
    case = dossier.case
    answers = session.scalars(select(ExternalAnswer).where(ExternalAnswer.case_id == case.id)).all()
    if same := next(
        (a for a in answers if (a.letter_number, a.outcome) == (letter.number, letter.kind)), None
    ):
        return same
    if here := next((a for a in answers if a.round == case.round), None):
        raise AlreadyAnswered(number=here.letter_number)
    dossier.must_be_alive()
    at_stage = case.stage and dossier.definition.stage(case.stage).is_external
    if case.state != CaseState.OPEN or not at_stage:
        raise NotWaitingOutside
    return None
