"""What holds a process up: with whom its tasks lie, and which cases do not move by themselves."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session

from approvals.candidacy import ByRole
from approvals.candidates import LAST_RESORT
from approvals.chains import definition_by_id
from approvals.expiry import EXPIRED
from approvals.models import MARKED, Case, CaseState, Decision, DecisionKind, ExternalAnswer, Task
from approvals.titles import Titles
from core import clock

Why = Literal["unfilled", "expired", "law", "overdue", "suspended", "returned"]
GRAVITY: dict[Why, int] = {why: n for n, why in enumerate(("unfilled", "expired", "law", "overdue"))}
"""What comes first; the rest waits for somebody who was told, and comes last."""
MOST_READ = 1_000
LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stuck:
    """A case that does not move by itself: why, since when, and with whom it lies."""

    case: Case
    why: Why
    since: datetime
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class HoldUp:
    """Open tasks of one stage that lie with one person, or in one queue."""

    stage: str
    title: Titles
    assignee_id: UUID | None
    queue: str | None
    tasks: int
    overdue: int
    since: datetime
    """When the oldest came."""
    due_at: datetime | None
    """When the first of them is, or was, due."""


def hold_ups(session: Session, process_id: UUID) -> list[HoldUp]:
    """With whom a process's open tasks lie, the most that are late first, then what is due first."""
    late = func.count().filter(Task.due_at < clock.now(session))
    keys = (Case.chain_version_id, Task.stage, Task.assignee_id, Task.queue)
    rows = session.execute(
        select(*keys, func.count(), late, func.min(Task.opened_at), func.min(Task.due_at))
        .join(Case)
        .where(Case.process_id == process_id, Task.ended_at.is_(None))
        .group_by(*keys)
    ).tuples()
    found = [
        HoldUp(
            stage,
            definition_by_id(session, version).called(stage),
            who,
            None if who else queue,
            tasks,
            overdue,
            since,
            due,
        )
        for version, stage, who, queue, tasks, overdue, since, due in rows
    ]
    return sorted(found, key=_urgency)


def _urgency(one: HoldUp) -> tuple[int, datetime, int]:
    return -one.overdue, one.due_at or LATEST, -one.tasks


def stuck(session: Session, process_id: UUID) -> list[Stuck]:
    """Cases to look at, the gravest first and of these the oldest.

    Nobody was found for a task, the clock stopped the case or the law's deadline passed, a task is late;
    then what waits for a word or a repair.
    """
    now = clock.now(session)
    alive = (Case.process_id == process_id, Case.settled_at.is_(None))
    found = attention(session, Case.process_id == process_id, limit=None)
    known = {one.case.id for one in found}
    wanted = or_(Task.queue == LAST_RESORT, Task.due_at < now)
    tasks = select(Task, Case).join(Case).where(*alive, Task.ended_at.is_(None), wanted)
    for task, case in session.execute(tasks.order_by(Task.due_at, Task.id).limit(MOST_READ)):
        if case.id in known:
            continue
        if _is_unfilled(session, task, case):
            found.append(Stuck(case, "unfilled", task.opened_at, task))
        elif task.due_at and task.due_at < now:
            found.append(Stuck(case, "overdue", task.due_at, task))
    waiting = select(Case).where(*alive, Case.state.in_((CaseState.RETURNED, CaseState.SUSPENDED)))
    for case in session.scalars(waiting.order_by(Case.reference).limit(MOST_READ)):
        if case.id not in known and case.state == CaseState.RETURNED:
            found.append(Stuck(case, "returned", case.returned_at or now))
        elif case.id not in known:
            found.append(Stuck(case, "suspended", case.suspended_at or now))
    last = len(GRAVITY)
    return sorted(found, key=lambda one: (GRAVITY.get(one.why, last), one.since, one.case.reference))


def attention(session: Session, *of: ColumnElement[bool], limit: int | None = 100) -> list[Stuck]:
    """Unsettled cases that the clock marked: late before the law, or stopped until HR ratifies that."""
    found = select(Case).where(text(MARKED), *of).order_by(Case.id).limit(limit)
    return [
        Stuck(case, "expired", case.suspended_at or case.opened_at)
        if case.suspension == EXPIRED
        else Stuck(case, "law", case.statutory_due_at or case.opened_at)
        for case in session.scalars(found)
    ]


def is_late(now: datetime) -> ColumnElement[bool]:
    """Of a case: whether an open task of it is late."""
    late = Task.case_id == Case.id, Task.ended_at.is_(None), Task.due_at < now
    return select(Task.id).where(*late).correlate(Case).exists()


def lies_with(person_id: UUID) -> ColumnElement[bool]:
    """Of a case: whether somebody has an open task of it."""
    theirs = Task.case_id == Case.id, Task.ended_at.is_(None), Task.assignee_id == person_id
    return select(Task.id).where(*theirs).correlate(Case).exists()


def decided_at(stage: str, kind: DecisionKind) -> ColumnElement[bool]:
    """Of a case: whether it went through a stage, or was rejected there for good."""
    said = Decision.case_id == Case.id, Decision.stage == stage, Decision.kind == kind
    heard = ExternalAnswer.case_id == Case.id, ExternalAnswer.stage == stage, ExternalAnswer.outcome == kind
    decided = select(Decision.id).where(*said).correlate(Case).exists()
    answered = select(ExternalAnswer.id).where(*heard).correlate(Case).exists()
    either = or_(decided, answered)
    return either & (Case.state == CaseState.REJECTED) if kind is DecisionKind.REJECT else either


def _is_unfilled(session: Session, task: Task, case: Case) -> bool:
    """Whether HR is offered it only because nobody was found."""
    if task.queue != LAST_RESORT:
        return False
    wanted = definition_by_id(session, case.chain_version_id).stage(task.stage).candidates
    return not isinstance(wanted, ByRole) or f"role:{wanted.role}" != LAST_RESORT
