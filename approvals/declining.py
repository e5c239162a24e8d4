"""Who was only asked says no, and the next is asked."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.allocation import Place, allocated
from approvals.candidates import Wanted, assign
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_task
from approvals.drafts import must_be_workable
from approvals.errors import NotAsked
from approvals.handover import Pending
from approvals.models import Task, TaskState
from core import clock
from core.actor import Actor
from core.events import record


def decline(
    session: Session, actor: Actor, task_id: UUID, *, comment: str = "", directory: Directory
) -> Task:
    """Say no to a task that one was asked for and does not have; the stage's rule asks the next.

    After the last it falls to HR. Raises NoSuchTask, AlreadyDecided, TaskEnded, CaseSealed, CaseSettled,
    NotPossibleNow, NotAsked.
    """
    dossier, task = lock_task(session, task_id)
    _must_be_asked(dossier, task, actor)
    now, stage = clock.now(session), dossier.stage_of(task)
    task.barred = [*task.barred, *([actor.person_id] if actor.person_id else [])]
    barred = {*task.barred, *dossier.interests.barred_from(stage)}
    about = dossier.about_with(())
    wanted = Wanted(stage.wanted[0], dossier.case.unit_id, (), barred, about=about, allocates=True)
    place = Place(task.case_id, task.chain, stage, task.round, again=len(task.barred))
    [new] = allocated(session, [place], assign([wanted], directory, now))
    events = Pending(task, dossier.case, stage).hand_to(
        new, "task.declined", now=now, by=actor.person_id, allocation=new.how
    )
    if comment.strip():
        events[0] = replace(events[0], personal={"comment": comment.strip()})
    session.flush()
    record(session, actor, events)
    return task


def may_decline(task: Task, actor: Actor, *, binding: bool) -> bool:
    """Whether a task is on offer to this one person, who is free to say no."""
    return not binding and task.state == TaskState.OFFERED and task.candidates == [actor.person_id]


def _must_be_asked(dossier: Dossier, task: Task, actor: Actor) -> None:
    must_be_workable(dossier, task)
    if not may_decline(task, actor, binding=dossier.stage_of(task).binding):
        raise NotAsked
