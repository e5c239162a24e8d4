"""Who sees a case: the office's own readers, whose case it is, and who decides or decided on it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, literal, not_, or_, select, true, union_all
from sqlalchemy.orm import Session

from approvals.directory import Directory
from approvals.entitlement import SEATS, own_holder
from approvals.errors import NoSuchCase
from approvals.instruments import warrants
from approvals.models import Case, CaseState, Consultation, Decision, DecisionAhead, Task, TaskState
from approvals.models_announcing import Announcement
from core import clock
from core.actor import SERVICE, Actor, Role
from core.directory import EVERYTHING, Capacity, Holder, Scope

READERS = (Role.HR, Role.OPERATOR, Role.AUDITOR, Role.ADMIN)
"""Who reads every case, by role."""


@dataclass(frozen=True, slots=True)
class Footing:
    """On what somebody stands before a post's or a person's tasks: how, how far, and for whom."""

    capacity: Capacity
    scope: Scope = EVERYTHING
    acts_for: UUID | None = None
    """Whose conflict of interest would be theirs too."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What work can reach somebody: their own, their queues', their posts', and what others delegated."""

    person_id: UUID
    queues: Collection[str]
    posts: Mapping[UUID, Sequence[Footing]]
    named: Mapping[UUID, Sequence[Footing]]
    """By the person to whom it was given by name."""

    @classmethod
    def own(cls, actor: Actor, person_id: UUID, *, directory: Directory, at: datetime) -> "Reach":
        """Without what others delegated."""
        posts: dict[UUID, list[Footing]] = {}
        for held in directory.positions_of(person_id, at):
            posts.setdefault(held.position_id, []).append(_footing(held, directory, at))
        return cls(person_id, sorted(f"role:{role}" for role in actor.roles), posts, {})

    @classmethod
    def of(
        cls, session: Session, actor: Actor, person_id: UUID, *, directory: Directory, at: datetime
    ) -> "Reach":
        own = cls.own(actor, person_id, directory=directory, at=at)
        posts = {post: [*footings] for post, footings in own.posts.items()}
        named: dict[UUID, list[Footing]] = {}
        for warrant in warrants(session, actor, at, directory=directory):
            footing = Footing(Capacity.DELEGATE, warrant.scope, warrant.from_id)
            named.setdefault(warrant.from_id, []).append(footing)
            for held in directory.positions_of(warrant.from_id, at):
                if held.capacity is Capacity.DEFINITIVE:
                    posts.setdefault(held.position_id, []).append(footing)
        return replace(own, posts=posts, named=named)


def _footing(held: Holder, directory: Directory, at: datetime) -> Footing:
    """How somebody has a post; whoever acts for it, acts for its own holder if it has one."""
    if held.capacity is Capacity.DEFINITIVE:
        return Footing(held.capacity)
    own = own_holder(directory.post(held.position_id, at))
    return Footing(held.capacity, held.scope, own.person_id if own else None)


def may_see(session: Session, actor: Actor, case: Case, *, directory: Directory) -> bool:
    """Whether somebody may see a case."""
    if actor.is_system or actor.has(*READERS, SERVICE):
        return True
    if actor.person_id is None:
        return False
    if actor.person_id in (case.subject_id, case.requester_id):
        return True
    now = clock.now(session)
    reach = Reach.of(session, actor, actor.person_id, directory=directory, at=now)
    concerned = union_all(
        _tasks_of(case.id, reach),
        _decided(case.id, reach),
        _asked(case.id, actor.person_id),
        _announced(case.id, reach),
        _decided_ahead(case.id, reach),
    )
    handled = concerned.limit(1)
    return session.execute(handled).first() is not None


def must_see(session: Session, actor: Actor, case_id: UUID, *, directory: Directory) -> Case:
    """The case, if it is there for the actor to see. Raises NoSuchCase, whichever is the reason."""
    case = session.get(Case, case_id)
    if case is None or not may_see(session, actor, case, directory=directory):
        raise NoSuchCase
    return case


def takes_part(session: Session, actor: Actor, case: Case, *, directory: Directory) -> bool:
    """Whether somebody works on a case, or it is theirs; to read it by a role of the office is not enough."""
    if actor.person_id is None:
        return False
    if actor.has(Role.HR) or actor.person_id in (case.subject_id, case.requester_id):
        return True
    return may_see(session, replace(actor, roles=actor.roles - set(READERS)), case, directory=directory)


def _tasks_of(case_id: UUID, reach: Reach) -> Select[tuple[UUID]]:
    """Its tasks that are the person's: assigned ever, or open to them now."""
    offered = (
        (Task.state == TaskState.OFFERED)
        & not_(Task.held_back)
        & or_(Task.queue.in_(reach.queues), Task.candidates.contains([reach.person_id]))
    )
    at_post = [
        Task.ended_at.is_(None) & (Task.position_id == position) & may_act(footings)
        for position, footings in reach.posts.items()
    ]
    by_name = [given_to(giver) & may_act(footings) for giver, footings in reach.named.items()]
    return select(Task.id).where(
        Task.case_id == case_id, or_(Task.assignee_id == reach.person_id, offered, *at_post, *by_name)
    )


def _asked(case_id: UUID, person_id: UUID) -> Select[tuple[UUID]]:
    """Questions that wait for the person's answer: until then they see what they are asked about."""
    waiting = (Consultation.ended_at.is_(None), Task.ended_at.is_(None))
    of = (Consultation.case_id == case_id, Consultation.asked_id == person_id)
    return select(Consultation.id).join(Task, Task.id == Consultation.task_id).where(*of, *waiting)


def _announced(case_id: UUID, reach: Reach) -> Select[tuple[UUID]]:
    """Stages that are announced to the person, who may decide them ahead."""
    told = (Announcement.case_id == case_id, announced_to(reach))
    return select(Announcement.case_id).join(Case, Case.id == Announcement.case_id).where(*told)


def _decided_ahead(case_id: UUID, reach: Reach) -> Select[tuple[UUID]]:
    made = (DecisionAhead.case_id == case_id, DecisionAhead.decider_id == reach.person_id)
    return select(DecisionAhead.id).where(*made)


def announced_to(reach: Reach) -> ColumnElement[bool]:
    """The condition that a stage of a case is announced to somebody, and that is still so."""
    me = reach.person_id
    by_name = and_(Announcement.assignee_id == me, Announcement.position_id.is_(None))
    ways = [by_name, Announcement.queue.in_(reach.queues), Announcement.candidates.contains([me])]
    ways += [
        and_(Announcement.position_id == position, or_(*(_told(footing) for footing in footings)))
        for position, footings in reach.posts.items()
    ]
    still = and_(
        Case.state == CaseState.OPEN,
        Case.stage == Announcement.at_stage,
        Case.round == Announcement.round,
    )
    return and_(or_(*ways), not_(literal(me) == any_(Announcement.barred)), still)


def _told(footing: Footing) -> ColumnElement[bool]:
    if footing.capacity is Capacity.DEFINITIVE:
        return Announcement.position_id.is_not(None)
    return Announcement.acting.contains([str(footing.capacity)])


def may_act(footings: Sequence[Footing]) -> ColumnElement[bool]:
    """The condition that a task may be decided on one of these footings."""
    return or_(*(_allows(footing) for footing in footings))


def given_to(person_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    """The open tasks that the chain gave somebody by name: those which a delegation of theirs can cover."""
    return and_(
        Task.assignee_id == person_id,
        Task.ended_at.is_(None),
        Task.position_id.is_(None),
        Task.queue.is_(None),
        Task.candidates.is_(None),
        Task.handed_by.is_(None),
        Task.part.not_in(SEATS),
    )


def _allows(footing: Footing) -> ColumnElement[bool]:
    """The terms of entitlement.right: the capacity, the order's scope, the conflict of whom it is for."""
    if footing.capacity is Capacity.DEFINITIVE:
        return true()
    scope = footing.scope
    terms = [Task.acting.contains([str(footing.capacity)])]
    if footing.acts_for:
        terms.append(not_(literal(footing.acts_for) == any_(Task.barred)))
    if scope.chains:
        terms.append(Task.chain.in_(scope.chains))
    if scope.stages:
        terms.append(Task.stage.in_(scope.stages))
    if scope.up_to_rank is not None:
        terms.append(Task.rank <= scope.up_to_rank)
    return and_(*terms)


def _decided(case_id: UUID, reach: Reach) -> Select[tuple[UUID]]:
    return select(Decision.id).where(Decision.case_id == case_id, Decision.decider_id == reach.person_id)
