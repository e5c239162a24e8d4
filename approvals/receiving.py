"""Whom a task can be handed to: whoever could decide it, is here, and has no conflict in its case."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.crowds import Crowds
from approvals.directory import Directory
from approvals.dossier import Dossier
from approvals.entitlement import Right, Warrant, own_holder, right
from approvals.errors import AlreadyClaimed, ConflictOfInterest, NotYours, PostVacant
from approvals.instruments import in_force, warrants
from approvals.models import Delegation, Task
from approvals.obstacles import Conflicted, Gone, HasItAlready, SeatedAlready, Unfit
from approvals.panels import CONVENER, is_crowd
from core.actor import Actor
from core.directory import Person


def must_receive(
    session: Session, dossier: Dossier, task: Task, person_id: UUID, *, directory: Directory, now: datetime
) -> tuple[Person, Right]:
    """Somebody who may be handed a task, and by which right they will decide it.

    Raises Gone, HasItAlready, SeatedAlready, Conflicted, Unfit.
    """
    person = must_work_here(person_id, directory)
    if task.assignee_id == person_id:
        raise HasItAlready(name=person.name)
    if person_id in dossier.interests.barred_from(dossier.stage_of(task)):
        raise Conflicted(name=person.name)
    if sits_already(dossier, task, person_id):
        raise SeatedAlready(name=person.name)
    if (found := _right(session, dossier, task, person, directory=directory, now=now)) is None:
        raise Unfit(name=person.name)
    return person, found


def receivers(
    session: Session, dossier: Dossier, task: Task, *, directory: Directory, now: datetime
) -> list[Person]:
    """Everybody whom a task may be handed to, by name."""
    found: list[Person] = []
    for person_id in dict.fromkeys(_considered(session, dossier, task, directory, now)):
        try:
            found.append(must_receive(session, dossier, task, person_id, directory=directory, now=now)[0])
        except (Gone, HasItAlready, Conflicted, SeatedAlready, Unfit):
            continue
    return sorted(found, key=lambda person: person.name)


def must_work_here(person_id: UUID, directory: Directory) -> Person:
    """Raises Gone."""
    person = directory.people([person_id]).get(person_id)
    if person is None or not person.active:
        raise Gone(name=person.name if person else "–")
    return person


def sits_already(dossier: Dossier, task: Task, person_id: UUID) -> bool:
    """Whether somebody has another seat of a task's stage, or decided one in this round."""
    seated = any(t.assignee_id == person_id for t in dossier.waiting(task))
    return seated or dossier.has_voted(task, Actor(person_id, ""))


def _right(
    session: Session, dossier: Dossier, task: Task, person: Person, *, directory: Directory, now: datetime
) -> Right | None:
    """By which right they could decide it, whoever has it at present; None without any."""
    if task.part == CONVENER:
        return None
    stage = dossier.stage_of(task)
    actor = Actor(person.id, person.name, directory.roles_of(person.id))
    post = directory.post(task.position_id, now) if task.position_id else None

    def received() -> Sequence[Warrant]:
        # of what was given by name a delegation goes on by itself, and says for whom
        return warrants(session, actor, now, directory=directory) if post else ()

    try:
        return right(task, stage, actor, dossier.interests.barred_from(stage), post, warrants=received)
    except AlreadyClaimed:
        return Right()
    except NotYours:
        return Right() if person.id in _crowd(dossier, task, directory, now) else None
    except (ConflictOfInterest, PostVacant):
        return None


def _considered(
    session: Session, dossier: Dossier, task: Task, directory: Directory, now: datetime
) -> Iterable[UUID]:
    """Who comes into question at all."""
    if task.position_id:
        post = directory.post(task.position_id, now)
        yield from (holder.person_id for holder in post.holders)
        if own := own_holder(post):
            given = select(Delegation.to_id).where(Delegation.from_id == own.person_id, in_force(now))
            yield from session.scalars(given)
    if task.queue:
        yield from (person.id for person in directory.with_role(task.queue.removeprefix("role:")))
    yield from task.candidates or ()
    yield from _crowd(dossier, task, directory, now)


def _crowd(dossier: Dossier, task: Task, directory: Directory, now: datetime) -> list[UUID]:
    """Of what was given by name because only one qualified, or everybody got a seat: who qualifies now."""
    if task.position_id or task.queue or task.candidates is not None:
        return []
    stage = dossier.stage_of(task)
    wanted = stage.wanted_at(task.seat)
    if not is_crowd(wanted):
        return []
    about = dossier.about_with(())
    return [one.person_id for one in Crowds.ask([wanted], directory, now).of(wanted, about)]
