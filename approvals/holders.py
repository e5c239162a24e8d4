"""Whom processes wait for: who has their open tasks, and what waits for somebody other than a decider."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.models import Case, CaseState, Task
from core import clock


@dataclass(frozen=True, slots=True)
class Holder:
    """A person, or a queue where nobody has taken the work, with how many open tasks of a process."""

    person_id: UUID | None
    queue: str | None
    tasks: int
    overdue: int
    since: datetime
    """When the oldest of them was opened."""


@dataclass(slots=True)
class Awaited:
    """Whom a process waits for."""

    holders: list[Holder] = field(default_factory=list[Holder])
    """Who has most comes first."""
    returned: int = 0
    """Cases that are back with those they are about."""
    suspended: int = 0
    elsewhere: int = 0
    """Open cases without a task: an answer from outside is awaited."""

    @property
    def tasks(self) -> int:
        return sum(holder.tasks for holder in self.holders)

    @property
    def overdue(self) -> int:
        return sum(holder.overdue for holder in self.holders)


def awaited(session: Session, process_ids: Collection[UUID]) -> Mapping[UUID, Awaited]:
    """Of each process that has unsettled cases, whom it waits for; two statements for all of them."""
    found: dict[UUID, Awaited] = defaultdict(Awaited)
    if not process_ids:
        return found
    for process_id, holder in _holders(session, process_ids):
        found[process_id].holders.append(holder)
    with_task = select(Task.id).where(Task.case_id == Case.id, Task.ended_at.is_(None)).exists()
    counted = (
        select(Case.process_id, Case.state, with_task, func.count())
        .where(Case.process_id.in_(process_ids), Case.settled_at.is_(None))
        .group_by(Case.process_id, Case.state, with_task)
    )
    for process_id, state, has_task, count in session.execute(counted):
        if state == CaseState.RETURNED:
            found[process_id].returned += count
        elif state == CaseState.SUSPENDED:
            found[process_id].suspended += count
        elif state == CaseState.OPEN and not has_task:
            found[process_id].elsewhere += count
    return found


def _holders(session: Session, process_ids: Collection[UUID]) -> Sequence[tuple[UUID, Holder]]:
    late = func.count().filter(Task.due_at < clock.now(session))
    grouped = (
        select(Case.process_id, Task.assignee_id, Task.queue, func.count(), late, func.min(Task.opened_at))
        .join(Case, Case.id == Task.case_id)
        .where(Case.process_id.in_(process_ids), Case.settled_at.is_(None), Task.ended_at.is_(None))
        .group_by(Case.process_id, Task.assignee_id, Task.queue)
        .order_by(func.count().desc(), func.min(Task.opened_at))
    )
    return [
        (process_id, Holder(person, None if person else queue, tasks, overdue, since))
        for process_id, person, queue, tasks, overdue, since in session.execute(grouped)
    ]
