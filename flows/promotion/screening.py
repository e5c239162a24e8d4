"""The first step of a cycle: everybody it covers is screened; whoever meets the rules gets a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from approvals.cases import CaseDraft, open_cases
from approvals.models import ChainVersion
from core import clock
from core.actor import Actor
from core.events import Event, record
from flows.process.history import tell
from flows.process.memory import Portion
from flows.process.models import Process
from flows.promotion.careers import Facts, facts_of
from flows.promotion.cohort import Cohort
from flows.promotion.explaining import explain, missing
from flows.promotion.models import Candidate, Screening
from flows.promotion.params import PromotionParams, params_of
from flows.promotion.pinned import pin_chain, pin_rulebook, rulebook_by_hash
from flows.promotion.rulebook import Rulebook
from flows.promotion.rules import Screened, screen
from personnel.directory import PersonnelDirectory
from personnel.queries import CareerFacts, career_facts

CHUNK = 500

ScreenedCareer = tuple[CareerFacts, Facts, Screened]
Row = dict[str, Any]
"""A candidate's columns."""


@dataclass(frozen=True, slots=True)
class Screener:
    """Screens people for a cycle, by its parameters and its rulebook."""

    params: PromotionParams
    book: Rulebook

    def screen(self, session: Session, people: Sequence[UUID]) -> list[ScreenedCareer]:
        """What the rules find about these people, in their order."""
        params, on = self.params, self.params.effective_on
        kind, rules = self.book.kinds[params.kind], self.book.rules_on(params.kind, on)
        careers = career_facts(session, people, on=on)
        screened: list[ScreenedCareer] = []
        for person in people:
            facts = facts_of(careers[person], self.book, kind, on)
            screened.append((careers[person], facts, screen(facts, rules)))
        return screened

    def draft(self, process: Process, row: Row, natural_key: str) -> CaseDraft:
        """The case of a candidate: what approvers see, and what the chain's conditions read."""
        facts = row["facts"]
        return CaseDraft(
            natural_key=natural_key,
            reference=f"{process.reference}/{row['number']:04d}",
            title=f"{self.book.kinds[self.params.kind].title.id} {row['rank_from']} → {row['rank_to']}",
            subject_id=row["employee_id"],
            subject_name=row["name"],
            unit_id=row["unit_id"],
            data=case_data(self.params, facts, nip=row["nip"], unit_name=row["unit_name"]),
        )


def case_data(params: PromotionParams, facts: Facts, *, nip: str, unit_name: str) -> dict[str, Any]:
    """The data of a candidate's case: what approvers see, and what the chain's conditions read."""
    return {
        "kind": params.kind,
        "effective_on": facts["effective_on"],
        "nip": nip,
        "unit_name": unit_name,
        "rank_from": facts["rank"],
        "rank_to": facts["rank_to"],
        "rank_since": facts["rank_since"],
        "education": facts["education"],
        "documents": facts["documents"],
        "subject": {"rank": {"name": facts["rank"], "order": facts["rank_order"]}},
    }


def screen_candidates(session: Session, actor: Actor, process_id: UUID) -> Portion:
    """Screen the next people of the cycle and open the cases of those who meet the rules.

    A portion is CHUNK people: each costs the same few statements, and holds no lock that a decision needs.
    """
    process = session.get_one(Process, process_id)
    cohort = Cohort.of_process(session, process)
    digest, version = pin_rulebook(session, process), pin_chain(session, actor, process)
    screener = Screener(params_of(process), rulebook_by_hash(session, digest))
    first = _last_number(session, process_id)
    people = cohort.not_screened(session, process_id, CHUNK + 1)
    more, people = len(people) > CHUNK, people[:CHUNK]
    at = clock.now(session)
    rows = [
        screened_row(process, number, one, at)
        for number, one in enumerate(screener.screen(session, people), start=first + 1)
    ]
    meeting = [row for row in rows if row["outcome"] == Screening.MEETS]
    drafts = [screener.draft(process, row, str(row["employee_id"])) for row in meeting]
    for row, case_id in zip(meeting, _open(session, actor, process, version, drafts), strict=True):
        row["case_id"] = case_id
    if rows:
        session.connection().execute(insert(Candidate), rows)
    _tell_incomplete(session, actor, process, screener.book, rows)
    outcomes = counts(session, process_id)
    done = sum(outcomes.values())
    if not more:
        tell(session, actor, process, "screened", {"counts": outcomes})
    total = cohort.count(session) if more else done
    pinned = {"rulebook": digest, "chain_version": str(version.id)}
    return Portion(done, max(total, done + more), {**pinned, "candidates": done, **outcomes})


def screened_row(process: Process, number: int, one: ScreenedCareer, at: datetime) -> Row:
    career, facts, found = one
    return {
        "process_id": process.id,
        "employee_id": career.id,
        "number": number,
        "name": career.name,
        "nip": career.nip,
        "unit_id": career.unit_id,
        "unit_name": career.unit_name,
        "rank_from": career.rank,
        "rank_to": facts["rank_to"],
        "outcome": found.outcome,
        "findings": found.plain,
        "facts": facts,
        "screened_at": at,
        "case_id": None,
    }


def counts(session: Session, process_id: UUID) -> dict[str, int]:
    """Candidates by outcome; every outcome is named."""
    grouped = (
        select(Candidate.outcome, func.count())
        .where(Candidate.process_id == process_id)
        .group_by(Candidate.outcome)
    )
    found = {row[0]: row[1] for row in session.execute(grouped)}
    return {str(outcome): found.get(outcome, 0) for outcome in Screening}


def _open(
    session: Session, actor: Actor, process: Process, version: ChainVersion, drafts: Sequence[CaseDraft]
) -> list[UUID]:
    directory = PersonnelDirectory(session)
    return open_cases(session, actor, process.id, version, drafts, directory=directory) if drafts else []


def _last_number(session: Session, process_id: UUID) -> int:
    highest = select(func.max(Candidate.number)).where(Candidate.process_id == process_id)
    return session.scalar(highest) or 0


def _tell_incomplete(
    session: Session, actor: Actor, process: Process, book: Rulebook, rows: Sequence[Row]
) -> None:
    """That somebody's file lacks something, and what."""
    events: list[Event] = []
    for row in rows:
        if row["outcome"] == Screening.INCOMPLETE:
            lacks = missing(explain(row["findings"], row["facts"], book))
            facts = {
                "process": process.id,
                "employee": row["employee_id"],
                "effective_on": row["facts"]["effective_on"],
            }
            personal = {"name": row["name"], "missing": lacks}
            events.append(Event("candidate.incomplete", process.id, "process", facts, personal))
    record(session, actor, events)
