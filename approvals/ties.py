"""Ties to a case's subject that are declared while it is pending: who may decide it is found anew."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.candidacy import ByPost
from approvals.candidates import Assignment, Wanted, assign
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case
from approvals.handover import Pending
from approvals.interests import doubted_by, tied_to
from approvals.meetings import lose_seat
from approvals.models import Case, Task, TaskState
from approvals.moving import cancel_task
from approvals.panels import CONVENER
from core import clock
from core.actor import Actor
from core.events import Event, record

CAUSE = "related"


def rebar(session: Session, actor: Actor, people: Iterable[UUID], *, directory: Directory) -> int:
    """Find anew who may not decide the pending cases about these people; returns how many cases it changed.

    What waits for somebody who may not decide it any more goes to others; of a panel their seat is lost, as
    if they had stepped aside. Whoever decided before a tie was declared has decided.
    """
    subjects = set(people)
    alive = select(Case.id).where(
        Case.subject_id.in_(subjects), Case.settled_at.is_(None), Case.sealed_at.is_(None)
    )
    ids = session.scalars(alive.order_by(Case.id)).all()
    if not ids:
        return 0
    now = clock.now(session)
    ties = directory.related(subjects, now)
    events: list[Event] = []
    changed = 0
    for id_ in ids:
        dossier = lock_case(session, id_)
        case = dossier.case
        said = ties.get(case.subject_id, ())
        tied, case.doubted = tied_to(case.subject_id, said), [*doubted_by(case.subject_id, said)]
        if tied != tuple(case.tied) and case.settled_at is None:
            before, case.tied = frozenset(case.tied), [*tied]
            changed += 1
            events.append(_changed(case))
            events += _new_hands(session, dossier, before, directory=directory, now=now)
    session.flush()
    record(session, actor, events)
    return changed


def _new_hands(
    session: Session, dossier: Dossier, before: frozenset[UUID], *, directory: Directory, now: datetime
) -> list[Event]:
    """Bar whom the ties bar from the case's open tasks, and give those to others that nobody could decide.

    `before` are those who were tied until now. Who declined a task stays barred from it.
    """
    events: list[Event] = []
    lost: list[Task] = []
    for task in (t for t in dossier.tasks if t.ended_at is None and t.part != CONVENER):
        stage = dossier.stage_of(task)
        task.barred = sorted({*dossier.interests.barred_from(stage), *(set(task.barred) - before)})
        if task.state == TaskState.SUSPENDED:
            continue
        if stage.is_panel and _by_name(task):
            if task.assignee_id in task.barred:
                events.append(cancel_task(task, CAUSE, now))
                lost.append(task)
            continue
        new = _assignment(dossier, task, directory, now)
        if _must_move(task, new):
            pending = Pending(task, dossier.case, stage)
            events += pending.hand_to(new, "task.reassigned", now=now, cause=CAUSE)
    session.flush()
    if lost and (last := lost[-1]):
        events += lose_seat(session, dossier, last, directory=directory, now=now)
    return events


def _by_name(task: Task) -> bool:
    return task.position_id is None and task.queue is None and task.candidates is None


def _assignment(dossier: Dossier, task: Task, directory: Directory, now: datetime) -> Assignment:
    pending = Pending(task, dossier.case, dossier.stage_of(task))
    wanted: Wanted | None = None
    if task.position_id and isinstance(pending.stage.wanted_at(task.seat), ByPost):
        wanted = pending.at_post(directory.post(task.position_id, now).unit_id)
    return assign([wanted or pending.anew(dossier.about_with(()))], directory, now)[0]


def _must_move(task: Task, new: Assignment) -> bool:
    """Whether a task has to leave the hands it is in: its own holder's, its taker's, or those of a crowd."""
    if task.assignee_id in task.barred:
        return True
    if task.claimed_at is not None:
        return False
    if task.position_id is not None:
        return (task.queue, task.position_id, task.assignee_id) != (
            new.queue,
            new.position_id,
            new.assignee_id,
        )
    offered = task.assignee_id is None
    return offered and (task.queue, task.candidates) != (
        new.queue,
        None if new.candidates is None else [*new.candidates],
    )


def _changed(case: Case) -> Event:
    """Who it is stays out of the hashed text: a tie is personal."""
    facts = {"case": case.id, "count": len(case.tied)}
    return Event("case.ties_changed", case.id, "case", facts, {"tied": [str(one) for one in case.tied]})
