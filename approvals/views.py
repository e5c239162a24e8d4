"""Reading cases: one with all that belongs to it, a person's, a process's, and where a process stands."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id, stage_of
from approvals.definition import ChainDefinition
from approvals.errors import NoSuchCase
from approvals.models import Case, CaseState, Decision, DecisionKind, ExternalAnswer, Task
from approvals.stage import Stage
from approvals.titles import Titles
from core import clock
from core.events import EventRow, facts_of, history

StageState = Literal["done", "current", "returned", "skipped", "ahead", "unreached", "former"]
"""`former`: of an earlier version of the chain, by which the case was decided there."""
PASSED_BY = ("case.stage_skipped", "case.passed_over")
"""Events of stages that a case passed without a decision: by its data, or by a person's word."""


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage of a case: where the case is with it, and what happened there, oldest first."""

    stage: Stage
    state: StageState
    tasks: Sequence[Task]
    decisions: Sequence[Decision]
    answers: Sequence[ExternalAnswer]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An event of a case, as read from its stream."""

    name: str
    at: datetime
    actor_id: UUID | None
    via: str
    facts: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with its chain, its stages, its answers from outside and its history."""

    case: Case
    definition: ChainDefinition
    stages: Sequence[StageView]
    history: Sequence[HistoryRow]

    @property
    def version(self) -> int:
        return self.case.version

    @property
    def open_tasks(self) -> list[Task]:
        return [task for stage in self.stages for task in stage.tasks if task.ended_at is None]


def case_view(session: Session, case_id: UUID) -> CaseView:
    """Everything about a case. Ask approvals.access first whether it may be seen. Raises NoSuchCase."""
    case = session.get(Case, case_id)
    if case is None:
        raise NoSuchCase
    definition = definition_by_id(session, case.chain_version_id)
    tasks = session.scalars(select(Task).where(Task.case_id == case_id).order_by(Task.id)).all()
    decisions = session.scalars(
        select(Decision).where(Decision.case_id == case_id).order_by(Decision.id)
    ).all()
    answers = session.scalars(
        select(ExternalAnswer).where(ExternalAnswer.case_id == case_id).order_by(ExternalAnswer.id)
    ).all()
    rows = history(session, case_id)
    skipped = {facts_of(row)["stage"] for row in rows if row.name in PASSED_BY}
    decided = {d.stage for d in decisions} | {a.stage for a in answers}
    decided |= {facts_of(row)["stage"] for row in rows if row.name == "case.stage_passed"}
    stages = [
        StageView(
            stage,
            _stage_state(stage, case, definition, skipped, decided),
            [t for t in tasks if t.stage == stage.name],
            [d for d in decisions if d.stage == stage.name],
            [a for a in answers if a.stage == stage.name],
        )
        for stage in definition.stages
    ]
    known = {stage.name for stage in definition.stages}
    former = [
        StageView(
            stage_of(session, case.chain_version_id, name),
            "former",
            [t for t in tasks if t.stage == name],
            [d for d in decisions if d.stage == name],
            [a for a in answers if a.stage == name],
        )
        for name in dict.fromkeys(t.stage for t in (*tasks, *answers) if t.stage not in known)
    ]
    return CaseView(case, definition, [*former, *stages], [_history_row(row) for row in rows])


def cases_of_subject(session: Session, person_id: UUID) -> list[Case]:
    """The cases about a person, newest first."""
    found = select(Case).where(Case.subject_id == person_id)
    return list(session.scalars(found.order_by(Case.opened_at.desc(), Case.id.desc())))


def cases_of_process(
    session: Session,
    process_id: UUID,
    *,
    stage: str | None = None,
    state: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Case]:
    """A page of a process's cases, by reference; at one stage, or in one state, if wanted."""
    found = select(Case).where(Case.process_id == process_id)
    if stage:
        found = found.where(Case.stage == stage)
    if state:
        found = found.where(Case.state == state)
    return list(session.scalars(found.order_by(Case.reference, Case.id).limit(limit).offset(offset)))


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """A stage and how many cases are there, are back for repair from there, are late there, went through, or
    were rejected there for good."""

    stage: str
    title: Titles
    open: int
    returned: int
    overdue: int
    passed: int
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Funnel:
    """Where the cases of a process are."""

    stages: Sequence[FunnelStage]
    states: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.states.values())


def funnel(session: Session, process_id: UUID) -> Funnel:
    """Counts per stage and per state, in the order of the chain."""
    of_process = Case.process_id == process_id
    keys = (Case.chain_version_id, Case.stage, Case.state)
    rows = session.execute(select(*keys, func.count()).where(of_process).group_by(*keys)).all()
    late = session.execute(
        select(Task.stage, func.count())
        .join(Case)
        .where(of_process, Task.ended_at.is_(None), Task.due_at < clock.now(session))
        .group_by(Task.stage)
    )
    decided = select(Decision.stage, Decision.case_id, Decision.kind)
    answered = select(ExternalAnswer.stage, ExternalAnswer.case_id, ExternalAnswer.outcome.label("kind"))
    through = decided.union_all(answered).subquery()
    rejected = and_(through.c.kind == DecisionKind.REJECT, Case.state == CaseState.REJECTED)
    gone = session.execute(
        select(through.c.stage, through.c.kind, func.count(through.c.case_id.distinct()))
        .join(Case, Case.id == through.c.case_id)
        .where(of_process, or_(through.c.kind == DecisionKind.APPROVE, rejected))
        .group_by(through.c.stage, through.c.kind)
    )
    here: Counter[tuple[str, str]] = Counter()
    states: Counter[str] = Counter()
    titles: dict[str, Titles] = {}
    for version_id, stage, state, count in rows:
        here[stage or "", state] += count
        states[state] += count
        for known in definition_by_id(session, version_id).stages:
            titles.setdefault(known.name, known.title)
    overdue = dict(late.tuples().all())
    ended = {(stage, kind): count for stage, kind, count in gone.tuples()}
    return Funnel(
        [
            FunnelStage(
                name,
                title,
                here[name, CaseState.OPEN],
                here[name, CaseState.RETURNED],
                overdue.get(name, 0),
                ended.get((name, DecisionKind.APPROVE), 0),
                ended.get((name, DecisionKind.REJECT), 0),
            )
            for name, title in titles.items()
        ],
        states,
    )


def _stage_state(
    stage: Stage, case: Case, definition: ChainDefinition, skipped: Collection[str], decided: Collection[str]
) -> StageState:
    names = [s.name for s in definition.stages]
    if case.stage == stage.name:
        return "returned" if case.state == CaseState.RETURNED else "current"
    if case.stage and names.index(stage.name) > names.index(case.stage):
        return "ahead"
    if stage.name in decided:
        return "done"
    return "skipped" if stage.name in skipped else "unreached"


def _history_row(row: EventRow) -> HistoryRow:
    said = json.loads(row.body)
    actor = UUID(said["actor"]) if said["actor"] else None
    return HistoryRow(row.name, row.at, actor, said["via"], facts_of(row), row.hash.hex())
