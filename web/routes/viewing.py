"""Documents looked at beside the form: page by page, as pictures that we drew."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import documents
from approvals.file_errors import NoSuchDocument
from approvals.file_models import CaseDocument
from core import preview
from core.errors import MufakatError
from core.preview import Drawn
from web import limiting, pages
from web.deps import CurrentActor, DbSession, People
from web.errors import status_of

router = APIRouter(prefix="/cases/{case_id}/documents/{document_id}")
MOST_PAGES = 300
"""Shown on one page of ours; a longer file is to be downloaded."""


@router.get("/view")
def look(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    document_id: UUID,
) -> Response:
    """A document, page under page; a task's page shows it beside its form."""
    found = _of_case(documents.find(session, actor, document_id, directory=people), case_id)
    return viewer(request, session, found, f"/cases/{case_id}/documents/{document_id}", f"/cases/{case_id}")


@router.get("/pages/{number}")
def page(
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    document_id: UUID,
    number: int,
    w: int = preview.WIDTHS[0],
) -> Response:
    """One page of a document, as a picture."""
    found = _of_case(documents.find(session, actor, document_id, directory=people), case_id)
    return sheet(session, found, number, w, str(actor.person_id))


def viewer(request: Request, session: Session, found: CaseDocument, address: str, back: str) -> Response:
    """The page that shows a document which the person may see; where it can't be shown, why."""
    drawn: Drawn | None = None
    problem: MufakatError | None = None
    try:
        drawn = _drawn(session, found, 1, preview.WIDTHS[0])
    except MufakatError as error:
        problem = error
    return pages.show(
        request,
        "documents/view.html",
        status_of(problem) if problem and "hx-request" not in request.headers else 200,
        document=found,
        drawn=drawn,
        shown=min(drawn.pages, MOST_PAGES) if drawn else 0,
        widths=preview.WIDTHS,
        problem=pages.said(request, problem) if problem else "",
        address=address,
        back=back,
    )


def sheet(session: Session, found: CaseDocument, number: int, width: int, who: str) -> Response:
    """A page's picture: of our making, of a kind that nothing runs in, kept by no browser."""
    limiting.hit(limiting.DRAW, who)
    drawn = _drawn(session, found, number, width)
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": "inline"}
    return Response(drawn.picture, media_type=preview.MEDIA_TYPE, headers=headers)


def _drawn(session: Session, found: CaseDocument, number: int, width: int) -> Drawn:
    sha256, media_type = found.sha256, found.media_type
    session.commit()  # what follows takes long: nobody waits for our connection meanwhile
    return preview.draw(sha256, media_type, number, width)


def _of_case(found: CaseDocument, case_id: UUID) -> CaseDocument:
    if found.case_id != case_id:
        raise NoSuchDocument
    return found
