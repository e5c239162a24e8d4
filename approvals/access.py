"""Who sees a case: the office's own readers, whose case it is, and who decides or decided on it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, true, union_all
from sqlalchemy.orm import Session

from approvals.directory import Directory
from approvals.errors import NoSuchCase
from approvals.models import Case, Decision, Task, TaskState
from core import clock
from core.actor import Actor, Role
from core.directory import Capacity

READERS = (Role.HR, Role.OPERATOR, Role.AUDITOR, Role.ADMIN)
"""Who reads every case, by role."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What work can reach somebody: their own, their queues', their posts'."""

    person_id: UUID
    queues: Collection[str]
    posts: Collection[tuple[UUID, Capacity]]

    @classmethod
    def of(cls, actor: Actor, person_id: UUID, directory: Directory, at: datetime) -> "Reach":
        held = directory.positions_of(person_id, at)
        queues = sorted(f"role:{role}" for role in actor.roles)
        return cls(person_id, queues, [(h.position_id, h.capacity) for h in held])


def may_see(session: Session, actor: Actor, case: Case, *, directory: Directory) -> bool:
    """Whether somebody may see a case."""
    if actor.is_system or actor.has(*READERS):
        return True
    if actor.person_id is None:
        return False
    if actor.person_id in (case.subject_id, case.requester_id):
        return True
    reach = Reach.of(actor, actor.person_id, directory, clock.now(session))
    handled = union_all(_tasks_of(case.id, reach), _decided(case.id, reach)).limit(1)
    return session.execute(handled).first() is not None


def must_see(session: Session, actor: Actor, case_id: UUID, *, directory: Directory) -> Case:
    """The case, if it is there for the actor to see. Raises NoSuchCase, whichever is the reason."""
    case = session.get(Case, case_id)
    if case is None or not may_see(session, actor, case, directory=directory):
        raise NoSuchCase
    return case


def _tasks_of(case_id: UUID, reach: Reach) -> Select[tuple[UUID]]:
    """Its tasks that are the person's: assigned ever, or open to them now."""
    offered = (Task.state == TaskState.OFFERED) & or_(
        Task.queue.in_(reach.queues), Task.candidates.contains([reach.person_id])
    )
    at_post = [
        Task.ended_at.is_(None) & (Task.position_id == position) & permits(capacity)
        for position, capacity in reach.posts
    ]
    return select(Task.id).where(
        Task.case_id == case_id, or_(Task.assignee_id == reach.person_id, offered, *at_post)
    )


def permits(capacity: Capacity) -> ColumnElement[bool]:
    """The condition that a task may be decided in a capacity: definitive, or acting where its stage says."""
    return true() if capacity is Capacity.DEFINITIVE else Task.acting.contains([str(capacity)])


def _decided(case_id: UUID, reach: Reach) -> Select[tuple[UUID]]:
    return select(Decision.id).where(Decision.case_id == case_id, Decision.decider_id == reach.person_id)
