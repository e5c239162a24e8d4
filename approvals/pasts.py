"""Recorded cases of a chain, read for comparing them with another definition."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from approvals.candidacy import Candidate
from approvals.candidates import Wanted, assign
from approvals.chains import definition_by_id
from approvals.crowds import About
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.interests import Decided, Interests
from approvals.models import Case, ChainVersion, Decision, ExternalAnswer, Task
from approvals.stage import Stage
from approvals.whatif import Comparison, Happened, Past, compare
from core import clock

MOST = 5_000
"""More are not held against a definition in one go; the newest are taken, and the page says so."""


@dataclass(frozen=True, slots=True)
class Period:
    """Which cases are looked at: those settled from one moment to another, and perhaps open ones."""

    since: datetime
    until: datetime
    with_open: bool = False


@dataclass(frozen=True, slots=True)
class DryRun:
    """Cases of a period held against a definition; `total` counts those of the period."""

    comparisons: Sequence[Comparison]
    total: int

    @property
    def differing(self) -> list[Comparison]:
        return [one for one in self.comparisons if one.differs]


def dry_run(session: Session, definition: ChainDefinition, period: Period, *, directory: Directory) -> DryRun:
    """What would have gone differently with a definition, in the cases of its chain; nothing is written."""
    chosen = _chosen(definition.chain, period)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    found = chosen.order_by(Case.opened_at.desc(), Case.id.desc()).limit(MOST)
    cases = session.scalars(found).all()
    calendars = directory.calendars({case.unit_id for case in cases})
    pasts = read(session, cases)
    return DryRun(
        [
            compare(
                past, definition_by_id(session, case.chain_version_id), definition, calendars[case.unit_id]
            )
            for case, past in zip(cases, pasts, strict=True)
        ],
        total,
    )


def read(session: Session, cases: Sequence[Case]) -> list[Past]:
    """What is recorded of these cases, in a handful of statements however many they are."""
    ids = [case.id for case in cases]
    happened: defaultdict[UUID, list[Happened]] = defaultdict(list)
    decided = select(Decision, Task.opened_at).join(Task, Task.id == Decision.task_id)
    for decision, asked_at in session.execute(decided.where(Decision.case_id.in_(ids))).tuples():
        happened[decision.case_id].append(_decided(decision, asked_at))
    for answer in session.scalars(select(ExternalAnswer).where(ExternalAnswer.case_id.in_(ids))):
        said = Happened(answer.stage, answer.outcome, answer.recorded_at, round=answer.round)
        happened[answer.case_id].append(said)
    return [_past(case, happened[case.id]) for case in cases]


def _chosen(chain: str, period: Period) -> Select[tuple[Case]]:
    settled = Case.settled_at.between(period.since, period.until)
    wanted = or_(settled, Case.settled_at.is_(None)) if period.with_open else settled
    return select(Case).join(ChainVersion).where(ChainVersion.chain == chain, wanted)


def _decided(decision: Decision, asked_at: datetime) -> Happened:
    return Happened(
        decision.stage,
        decision.kind,
        decision.decided_at,
        decision.decider_id,
        decision.decider_name,
        decision.capacity,
        frozenset(decision.checklist),
        asked_at,
        decision.round,
        decision.part,
    )


def _past(case: Case, happened: list[Happened]) -> Past:
    return Past(
        case.id,
        case.reference,
        case.subject_id,
        case.subject_name,
        case.requester_id,
        case.unit_id,
        case.state,
        case.stage,
        case.data,
        tuple(sorted(happened, key=lambda one: one.at)),
        tuple(case.tied),
    )


@dataclass(frozen=True, slots=True)
class Today:
    """Whom a stage would ask if its case came there today: people by name, or a queue."""

    people: tuple[UUID, ...] = ()
    queue: str = ""


def today(
    session: Session, definition: ChainDefinition, comparisons: Sequence[Comparison], *, directory: Directory
) -> dict[tuple[UUID, str], Today]:
    """Whom the stages that would have been asked, or asked again, would ask by today's directory.

    By case and stage. Who held a post then is not asked: that is history that the directory may not keep.
    """
    now = clock.now(session)
    asked = [
        (one.past, definition.stage(step.stage))
        for one in comparisons
        for step in one.after
        if step.state in ("asked", "again")
    ]
    wanted = [(past, stage, each) for past, stage in asked for each in stage.wanted]
    found = assign([_wanted(*one) for one in wanted], directory, now) if wanted else []
    answers: dict[tuple[UUID, str], Today] = {}
    for (past, stage, _), got in zip(wanted, found, strict=True):
        before = answers.get((past.case_id, stage.name), Today())
        people = (got.assignee_id,) if got.assignee_id else got.candidates or ()
        answers[past.case_id, stage.name] = Today((*before.people, *people), before.queue or got.queue or "")
    return answers


def _wanted(past: Past, stage: Stage, candidate: Candidate) -> Wanted:
    decided = [h for votes in past.last.values() for h in votes if h.by and h.stage != stage.name]
    interests = Interests(
        past.subject_id,
        past.requester_id,
        tuple(Decided(h.stage, h.by) for h in decided if h.by),
        past.tied,
    )
    deciders: dict[str, list[UUID]] = {}
    for one in decided:
        deciders.setdefault(one.stage, []).extend([one.by] if one.by else [])
    about = About(past.data, deciders)
    return Wanted(candidate, past.unit_id, stage.acting, [*interests.barred_from(stage)], about=about)
