"""HR hands many tasks to somebody else at once: looked at first, each guarded by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import handing
from approvals.directory import Directory
from approvals.models import Case, Task
from core.actor import Actor
from core.errors import MufakatError
from personnel import finding
from web import pages
from web.deps import DbSession, HrActor, People
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/hr/staff/tasks")
A_PAGE = 200


class Chosen(BaseModel):
    """Which tasks, to whom, why."""

    giver: str = ""
    stage: str = ""
    process: UUID | None = None
    """Of one cycle only."""
    to: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A task in the list; after an attempt with why it was not moved."""

    task: Task
    case: Case
    why: str = ""


@router.get("")
def look(
    request: Request,
    session: DbSession,
    actor: HrActor,
    giver: str = "",
    stage: str = "",
    process: UUID | None = None,
) -> Response:
    """The tasks that fit, and the form that hands them on."""
    typed = Chosen(giver=giver, stage=stage, process=process)
    if not (giver or stage):
        return _page(request, session, typed)
    try:
        found = _lines(session, _matching(session, typed))
    except MufakatError as error:
        return _page(request, session, typed, problem=error)
    return _page(request, session, typed, found)


@router.post("")
def reassign(
    request: Request, session: DbSession, actor: HrActor, people: People, typed: Annotated[Chosen, Form()]
) -> Response:
    """Hand on what fits; what could not be moved is shown with its reason."""
    try:
        with session.begin_nested():
            answers = _reassigned(session, actor, typed, people)
    except MufakatError as error:
        return _page(request, session, typed, problem=error)
    refused = {id_: pages.said(request, e) for id_, e in answers.items() if isinstance(e, MufakatError)}
    if not refused:
        return pages.go("/hr/staff/tasks", N_("{count} tasks are reassigned."), count=len(answers))
    return _page(
        request, session, typed, _lines(session, [*refused], refused), moved=len(answers) - len(refused)
    )


def _reassigned(
    session: Session, actor: Actor, typed: Chosen, people: Directory
) -> dict[UUID, Task | MufakatError]:
    giver = finding.one(session, typed.giver).id if typed.giver.strip() else None
    to_id = finding.one(session, typed.to).id
    stage = typed.stage.strip() or None
    answers = handing.reassign_many(
        session,
        actor,
        to_id,
        reason=typed.reason,
        from_id=giver,
        stage=stage,
        process_id=typed.process,
        directory=people,
    )
    return {**answers}


def _matching(session: Session, typed: Chosen) -> list[UUID]:
    giver = finding.one(session, typed.giver).id if typed.giver.strip() else None
    stage = typed.stage.strip() or None
    return handing.matching(session, from_id=giver, stage=stage, process_id=typed.process)


def _lines(session: Session, ids: Sequence[UUID], why: dict[UUID, str] | None = None) -> list[Line]:
    found = select(Task, Case).join(Case).where(Task.id.in_(ids[:A_PAGE])).order_by(Case.reference, Task.id)
    return [Line(task, case, (why or {}).get(task.id, "")) for task, case in session.execute(found)]


def _page(
    request: Request,
    session: Session,
    typed: Chosen,
    lines: Sequence[Line] = (),
    *,
    problem: MufakatError | None = None,
    moved: int = 0,
) -> Response:
    return pages.show(
        request,
        "reassigning/many.html",
        status_of(problem) if problem else 200,
        typed=typed,
        stages=session.scalars(select(Task.stage).where(Task.ended_at.is_(None)).distinct()).all(),
        lines=lines,
        moved=moved,
        problem=pages.said(request, problem) if problem else "",
    )
