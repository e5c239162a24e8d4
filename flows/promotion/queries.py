"""Reads of promotion cycles: their figures, their candidates, their decrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased, undefer

from approvals.models import Case
from approvals.views import Funnel, funnel
from flows.process.models import Process
from flows.process.queries import ProcessView, process, process_view
from flows.promotion.errors import NoSuchCandidate
from flows.promotion.explaining import Explained, Text, explain, missing
from flows.promotion.models import Candidate, Decree, DecreeKind
from flows.promotion.params import PromotionParams, params_of
from flows.promotion.pinned import rulebook_of
from flows.promotion.rulebook import Rulebook
from flows.promotion.rules import NOT_MET
from flows.promotion.screening import counts


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A candidate with where their case stands and their decree, if there are any."""

    candidate: Candidate
    case: Case | None
    decree_id: UUID | None
    decree_number: str | None
    replaced_by: str | None
    """The number of the decree that corrected or revoked it."""
    findings: Sequence[Explained]
    """What each rule found, in words."""

    @property
    def missing(self) -> list[Text]:
        """What the file lacks, by language."""
        return missing(self.findings)

    @property
    def unmet(self) -> list[Explained]:
        """The rules that were not met, with what was found."""
        return [finding for finding in self.findings if finding["met"] == NOT_MET]


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
    granted = (Decree.process_id == process_id, Decree.kind == DecreeKind.GRANT)
    decrees = select(func.count()).select_from(Decree).where(*granted)
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
    among: Sequence[ColumnElement[bool]] = (),
    limit: int = 50,
    offset: int = 0,
    after: int = 0,
) -> list[CandidateRow]:
    """A page of a cycle's candidates by number: of one outcome, at one stage, in one state, if wanted.

    `among` are further conditions on a candidate's case, as approvals.hold_ups has them.
    """
    query = _found(process_id, outcome, stage, state, search).where(Candidate.number > after, *among)
    rows = session.execute(query.order_by(Candidate.number).limit(limit).offset(offset))
    book = rulebook_of(session, process(session, process_id))
    return [_explained(row, book) for row in rows]


def count_candidates(
    session: Session,
    process_id: UUID,
    *,
    outcome: str | None = None,
    stage: str | None = None,
    state: str | None = None,
    search: str = "",
    among: Sequence[ColumnElement[bool]] = (),
) -> int:
    """How many `candidates` finds in all."""
    found = _found(process_id, outcome, stage, state, search).where(*among)
    return session.scalars(found.with_only_columns(func.count())).one()


def candidate(session: Session, process_id: UUID, employee_id: UUID) -> CandidateRow:
    """One candidate. Raises NoSuchCandidate."""
    query = _rows().where(Candidate.process_id == process_id, Candidate.employee_id == employee_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NoSuchCandidate
    return _explained(row, rulebook_of(session, process(session, process_id)))


def candidate_of_case(session: Session, case_id: UUID) -> CandidateRow | None:
    """What screening found about the subject of a case; None for a case of another process."""
    row = session.execute(_rows().where(Candidate.case_id == case_id)).one_or_none()
    if row is None:
        return None
    return _explained(row, rulebook_of(session, process(session, row[0].process_id)))


def candidacies(session: Session, employee_id: UUID) -> list[tuple[Process, CandidateRow]]:
    """The cycles that looked at a person, newest first."""
    query = _rows().join(Process, Process.id == Candidate.process_id).add_columns(Process)
    found = query.where(Candidate.employee_id == employee_id).order_by(Process.created_at.desc())
    rows = [(cycle, rest) for *rest, cycle in session.execute(found)]
    return [(cycle, _explained(rest, rulebook_of(session, cycle))) for cycle, rest in rows]


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


def _explained(row: Sequence[Any], book: Rulebook) -> CandidateRow:
    found = explain(row[0].findings, row[0].facts, book)
    return CandidateRow(row[0], row[1], row[2], row[3], row[4], found)


def _rows() -> Any:
    after = aliased(Decree)
    return (
        select(Candidate, Case, Decree.id, Decree.number, after.number)
        .outerjoin(Case, Case.id == Candidate.case_id)
        .outerjoin(Decree, Decree.case_id == Candidate.case_id)
        .outerjoin(after, after.replaces_id == Decree.id)
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
