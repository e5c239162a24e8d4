"""What an inbox can be narrowed to, and how much is in its parts: each exactly, all in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, Text, and_, func, literal_column, select, true, union_all
from sqlalchemy.orm import Session

from approvals.access import Reach
from approvals.directory import Directory
from approvals.inbox import InboxFilter, end_of_day, wells_of
from approvals.models import Case, Task
from approvals.narrowing import Narrow
from core import clock
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Heap:
    """How many tasks of one kind, process and unit wait for somebody."""

    process_id: UUID
    chain_version_id: UUID
    chain: str
    stage: str
    unit_id: UUID
    count: int


def heaps(session: Session, actor: Actor, *, directory: Directory) -> list[Heap]:
    """All that waits for somebody, by what it can be narrowed to; the largest first."""
    waiting = _waiting(session, actor, directory)
    if waiting is None:
        return []
    of = (Case.process_id, Case.chain_version_id, Task.chain, Task.stage, Case.unit_id)
    found = select(*of, func.count()).select_from(waiting).join(Task, Task.id == waiting.c.id)
    found = found.join(Case, Case.id == Task.case_id).group_by(*of).order_by(func.count().desc())
    return [Heap(*row) for row in session.execute(found)]


def counted(
    session: Session, actor: Actor, parts: Sequence[tuple[InboxFilter, Narrow]], *, directory: Directory
) -> list[int]:
    """How much waits in each of these parts of somebody's inbox."""
    waiting = _waiting(session, actor, directory) if parts else None
    if waiting is None:
        return [0 for _ in parts]
    now = clock.now(session)
    sums = [func.count().filter(_among(waiting, part, now), narrow.joined()) for part, narrow in parts]
    found = select(*sums).select_from(waiting).join(Task, Task.id == waiting.c.id)
    return [*session.execute(found.join(Case, Case.id == Task.case_id)).one()]


def _waiting(session: Session, actor: Actor, directory: Directory) -> Subquery | None:
    """The ids of all that waits for somebody, each with the part that it is in."""
    if actor.person_id is None:
        return None
    now = clock.now(session)
    reach = Reach.of(session, actor, actor.person_id, directory=directory, at=now)
    found = [
        select(Task.id, literal_column(f"'{part}'", Text).label("part")).where(well)
        for part in (InboxFilter.MINE, InboxFilter.OFFERED)
        for well in wells_of(reach, part, now)
    ]
    return union_all(*found).subquery()


def _among(waiting: Subquery, part: InboxFilter, now: datetime) -> ColumnElement[bool]:
    match part:
        case InboxFilter.MINE | InboxFilter.OFFERED:
            return waiting.c.part == str(part)
        case InboxFilter.OVERDUE:
            return Task.due_at < now
        case InboxFilter.DUE_TODAY:
            return and_(Task.due_at >= now, Task.due_at < end_of_day(now))
        case InboxFilter.ALL:
            return true()
