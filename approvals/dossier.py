"""A case as a verb needs it: locked, with its chain, its open tasks, and who decided on it so far.

Everything that changes a case, its tasks or its stream locks the case's row first (a sweep, that row with the
task's): one order for all, so that no two writers wait for each other in a ring. NO KEY UPDATE is enough, and
lets others insert rows that refer to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.crowds import About
from approvals.definition import ChainDefinition
from approvals.errors import (
    AlreadyDecided,
    CaseSealed,
    CaseSettled,
    NoSuchCase,
    NoSuchTask,
    NotPossibleNow,
    TaskEnded,
)
from approvals.interests import Decided, Interests
from approvals.machine import CaseStatus
from approvals.models import Case, CaseState, Decision, DecisionKind, Task
from approvals.stage import Stage
from approvals.voting import Vote
from core.actor import Actor
from core.rows import Changes

_FRESH = {"populate_existing": True}


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case, its chain, its open tasks, and its decisions so far."""

    case: Case
    definition: ChainDefinition
    tasks: tuple[Task, ...]
    """The open ones, and the one that was asked for."""
    decisions: tuple[Decision, ...]
    changes: Changes | None = None
    """Where the rows that begin are collected, to be written with others; else they are written at once."""

    @property
    def status(self) -> CaseStatus:
        case = self.case
        before = CaseState(case.suspended_from) if case.suspended_from else None
        return CaseStatus(CaseState(case.state), case.stage, case.round, case.version, before)

    @property
    def interests(self) -> Interests:
        decided = tuple(
            Decided(d.stage, d.decider_id, d.kind == DecisionKind.RECUSE, d.acting_for_id)
            for d in self.decisions
        )
        case = self.case
        return Interests(
            case.subject_id,
            case.requester_id,
            decided,
            tuple(case.tied),
            tuple(case.judged),
            tuple(case.corrected_by),
            tuple(case.doubted),
        )

    def stage_of(self, task: Task) -> Stage:
        """The stage of a task. Raises TaskEnded: where a case goes on by a version without it, it ended."""
        try:
            return self.definition.stage(task.stage)
        except KeyError as exc:
            if task.ended_at is None:
                raise
            raise TaskEnded(at=task.ended_at) from exc

    def decision_on(self, task: Task) -> Decision | None:
        return next((d for d in self.decisions if d.task_id == task.id), None)

    def votes(self, stage: str) -> list[Vote]:
        """What was said at a stage in the case's present round."""
        return [
            Vote(DecisionKind(d.kind), d.part)
            for d in self.decisions
            if d.stage == stage and d.round == self.case.round
        ]

    def waiting(self, task: Task) -> list[Task]:
        """The other open tasks of a task's stage: the seats that have not decided."""
        return [t for t in self.tasks if t.ended_at is None and t.stage == task.stage and t.id != task.id]

    def has_voted(self, task: Task, actor: Actor) -> bool:
        """Whether somebody decided another seat of the same stage in the same round."""
        return any(
            d.decider_id == actor.person_id
            and (d.stage, d.round) == (task.stage, task.round)
            and d.kind != DecisionKind.RECUSE
            for d in self.decisions
        )

    def about_with(self, more: Iterable[Decided]) -> About:
        """What candidates are asked by, after decisions that are not among these yet."""
        deciders: dict[str, list[UUID]] = {}
        for one in (*self.interests.decided, *more):
            deciders.setdefault(one.stage, []).append(one.by)
        return About(self.case.data, deciders)

    def last_decider(self, stage: str) -> UUID | None:
        """Who decided a stage last, in an earlier round."""
        return next((d.decider_id for d in reversed(self.decisions) if d.stage == stage), None)

    def must_be_open(self, task: Task) -> None:
        """Raises what ended a task's work, or keeps it from being done in this state of its case.

        AlreadyDecided, CaseSealed, CaseSettled, TaskEnded, NotPossibleNow.
        """
        if earlier := self.decision_on(task):
            raise AlreadyDecided(by=earlier.decider_name, at=earlier.decided_at)
        self.must_be_alive()
        if task.ended_at is not None:
            raise TaskEnded(at=task.ended_at)
        if self.case.state != CaseState.OPEN:
            raise NotPossibleNow(state=self.case.state)

    def must_be_alive(self) -> None:
        """Raises CaseSealed, CaseSettled."""
        if self.case.sealed_at:
            raise CaseSealed
        if self.status.is_settled:
            raise CaseSettled(state=self.case.state)


def lock_case(session: Session, case_id: UUID) -> Dossier:
    """Lock a case and its open tasks for change. Raises NoSuchCase."""
    found = select(Case).where(Case.id == case_id).with_for_update(key_share=True)
    case = session.scalar(found, execution_options=_FRESH)
    if case is None:
        raise NoSuchCase
    return _open(session, case, _lock_tasks(session, case.id))


def try_lock_case(session: Session, case_id: UUID) -> Dossier | None:
    """Lock a case and its open tasks without waiting; None when somebody else has any of them."""
    found = select(Case).where(Case.id == case_id).with_for_update(key_share=True, skip_locked=True)
    case = session.scalar(found, execution_options=_FRESH)
    if case is None:
        return None
    open_ = (Task.case_id == case_id, Task.ended_at.is_(None))
    wanted = select(Task).where(*open_).order_by(Task.id).with_for_update(key_share=True, skip_locked=True)
    tasks = tuple(session.scalars(wanted, execution_options=_FRESH))
    if len(tasks) < (session.scalar(select(func.count()).where(*open_)) or 0):
        return None
    return _open(session, case, tasks)


def lock_task(session: Session, task_id: UUID) -> tuple[Dossier, Task]:
    """Lock a task's case, then the case's open tasks and this one. Raises NoSuchTask."""
    found = select(Case).join(Task).where(Task.id == task_id).with_for_update(of=Case, key_share=True)
    case = session.scalar(found, execution_options=_FRESH)
    if case is None:
        raise NoSuchTask
    # A second statement, for it must see what whoever held the lock before has changed.
    dossier = _open(session, case, _lock_tasks(session, case.id, task_id))
    return dossier, next(task for task in dossier.tasks if task.id == task_id)


def read_case(session: Session, case_id: UUID) -> Dossier:
    """A case with its open tasks, only to look at. Raises NoSuchCase."""
    case = session.get(Case, case_id)
    if case is None:
        raise NoSuchCase
    found = select(Task).where(Task.case_id == case_id, Task.ended_at.is_(None)).order_by(Task.id)
    return _open(session, case, tuple(session.scalars(found)))


def read_task(session: Session, task_id: UUID) -> tuple[Dossier, Task]:
    """A task and its case, only to look at. Raises NoSuchTask."""
    row = session.execute(select(Case, Task).join(Task).where(Task.id == task_id)).one_or_none()
    if row is None:
        raise NoSuchTask
    case, task = row
    return _open(session, case, (task,)), task


def _lock_tasks(session: Session, case_id: UUID, task_id: UUID | None = None) -> tuple[Task, ...]:
    found = (
        select(Task)
        .where(Task.case_id == case_id, or_(Task.ended_at.is_(None), Task.id == task_id))
        .order_by(Task.id)
        .with_for_update(key_share=True)
    )
    return tuple(session.scalars(found, execution_options=_FRESH))


def _open(session: Session, case: Case, tasks: tuple[Task, ...]) -> Dossier:
    decisions = session.scalars(select(Decision).where(Decision.case_id == case.id).order_by(Decision.id))
    return Dossier(case, definition_by_id(session, case.chain_version_id), tasks, tuple(decisions))
