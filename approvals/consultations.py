"""Asking a colleague about a case without giving the task away."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from approvals.authority import must_say
from approvals.decisions import may_decide
from approvals.directory import Directory
from approvals.dossier import lock_task
from approvals.models import Case, Consultation, Task
from approvals.obstacles import (
    AskedAlready,
    AsksOwner,
    AsksThemselves,
    Conflicted,
    NoSuchQuestion,
    QuestionEnded,
)
from approvals.receiving import must_work_here
from core import clock
from core.actor import Actor
from core.events import Event, record
from core.ids import new_id


def consult(
    session: Session, actor: Actor, task_id: UUID, to_id: UUID, *, question: str, directory: Directory
) -> Consultation:
    """Ask a colleague about a task that one may decide; they see the case until they answer or it ends.

    Raises what keeps the actor from deciding the task, CommentNeeded, AsksThemselves, Gone, AsksOwner,
    Conflicted, AskedAlready.
    """
    dossier, task = lock_task(session, task_id)
    may_decide(session, actor, task_id, directory=directory)
    said = must_say(question)
    if actor.person_id is None or to_id == actor.person_id:
        raise AsksThemselves
    person = must_work_here(to_id, directory)
    if to_id in dossier.interests.owners:
        raise AsksOwner(name=person.name)
    if dossier.interests.conflict_of(to_id):
        raise Conflicted(name=person.name)
    waiting = select(Consultation.id).where(Consultation.task_id == task.id, Consultation.asked_id == to_id)
    if session.scalar(waiting.where(Consultation.ended_at.is_(None)).limit(1)):
        raise AskedAlready(name=person.name)
    made = Consultation(
        id=new_id(),
        case_id=task.case_id,
        task_id=task.id,
        asker_id=actor.person_id,
        asker_name=actor.name,
        asked_id=person.id,
        asked_name=person.name,
        question=said,
        asked_at=clock.now(session),
    )
    session.add(made)
    session.flush()
    record(session, actor, [_event("task.consulted", made, task, made.question, to=made.asked_id)])
    return made


def answer(session: Session, actor: Actor, consultation_id: UUID, *, text: str) -> Consultation:
    """Answer what one was asked, once. Raises NoSuchQuestion, QuestionEnded, CommentNeeded."""
    known = session.get(Consultation, consultation_id)
    if known is None or actor.person_id is None or known.asked_id != actor.person_id:
        raise NoSuchQuestion
    _, task = lock_task(session, known.task_id)
    session.refresh(known)
    if known.ended_at is not None or task.ended_at is not None:
        raise QuestionEnded
    said, now = must_say(text), clock.now(session)
    known.answer, known.answered_at, known.ended_at = said, now, now
    session.flush()
    record(session, actor, [_event("task.advised", known, task, said, to=known.asker_id)])
    return known


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody is asked, with the case it is about."""

    consultation: Consultation
    case: Case
    task: Task


def question(session: Session, actor: Actor, consultation_id: UUID) -> Question:
    """A question that was put to somebody, or by them. Raises NoSuchQuestion."""
    row = session.execute(_with_case().where(Consultation.id == consultation_id)).one_or_none()
    if row is None or actor.person_id not in (row[0].asked_id, row[0].asker_id):
        raise NoSuchQuestion
    return Question(*row)


def asked(session: Session, actor: Actor) -> list[Question]:
    """The questions that wait for somebody's answer, the oldest first."""
    if actor.person_id is None:
        return []
    waiting = (
        Consultation.asked_id == actor.person_id,
        Consultation.ended_at.is_(None),
        Task.ended_at.is_(None),
    )
    rows = session.execute(_with_case().where(*waiting).order_by(Consultation.asked_at, Consultation.id))
    return [Question(*row) for row in rows]


def about_task(session: Session, task_id: UUID) -> list[Consultation]:
    """What was asked about a task, and answered, the oldest first."""
    found = select(Consultation).where(Consultation.task_id == task_id)
    return list(session.scalars(found.order_by(Consultation.asked_at, Consultation.id)))


def _with_case() -> Select[tuple[Consultation, Case, Task]]:
    return (
        select(Consultation, Case, Task)
        .join(Case, Case.id == Consultation.case_id)
        .join(Task, Task.id == Consultation.task_id)
    )


def _event(name: str, said: Consultation, task: Task, text: str, *, to: UUID) -> Event:
    facts = {
        "task": task.id,
        "case": task.case_id,
        "stage": task.stage,
        "consultation": said.id,
        "from": said.asker_id if name == "task.consulted" else said.asked_id,
        "to": to,
    }
    return Event(name, task.case_id, "case", facts, {"comment": text})
