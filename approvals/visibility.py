"""Work of others that somebody may see: what waits for their group, what their colleagues have.

A stage says who sees what nobody has taken and what somebody has (`see`); the office's readers see all. To
see that there is work is not to see its case: that is asked of approvals.access.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    any_,
    func,
    literal,
    literal_column,
    not_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.orm import Session

from approvals.access import READERS
from approvals.candidacy import ByCapability, ByCommittee, ByName, ByPost, ByRole
from approvals.chains import definition_by_id
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.models import Case, ChainVersion, Task
from approvals.titles import Titles
from core import clock
from core.actor import Actor


class WorkPart(StrEnum):
    """Which work: nobody's yet, or somebody's."""

    UNALLOCATED = "unallocated"
    ALLOCATED = "allocated"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """An open task as colleagues see it: what, whose, by when, and whether one could take it."""

    task_id: UUID
    reference: str
    title: str
    subject_name: str
    stage_title: Titles
    state: str
    assignee_id: UUID | None
    opened_at: datetime
    due_at: datetime | None
    overdue: bool
    open_to_me: bool


def work_of(
    session: Session,
    actor: Actor,
    part: WorkPart | str,
    *,
    directory: Directory,
    limit: int = 50,
    offset: int = 0,
) -> list[WorkRow]:
    """A page of the open work of others that somebody may see, most urgent first."""
    visible = _visible(session, actor, WorkPart(part), directory)
    urgency = (Task.due_at.asc().nulls_last(), Task.id)
    firsts = [found.order_by(*urgency).limit(offset + limit).subquery() for found in visible]
    if not firsts:
        return []
    ids = union(*(select(first.c.id) for first in firsts)).subquery()
    page = select(Task, Case).join(ids, ids.c.id == Task.id).join(Case, Case.id == Task.case_id)
    rows = session.execute(page.order_by(*urgency).limit(limit).offset(offset))
    now = clock.now(session)
    return [_row(session, actor, task, case, now) for task, case in rows]


def count_work(session: Session, actor: Actor, part: WorkPart | str, *, directory: Directory) -> int:
    """How much open work of others somebody may see."""
    visible = _visible(session, actor, WorkPart(part), directory)
    if not visible:
        return 0
    return session.scalar(select(func.count()).select_from(union(*visible).subquery())) or 0


@dataclass(slots=True)
class _Seen:
    """Stages, by version and name, whose work of one part somebody sees, and why."""

    of_group: list[tuple[UUID, str]] = field(default_factory=list[tuple[UUID, str]])
    of_office: list[tuple[UUID, str]] = field(default_factory=list[tuple[UUID, str]])


def _visible(
    session: Session, actor: Actor, part: WorkPart, directory: Directory
) -> list[Select[tuple[UUID]]]:
    """The tasks to show, as queries that may overlap."""
    me = actor.person_id
    if me is None:
        return []
    here = _on_offer() if part is WorkPart.UNALLOCATED else _with_others(me)
    tasks = select(Task.id).join(Case).where(here)
    if actor.has(*READERS):
        return [tasks]
    tasks = tasks.where(not_(Task.held_back))
    seen = _seen(session, actor, part, directory)
    stage = tuple_(Case.chain_version_id, Task.stage)
    found: list[Select[tuple[UUID]]] = []
    if seen.of_group:
        free = not_(literal(me) == any_(Task.barred)) if part is WorkPart.UNALLOCATED else true()
        queues = sorted(f"role:{role}" for role in actor.roles)
        for mine in (Task.queue.in_(queues), Task.candidates.contains([me])):
            found.append(tasks.where(mine, free, stage.in_(seen.of_group)))
    if seen.of_office:
        found.append(tasks.where(stage.in_(seen.of_office)))
    return found


def _on_offer() -> ColumnElement[bool]:
    return and_(Task.state == literal_column("'offered'"), Task.ended_at.is_(None))


def _with_others(me: UUID) -> ColumnElement[bool]:
    return and_(
        Task.ended_at.is_(None),
        Task.state != literal_column("'offered'"),
        Task.assignee_id.is_not(None),
        Task.assignee_id != me,
    )


def _seen(session: Session, actor: Actor, part: WorkPart, directory: Directory) -> _Seen:
    seen = _Seen()
    for version_id in session.scalars(select(ChainVersion.id)):
        definition = definition_by_id(session, version_id)
        decides: bool | None = None
        for stage in definition.stages:
            if stage.is_external:
                continue
            said = stage.see.unallocated if part is WorkPart.UNALLOCATED else stage.see.allocated
            if said != "assignee":
                seen.of_group.append((version_id, stage.name))
            if said == "office":
                decides = _decides_in(definition, actor, directory, session) if decides is None else decides
                seen.of_office += [(version_id, stage.name)] if decides else []
    return seen


def _decides_in(definition: ChainDefinition, actor: Actor, directory: Directory, session: Session) -> bool:
    """Whether somebody is among those whom a chain asks by role, post, name, committee or ability."""
    now, me = clock.now(session), actor.person_id
    wanted = [one for stage in definition.stages for one in stage.wanted]
    if any(isinstance(one, ByRole) and one.role in actor.roles for one in wanted):
        return True
    if any(isinstance(one, ByName) and UUID(one.person) == me for one in wanted):
        return True
    seats = [directory.committee(one.committee, now) for one in wanted if isinstance(one, ByCommittee)]
    if any(seat.person_id == me for committee in seats if committee for seat in committee.seats):
        return True
    able = [directory.with_capability(one.capability) for one in wanted if isinstance(one, ByCapability)]
    if any(person.id == me for people in able for person in people):
        return True
    return _holds_one({one.holder_of for one in wanted if isinstance(one, ByPost)}, me, directory, now)


def _holds_one(keys: Collection[str], me: UUID | None, directory: Directory, now: datetime) -> bool:
    held = {h.position_id for h in directory.positions_of(me, now)} if me and keys else set[UUID]()
    units = {directory.post(position, now).unit_id for position in held}
    posts = [post for key in keys for post in directory.posts(key, units, now).values()] if units else []
    return any(post.position_id in held for post in posts)


def _row(session: Session, actor: Actor, task: Task, case: Case, now: datetime) -> WorkRow:
    stage = definition_by_id(session, case.chain_version_id).stage(task.stage)
    queues: Sequence[str] = [f"role:{role}" for role in actor.roles]
    mine = task.queue in queues or actor.person_id in (task.candidates or ())
    return WorkRow(
        task.id,
        case.reference,
        case.title,
        case.subject_name,
        stage.title,
        task.state,
        task.assignee_id,
        task.opened_at,
        task.due_at,
        task.due_at is not None and task.due_at < now,
        mine and task.assignee_id is None and actor.person_id not in task.barred,
    )
