"""Questions of colleagues about a case: read, and answered."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import consultations
from core.actor import Actor
from core.errors import MufakatError
from web import pages
from web.deps import CurrentActor, DbSession
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/questions")


@router.get("/{question_id}")
def look(request: Request, session: DbSession, actor: CurrentActor, question_id: UUID) -> Response:
    """A question, for whoever is asked and whoever asked."""
    return shown(request, session, actor, question_id)


@router.post("/{question_id}/answer")
def answer(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    question_id: UUID,
    text: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Answer it, once."""
    try:
        with session.begin_nested():
            consultations.answer(session, actor, question_id, text=text)
    except MufakatError as error:
        return shown(request, session, actor, question_id, error, text)
    return pages.go("/inbox", N_("Your answer is sent."))


def shown(
    request: Request,
    session: Session,
    actor: Actor,
    question_id: UUID,
    problem: MufakatError | None = None,
    text: str = "",
) -> Response:
    """The page of a question; after a refused answer with its reason, and with what was typed."""
    asked = consultations.question(session, actor, question_id)
    return pages.show(
        request,
        "questions/question.html",
        status_of(problem) if problem else 200,
        asked=asked,
        open=asked.consultation.ended_at is None and asked.task.ended_at is None,
        problem=pages.said(request, problem) if problem else "",
        text=text,
    )
