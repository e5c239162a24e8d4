"""The agency's technical consideration: the candidates out in its form, its answers in row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import outside
from approvals.models import Case
from core.actor import Actor, Role
from core.errors import MufakatError
from core.language import sentence
from core.settings import settings
from flows.process.queries import process
from flows.promotion import form
from flows.promotion.errors import CandidatesAreHrs, UnknownNip
from flows.promotion.models import Candidate
from flows.promotion.params import params_of
from personnel.directory import PersonnelDirectory

STAGE = "technical-consideration"

Outcome = Literal["ok", "same", "refused"]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What became of one row of the file."""

    number: int
    """As the spreadsheet shows it."""
    nip: str
    name: str
    outcome: Outcome
    why: str = ""
    """Why it was refused, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of a file, row by row; rows without an answer yet are not among them."""

    rows: Sequence[AnswerRow]

    @property
    def recorded(self) -> int:
        return sum(row.outcome == "ok" for row in self.rows)

    @property
    def refused(self) -> int:
        return sum(row.outcome == "refused" for row in self.rows)


def export(session: Session, actor: Actor, process_id: UUID) -> bytes:
    """The candidates who wait for the agency's answer, as an XLSX to be filled in. HR only.

    Raises CandidatesAreHrs, NoSuchProcess.
    """
    _guard(actor)
    cycle = process(session, process_id)
    effective_on = params_of(cycle).effective_on
    waiting = {case.id for case in outside.waiting(session, process_id, STAGE)}
    proposed = [(case, who) for case, who in _proposed(session, process_id) if case.id in waiting]
    lines = [
        (
            number,
            who.nip,
            who.name,
            who.unit_name,
            case.data["rank_from"],
            date.fromisoformat(since) if (since := who.facts.get("rank_since")) else None,
            case.data["rank_to"],
            effective_on,
            who.facts.get("education"),
            case.reference,
        )
        for number, (case, who) in enumerate(proposed, start=1)
    ]
    office = settings().office.name
    return form.write(f"Usul pertimbangan teknis kenaikan pangkat {cycle.reference} - {office}", lines)


def take_in(
    session: Session, actor: Actor, process_id: UUID, content: bytes, language: str = "id"
) -> Answers:
    """Record the agency's answers, each row by itself: what can't be recorded is refused with its reason,
    the rest stands. The same file again changes nothing. HR only.

    Raises CandidatesAreHrs, NoSuchProcess, BadConsiderationFile.
    """
    _guard(actor)
    process(session, process_id)
    known, directory = _Known(_proposed(session, process_id)), PersonnelDirectory(session)
    rows: list[AnswerRow] = []
    for row in form.read(content):
        try:
            case = known.case(row)
            with session.begin_nested():
                before = (case.stage, case.state, case.round)
                outside.answer(session, actor, case.id, directory=directory, **row.letter())
                changed = before != (case.stage, case.state, case.round)
            rows.append(AnswerRow(row.number, row.nip, row.name, "ok" if changed else "same"))
        except MufakatError as refused:
            why = sentence(language, refused)
            rows.append(AnswerRow(row.number, row.nip, row.name, "refused", why))
    return Answers(rows)


class _Known:
    """The cases of a cycle by NIP."""

    def __init__(self, proposed: Sequence[tuple[Case, Candidate]]) -> None:
        self._by_nip = {who.nip: case for case, who in proposed}
        self._by_reference = {case.reference: (who.nip, case) for case, who in proposed}

    def case(self, row: form.FormRow) -> Case:
        """The case of a row. A NIP whose last digits a spreadsheet lost is helped out by the case's number.

        Raises UnknownNip.
        """
        if case := self._by_nip.get(row.nip):
            return case
        nip, case = self._by_reference.get(row.reference, ("", None))
        if case is None or nip[:15] != row.nip[:15]:
            raise UnknownNip(nip=row.nip)
        return case


def _proposed(session: Session, process_id: UUID) -> list[tuple[Case, Candidate]]:
    query = select(Case, Candidate).join(Candidate, Candidate.case_id == Case.id)
    found = query.where(Candidate.process_id == process_id).order_by(Candidate.number)
    return [(row[0], row[1]) for row in session.execute(found)]


def _guard(actor: Actor) -> None:
    if not actor.has(Role.HR):
        raise CandidatesAreHrs
