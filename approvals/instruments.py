"""Plain delegation: an order by which somebody else may decide one's tasks for a while, within a scope.

It covers what waits for the giver as a post's own holder or by name, now and later, where the stage's
`acting` lists `delegate`; never what the giver has by acting or by another delegation, and never a signature.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from approvals.directory import Directory
from approvals.entitlement import SEATS, Warrant
from approvals.errors import (
    BadDelegation,
    DelegatesToOneself,
    DelegationEnded,
    NoSuchDelegate,
    NoSuchDelegation,
    NotYourDelegation,
)
from approvals.models import Delegation, Task
from core import clock
from core.actor import Actor, Role
from core.directory import EVERYTHING, Capacity, Scope
from core.events import Event, record
from core.ids import new_id
from core.questions import ID, ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a delegation says."""

    from_id: UUID
    to_id: UUID
    order_number: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    scope: Scope = EVERYTHING


def grant(session: Session, actor: Actor, order: Order, *, directory: Directory) -> Delegation:
    """Delegate one's own tasks to a colleague; HR may do it for somebody who can't, but never to
    themselves.

    Raises NotYourDelegation, DelegatesToOneself, NoSuchDelegate, BadDelegation.
    """
    if actor.person_id is None or not (actor.person_id == order.from_id or _is_hr(actor)):
        raise NotYourDelegation
    if order.to_id in (order.from_id, actor.person_id):
        raise DelegatesToOneself
    people = directory.people([order.from_id, order.to_id])
    if len(people) < 2 or not all(person.active for person in people.values()):
        raise NoSuchDelegate
    now = clock.now(session)
    if order.ends_at <= max(order.starts_at, now) or not (
        order.order_number.strip() and order.reason.strip()
    ):
        raise BadDelegation
    delegation = Delegation(
        id=new_id(),
        order_number=order.order_number.strip(),
        reason=order.reason.strip(),
        from_id=order.from_id,
        from_name=people[order.from_id].name,
        to_id=order.to_id,
        to_name=people[order.to_id].name,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        chains=[*order.scope.chains],
        stages=[*order.scope.stages],
        up_to_rank=order.scope.up_to_rank,
        created_by=actor.person_id,
        created_at=now,
        revoked_at=None,
        revoked_by=None,
    )
    session.add(delegation)
    session.flush()
    record(session, actor, [_granted(delegation)])
    return delegation


def revoke(session: Session, actor: Actor, delegation_id: UUID) -> Delegation:
    """End a delegation at once, by its giver or HR; what was decided under it stands.

    Raises NoSuchDelegation, NotYourDelegation, DelegationEnded.
    """
    delegation = session.get(Delegation, delegation_id, with_for_update={"key_share": True})
    if delegation is None:
        raise NoSuchDelegation
    if actor.person_id != delegation.from_id and not _is_hr(actor):
        raise NotYourDelegation
    now = clock.now(session)
    if delegation.revoked_at is not None or delegation.ends_at <= now:
        raise DelegationEnded(at=delegation.revoked_at or delegation.ends_at)
    delegation.revoked_at, delegation.revoked_by = now, actor.person_id
    session.flush()
    facts = {"delegation": delegation.id, "from": delegation.from_id, "to": delegation.to_id}
    record(session, actor, [_event("revoked", delegation, facts)])
    return delegation


def warrants(session: Session, actor: Actor, at: datetime, *, directory: Directory) -> Sequence[Warrant]:
    """The delegations that somebody has received and that are in force; those of givers who left are not."""
    received = ask(session, _RECEIVED, to=actor.person_id, at=at)
    if not received:
        return ()
    people = directory.people({d.from_id for d in received})
    active = {id_ for id_, person in people.items() if person.active}
    return [Warrant(d.from_id, d.order_number, scope_of(d)) for d in received if d.from_id in active]


def bearers(session: Session, tasks: Iterable[Task], at: datetime) -> dict[UUID, list[UUID]]:
    """Who else may decide these tasks by a delegation of their assignees, and is in no conflict over them."""
    lent = [task for task in tasks if _may_be_lent(task)]
    if not lent:
        return {}
    givers = {task.assignee_id for task in lent}
    given = select(Delegation).where(Delegation.from_id.in_(givers), in_force(at)).order_by(Delegation.id)
    who: dict[UUID, list[UUID]] = {}
    for delegation in session.scalars(given):
        for task in lent:
            if task.assignee_id == delegation.from_id and _covers(delegation, task):
                who.setdefault(task.id, []).append(delegation.to_id)
    return who


def _may_be_lent(task: Task) -> bool:
    """Whether the one who has a task has it in their own right, and the stage lets others decide for them."""
    own = task.assignee_capacity in (Capacity.DEFINITIVE, None)
    alone = task.queue is None and task.candidates is None and task.handed_by is None
    return Capacity.DELEGATE in task.acting and own and alone and task.part not in SEATS


def _covers(delegation: Delegation, task: Task) -> bool:
    barred = {delegation.from_id, delegation.to_id} & set(task.barred)
    return not barred and scope_of(delegation).covers(task.chain, task.stage, task.rank)


def delegations_of(session: Session, actor: Actor, person_id: UUID) -> list[Delegation]:
    """What a person gave and received, the latest first; for that person and HR. Raises NotYourDelegation."""
    if actor.person_id != person_id and not _is_hr(actor):
        raise NotYourDelegation
    return _latest(session, or_(Delegation.from_id == person_id, Delegation.to_id == person_id))


def delegations(session: Session, actor: Actor, limit: int = 200) -> list[Delegation]:
    """Everybody's delegations, the latest first; for HR. Raises NotYourDelegation."""
    if not _is_hr(actor):
        raise NotYourDelegation
    return _latest(session, Delegation.id.is_not(None), limit)


def in_force(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The delegations that count at a moment."""
    return and_(Delegation.starts_at <= at, Delegation.ends_at > at, Delegation.revoked_at.is_(None))


_RECEIVED = (
    select(
        Delegation.from_id,
        Delegation.order_number,
        Delegation.chains,
        Delegation.stages,
        Delegation.up_to_rank,
    )
    .where(
        Delegation.to_id == bindparam("to", type_=ID),
        in_force(bindparam("at", type_=Delegation.starts_at.type)),
    )
    .order_by(Delegation.id)
)


def scope_of(delegation: Delegation | Row[Any]) -> Scope:
    """What a delegation covers."""
    return Scope(tuple(delegation.chains), tuple(delegation.stages), delegation.up_to_rank)


def _latest(session: Session, which: ColumnElement[bool], limit: int | None = None) -> list[Delegation]:
    query = select(Delegation).where(which).order_by(Delegation.created_at.desc(), Delegation.id.desc())
    return list(session.scalars(query.limit(limit)))


def _is_hr(actor: Actor) -> bool:
    return actor.has(Role.HR, Role.ADMIN)


def _granted(delegation: Delegation) -> Event:
    facts = {
        "delegation": delegation.id,
        "from": delegation.from_id,
        "to": delegation.to_id,
        "order": delegation.order_number,
        "starts_at": delegation.starts_at,
        "ends_at": delegation.ends_at,
        "chains": delegation.chains,
        "stages": delegation.stages,
        "up_to_rank": delegation.up_to_rank,
    }
    return _event("granted", delegation, facts, opens=True)


def _event(happened: str, delegation: Delegation, facts: dict[str, Any], *, opens: bool = False) -> Event:
    personal = {
        "from_name": delegation.from_name,
        "to_name": delegation.to_name,
        "reason": delegation.reason,
        "order": delegation.order_number,
    }
    return Event(f"delegation.{happened}", delegation.id, "delegation", facts, personal, opens=opens)
