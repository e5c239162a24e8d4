"""A transfer in the middle of a cycle: the record, and all that is pending with the person, in one go.

What waits at a post goes by rule to whoever has the post (flows.process.handovers): its new holder, who acts
for it, or HR. What the person has by name is handed to an heir that HR names. It is shown before by doing it
and taking it back, so what is shown is what happens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from approvals import handing, instruments
from approvals.authority import must_say
from approvals.chains import stage_of
from approvals.instruments import in_force
from approvals.models import Case, Delegation, Task
from approvals.titles import Titles
from core import clock
from core.actor import Actor
from core.errors import MufakatError
from personnel import transfers
from personnel.days import office_day
from personnel.directory import PersonnelDirectory
from personnel.models_committees import Committee, CommitteeSeat


@dataclass(frozen=True, slots=True)
class Order:
    """What the order says, and what HR wants done with what is pending."""

    employee_id: UUID
    unit_id: UUID
    position_id: UUID | None
    on: date
    number: str
    reason: str
    heir_id: UUID | None = None
    """Who takes what the person has by name."""
    end_delegations: bool = True


@dataclass(frozen=True, slots=True)
class Hands:
    """Where a task is: with a person, at a post, for a group."""

    name: str = ""
    post: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A pending task of the person, before and after."""

    task_id: UUID
    reference: str
    subject: str
    stage: Titles
    before: Hands
    after: Hands
    stays: bool
    """Whether it is with the person still."""
    why: MufakatError | None = None
    """Why the heir could not take it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a transfer does to what is pending."""

    lines: Sequence[Line]
    ended: Sequence[Delegation]
    received: Sequence[Delegation]
    """Delegations that the person has from others: their givers decide on these."""
    seats: Sequence[Committee]
    """Committees in which they go on sitting: the decree that formed them says who does."""
    own: Sequence[Case]
    """The person's own cases: they go on where they were opened."""

    @property
    def vacant(self) -> bool:
        """Whether something waits at a post that nobody has any more."""
        return any(line.after.post and not line.after.name for line in self.lines)


def transfer(session: Session, actor: Actor, order: Order) -> Outcome:
    """Carry an order out. Raises CommentNeeded, and what personnel.transfers.transfer raises."""
    reason, person = must_say(order.reason), order.employee_id
    pending = _pending(session, person)
    before = _hands(session, [task for task, _ in pending])
    given = _delegations(session, Delegation.from_id == person)
    ended = given if order.end_delegations else []
    for delegation in ended:
        instruments.revoke(session, actor, delegation.id)
    transfers.transfer(
        session,
        actor,
        person,
        unit_id=order.unit_id,
        position_id=order.position_id,
        on=order.on,
        order_number=order.number,
    )
    refused = _to_heir(session, actor, order, reason)
    session.expire_all()
    after = _hands(session, [task for task, _ in pending])
    return Outcome(
        lines=[
            Line(
                task.id,
                case.reference,
                case.subject_name,
                stage_of(session, case.chain_version_id, task.stage).title,
                before[task.id],
                after[task.id],
                task.assignee_id == person,
                refused.get(task.id),
            )
            for task, case in pending
        ],
        ended=ended,
        received=_delegations(session, Delegation.to_id == person),
        seats=_seats(session, person),
        own=_own(session, person),
    )


def preview(session: Session, actor: Actor, order: Order) -> Outcome:
    """What transfer would do; nothing stays of it. Raises the same."""
    trial = session.begin_nested()
    try:
        found = transfer(session, actor, order)
        for row in (*found.ended, *found.received, *found.seats, *found.own):
            session.refresh(row)
            session.expunge(row)
        return found
    finally:
        trial.rollback()
        session.expire_all()


def _to_heir(session: Session, actor: Actor, order: Order, reason: str) -> Mapping[UUID, MufakatError]:
    """Hand on what the person still has, if HR named an heir; what they may not take stays, and why."""
    if order.heir_id is None:
        return {}
    answers = handing.reassign_many(
        session,
        actor,
        order.heir_id,
        reason=reason,
        from_id=order.employee_id,
        directory=PersonnelDirectory(session),
    )
    return {id_: answer for id_, answer in answers.items() if isinstance(answer, MufakatError)}


def _pending(session: Session, person: UUID) -> list[tuple[Task, Case]]:
    found = select(Task, Case).join(Case).where(Task.assignee_id == person, Task.ended_at.is_(None))
    return [(task, case) for task, case in session.execute(found.order_by(Case.reference, Task.id))]


def _hands(session: Session, tasks: Sequence[Task]) -> dict[UUID, Hands]:
    directory, now = PersonnelDirectory(session), clock.now(session)
    people = directory.people([task.assignee_id for task in tasks if task.assignee_id])
    return {
        task.id: Hands(
            people[task.assignee_id].name if task.assignee_id else "",
            directory.post(task.position_id, now).title if task.position_id else "",
            task.queue or "",
        )
        for task in tasks
    }


def _delegations(session: Session, whose: ColumnElement[bool]) -> list[Delegation]:
    found = select(Delegation).where(whose, in_force(clock.now(session)))
    return list(session.scalars(found.order_by(Delegation.id)))


def _seats(session: Session, person: UUID) -> list[Committee]:
    today = office_day(clock.now(session))
    sits = select(CommitteeSeat.committee_id).where(
        CommitteeSeat.employee_id == person,
        CommitteeSeat.starts_on <= today,
        or_(CommitteeSeat.ends_on.is_(None), CommitteeSeat.ends_on >= today),
    )
    return list(session.scalars(select(Committee).where(Committee.id.in_(sits)).order_by(Committee.key)))


def _own(session: Session, person: UUID) -> list[Case]:
    found = select(Case).where(Case.subject_id == person, Case.settled_at.is_(None))
    return list(session.scalars(found.order_by(Case.reference)))
