"""The authority outside: the candidates out as its form, its answers in, with a result for every row."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Request, UploadFile
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import outside as waiting
from core.actor import Actor, Role
from core.errors import MufakatError
from flows.process import queries as processes
from flows.promotion import outside
from flows.promotion.outside import Answers
from personnel import taking
from personnel.taking import Taken
from web import downloads, limiting, pages, sheets, uploads
from web.deps import DbSession, Visitor, only
from web.errors import status_of

router = APIRouter(prefix="/processes/{process_id}/outside")
RecorderActor = Annotated[Actor, Depends(only(Role.HR), scope="function")]


@router.get("")
def look(request: Request, session: DbSession, actor: RecorderActor, process_id: UUID) -> Response:
    """How many wait for an answer, the form to send out, and where the answers come in."""
    return _page(request, session, process_id)


@router.get("/export.xlsx")
def export(session: DbSession, actor: RecorderActor, process_id: UUID) -> Response:
    """Those who wait, as the agency's form; the log tells who took it."""
    name = f"usul-{processes.process(session, process_id).reference}.xlsx"
    content = outside.export(session, actor, process_id)
    people = [case.subject_id for case in waiting.waiting(session, process_id, outside.STAGE)]
    taken = Taken("consideration", "xlsx", len(people), name, about=process_id)
    taking.took(session, actor, taken, people)
    return downloads.attachment(name, content, sheets.MEDIA["xlsx"])


@router.post("/import")
def take_in(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: RecorderActor,
    process_id: UUID,
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Record the answers, each row by itself, and show what became of each."""
    limiting.hit(limiting.UPLOAD, str(actor.person_id))
    try:
        with session.begin_nested():
            _, content = uploads.sheet(file)
            answers = outside.take_in(session, actor, process_id, content, visit.language)
    except MufakatError as error:
        return _page(request, session, process_id, problem=error)
    return _page(request, session, process_id, answers=answers)


def _page(
    request: Request,
    session: Session,
    process_id: UUID,
    *,
    answers: Answers | None = None,
    problem: MufakatError | None = None,
) -> Response:
    return pages.show(
        request,
        "outside/outside.html",
        status_of(problem) if problem else 200,
        process=processes.process(session, process_id),
        waiting=len(waiting.waiting(session, process_id, outside.STAGE)),
        answers=answers,
        problem=pages.said(request, problem) if problem else "",
    )
