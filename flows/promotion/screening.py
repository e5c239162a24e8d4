"""The first step of a cycle: everybody it covers is screened; whoever meets the rules gets a case."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from approvals.cases import CaseDraft, open_cases
from approvals.chains import current, publish
from approvals.errors import NoSuchChain
from approvals.models import ChainVersion
from core import clock
from core.actor import Actor
from core.events import Event, record
from core.settings import ROOT
from flows.process.history import tell
from flows.process.memory import Portion
from flows.process.models import Process
from flows.promotion.careers import Facts, facts_of
from flows.promotion.cohort import Cohort
from flows.promotion.models import Candidate, Screening
from flows.promotion.params import PromotionParams, params_of
from flows.promotion.rulebook import rulebook
from flows.promotion.rules import Screened, screen
from personnel.directory import PersonnelDirectory
from personnel.queries import CareerFacts, career_facts

ScreenedCareer = tuple[CareerFacts, Facts, Screened]

CHUNK = 500
CHAIN = "rank-promotion"
CHAIN_FILE = ROOT / "flows" / "promotion" / "chain.yaml"


def screen_candidates(session: Session, actor: Actor, process_id: UUID) -> Portion:
    """Screen the next people of the cycle and open the cases of those who meet the rules.

    A portion is CHUNK people: each costs the same few statements, and holds no lock that a decision needs.
    """
    process = session.get_one(Process, process_id)
    params, cohort = params_of(process), Cohort.of_process(session, process)
    version = _chain_version(session, actor, process)
    people = cohort.not_screened(session, process_id, CHUNK)
    first = _last_number(session, process_id) + 1
    screened = screen_people(session, params, people)
    now = clock.now(session)
    rows = [screened_row(process, number, one, now) for number, one in enumerate(screened, start=first)]
    _open(session, actor, process, version, rows)
    if rows:
        session.execute(insert(Candidate), rows)
    _tell_incomplete(session, actor, process, params, rows)
    return _told(session, actor, process, version, cohort)


def screen_people(session: Session, params: PromotionParams, people: Sequence[UUID]) -> list[ScreenedCareer]:
    """What the rules of a cycle find about these people, in their order."""
    book = rulebook()
    rules = book.rules_on(params.kind, params.effective_on)
    careers = career_facts(session, people, on=params.effective_on)
    found: list[ScreenedCareer] = []
    for person in people:
        facts = facts_of(careers[person], book, params.rules, params.effective_on)
        found.append((careers[person], facts, screen(facts, rules, book)))
    return found


def case_draft(process: Process, row: dict[str, Any], natural_key: str) -> CaseDraft:
    """The case of a candidate: what approvers see, and what the chain's conditions read."""
    facts = row["facts"]
    params = params_of(process)
    return CaseDraft(
        natural_key=natural_key,
        reference=f"{process.reference}/{row['number']:04d}",
        title=f"{params.rules.title.id} {row['rank_from']} → {row['rank_to']}",
        subject_id=row["employee_id"],
        subject_name=row["name"],
        unit_id=row["unit_id"],
        data={
            "kind": params.kind,
            "effective_on": params.effective_on.isoformat(),
            "nip": row["nip"],
            "unit_name": row["unit_name"],
            "rank_from": row["rank_from"],
            "rank_to": row["rank_to"],
            "rank_since": facts["rank_since"],
            "education": facts["education"],
            "documents": facts["documents"],
            "subject": {"rank": {"name": row["rank_from"], "order": facts["rank_order"]}},
        },
    )


def screened_row(process: Process, number: int, one: ScreenedCareer, at: datetime) -> dict[str, Any]:
    """A candidate's columns."""
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
        "rank_to": facts.values["rank_to"],
        "outcome": found.outcome,
        "findings": [finding.plain() for finding in found.findings],
        "facts": dict(facts.values),
        "screened_at": at,
        "case_id": None,
    }


def _open(
    session: Session, actor: Actor, process: Process, version: ChainVersion, rows: list[dict[str, Any]]
) -> None:
    """Open the cases of those who meet the rules, and note them in their rows."""
    meeting = [row for row in rows if row["outcome"] == Screening.MEETS]
    drafts = [case_draft(process, row, str(row["employee_id"])) for row in meeting]
    directory = PersonnelDirectory(session)
    ids = open_cases(session, actor, process.id, version, drafts, directory=directory) if drafts else []
    for row, case_id in zip(meeting, ids, strict=True):
        row["case_id"] = case_id


def _tell_incomplete(
    session: Session, actor: Actor, process: Process, params: PromotionParams, rows: list[dict[str, Any]]
) -> None:
    incomplete = [row for row in rows if row["outcome"] == Screening.INCOMPLETE]
    record(session, actor, [incomplete_event(process, params.effective_on, row) for row in incomplete])


def incomplete_event(process: Process, effective_on: date, row: dict[str, Any]) -> Event:
    """That somebody's file lacks something, and what."""
    missing = [name for finding in row["findings"] for name in finding["missing"]]
    facts = {"process": process.id, "employee": row["employee_id"], "effective_on": effective_on}
    personal = {"name": row["name"], "missing": missing}
    return Event("candidate.incomplete", process.id, "process", facts, personal)


def _told(session: Session, actor: Actor, process: Process, version: ChainVersion, cohort: Cohort) -> Portion:
    """How far screening is; at its end, the counts are told once."""
    outcomes = counts(session, process.id)
    done = sum(outcomes.values())
    left = cohort.not_screened(session, process.id, 1)
    total = cohort.count(session) if left else done
    facts = {"chain_version": str(version.id), "candidates": done, **outcomes}
    if not left:
        tell(session, actor, process, "screened", {"counts": outcomes})
    return Portion(done, max(total, done + len(left)), facts)


def counts(session: Session, process_id: UUID) -> dict[str, int]:
    """Candidates by outcome; every outcome is named."""
    grouped = (
        select(Candidate.outcome, func.count())
        .where(Candidate.process_id == process_id)
        .group_by(Candidate.outcome)
    )
    found = {row[0]: row[1] for row in session.execute(grouped)}
    return {str(outcome): found.get(outcome, 0) for outcome in Screening}


def _last_number(session: Session, process_id: UUID) -> int:
    highest = select(func.max(Candidate.number)).where(Candidate.process_id == process_id)
    return session.scalar(highest) or 0


def chain_version(session: Session, process: Process) -> ChainVersion | None:
    """The chain that the cycle's cases follow; None before its first was opened."""
    known = process.progress.get("chain_version")
    return session.get(ChainVersion, UUID(known)) if known else None


def _chain_version(session: Session, actor: Actor, process: Process) -> ChainVersion:
    """The cycle's chain: the office's own in force when it began, or the one that is shipped."""
    if known := chain_version(session, process):
        return known
    now = clock.now(session)
    try:
        newest = current(session, CHAIN, now)
    except NoSuchChain:
        newest = None
    if newest is None or newest.published_by is None:
        return publish(session, actor, CHAIN_FILE.read_text())
    return newest
