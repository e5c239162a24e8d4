"""Reads of promotion cycles: their figures, their candidates, their decrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, undefer

from approvals.models import Case
from approvals.views import Funnel, funnel
from flows.process.models import Process
from flows.process.queries import ProcessView, process_view
from flows.promotion.errors import NoSuchCandidate
from flows.promotion.models import Candidate, Decree
from flows.promotion.params import PromotionParams, params_of
from flows.promotion.screening import counts


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A candidate with where their case stands and their decree, if there are any."""

    candidate: Candidate
    case: Case | None
    decree_id: UUID | None
    decree_number: str | None

    @property
    def missing(self) -> list[dict[str, str]]:
        """What the file lacks, by language."""
        return [name for finding in self.candidate.findings for name in finding["missing"]]

    @property
    def unmet(self) -> list[dict[str, Any]]:
        """The rules that were not met, with what was found."""
        return [finding for finding in self.candidate.findings if finding["met"] == "no"]


@dataclass(frozen=True, slots=True)
class CycleView:
    """A cycle: its process, its parameters, and its figures."""

    view: ProcessView
    params: PromotionParams
    outcomes: Mapping[str, int]
    """Candidates by what screening found: meets, fails, incomplete, excluded."""
    funnel: Funnel
    decrees: int
    problems: int
    """Approved ones whose record did not take the new rank."""

    @property
    def process(self) -> Process:
        return self.view.process


def cycle_view(session: Session, process_id: UUID) -> CycleView:
    """A cycle with its figures. Raises NoSuchProcess."""
    view = process_view(session, process_id)
    decrees = select(func.count()).select_from(Decree).where(Decree.process_id == process_id)
    problems = (
        select(func.count())
        .select_from(Candidate)
        .where(Candidate.process_id == process_id, Candidate.problem.is_not(None))
    )
    return CycleView(
        view=view,
        params=params_of(view.process),
        outcomes=counts(session, process_id),
        funnel=funnel(session, process_id),
        decrees=session.scalars(decrees).one(),
        problems=session.scalars(problems).one(),
    )


def candidates(
    session: Session,
    process_id: UUID,
    *,
    outcome: str | None = None,
    stage: str | None = None,
    state: str | None = None,
    search: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[CandidateRow]:
    """A page of a cycle's candidates by number: of one outcome, at one stage or in one state, if wanted."""
    query = _found(process_id, outcome, stage, state, search)
    rows = session.execute(query.order_by(Candidate.number).limit(limit).offset(offset))
    return [CandidateRow(*row) for row in rows]


def count_candidates(
    session: Session,
    process_id: UUID,
    *,
    outcome: str | None = None,
    stage: str | None = None,
    state: str | None = None,
    search: str = "",
) -> int:
    """How many `candidates` finds in all."""
    found = _found(process_id, outcome, stage, state, search).with_only_columns(func.count())
    return session.scalars(found).one()


def candidate(session: Session, process_id: UUID, employee_id: UUID) -> CandidateRow:
    """One candidate. Raises NoSuchCandidate."""
    query = _rows().where(Candidate.process_id == process_id, Candidate.employee_id == employee_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NoSuchCandidate
    return CandidateRow(*row)


def candidate_of_case(session: Session, case_id: UUID) -> Candidate | None:
    """What screening found about the subject of a case; None for a case of another process."""
    return session.scalar(select(Candidate).where(Candidate.case_id == case_id))


def candidacies(session: Session, employee_id: UUID) -> list[tuple[Process, CandidateRow]]:
    """The cycles that looked at a person, newest first."""
    query = _rows().join(Process, Process.id == Candidate.process_id).add_columns(Process)
    found = query.where(Candidate.employee_id == employee_id).order_by(Process.created_at.desc())
    return [(process, CandidateRow(*rest)) for *rest, process in session.execute(found)]


def decree(session: Session, decree_id: UUID) -> Decree | None:
    """A decree with its PDF."""
    return session.get(Decree, decree_id, options=[undefer(Decree.pdf)])


def decree_by_code(session: Session, code: str) -> Decree | None:
    """The decree of a verification code, however it was typed; with its PDF."""
    letters = "".join(character for character in code.upper() if character.isalnum())
    typed = "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
    return session.scalar(select(Decree).where(Decree.code == typed).options(undefer(Decree.pdf)))


def decrees_of(session: Session, employee_id: UUID) -> list[Decree]:
    """A person's decrees, newest first, without their PDFs."""
    query = select(Decree).where(Decree.employee_id == employee_id).order_by(Decree.issued_at.desc())
    return list(session.scalars(query))


def decrees(session: Session, process_id: UUID, *, limit: int = 50, offset: int = 0) -> Sequence[Decree]:
    """A page of a cycle's decrees by number, without their PDFs."""
    query = select(Decree).where(Decree.process_id == process_id).order_by(Decree.year, Decree.serial)
    return session.scalars(query.limit(limit).offset(offset)).all()


def _rows() -> Any:
    return (
        select(Candidate, Case, Decree.id, Decree.number)
        .outerjoin(Case, Case.id == Candidate.case_id)
        .outerjoin(Decree, Decree.case_id == Candidate.case_id)
    )


def _found(process_id: UUID, outcome: str | None, stage: str | None, state: str | None, search: str) -> Any:
    query = _rows().where(Candidate.process_id == process_id)
    if outcome:
        query = query.where(Candidate.outcome == outcome)
    if stage:
        query = query.where(Case.stage == stage)
    if state:
        query = query.where(Case.state == state)
    if said := search.strip():
        name = Candidate.name.icontains(said, autoescape=True)
        query = query.where(or_(name, Candidate.nip.startswith(said, autoescape=True)))
    return query
