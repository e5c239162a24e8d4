"""The page of whoever is logged in: their cases in plain words, and what is asked of them."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from approvals.directory import Directory
from core.actor import Actor
from core.errors import MufakatError, NotFound
from flows.completion import service as completion
from flows.completion.service import Given
from web import limiting, mycases, pages, uploads
from web.deps import CurrentActor, DbSession, People, Posted
from web.errors import status_of
from web.words import N_

router = APIRouter()
FILE = "file-"


@router.get("/my")
def mine(request: Request, session: DbSession, actor: CurrentActor, people: People) -> Response:
    """My cases, what is asked of me in them, and what I may expect."""
    return _page(request, session, actor, people)


@router.post("/my/file/{process_id}/documents")
def complete(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    sent: Posted,
    process_id: UUID,
) -> Response:
    """Send what my file lacks for a cycle."""
    given = _given(sent)
    limiting.hit(limiting.UPLOAD, str(actor.person_id))
    try:
        with session.begin_nested():
            case_id = completion.send(session, actor, process_id, given, directory=people)
    except NotFound:
        raise
    except MufakatError as error:
        typed = {name: value for name, value in sent.items() if isinstance(value, str)}
        return _page(request, session, actor, people, typed, error, process_id)
    return pages.go(f"/cases/{case_id}", N_("It is with HR. You hear as soon as they have checked it."))


def _given(sent: FormData) -> dict[str, Given]:
    """The documents by key; one without a file or a number is left for the verb to name."""
    found: dict[str, Given] = {}
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            with value.file:  # nobody else closes what was read field by field
                file = uploads.document(value) if value.filename else None
            if name.startswith(FILE):
                key = name.removeprefix(FILE)
                found[key] = Given(file, _text(sent, f"number-{key}"), _text(sent, f"dated-{key}"))
    return found


def _text(sent: FormData, name: str) -> str:
    value = sent.get(name, "")
    return value if isinstance(value, str) else ""


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    people: Directory,
    typed: Mapping[str, str] | None = None,
    problem: MufakatError | None = None,
    wrong: UUID | None = None,
) -> Response:
    if actor.person_id is None:
        raise NotFound
    now = pages.visit_of(request).now
    return pages.show(
        request,
        "my/mine.html",
        status_of(problem) if problem else 200,
        page=mycases.my_page(session, actor, actor.person_id, directory=people, now=now),
        typed=typed or {},
        problem=pages.said(request, problem) if problem else "",
        wrong=wrong,
    )
