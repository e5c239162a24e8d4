"""Documents looked at by whoever came by an email's link and confirmed to be its addressee."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import documents
from approvals.directory import Directory
from approvals.dossier import read_task
from approvals.file_errors import NoSuchDocument
from approvals.file_models import CaseDocument
from core.actor import Actor
from core.preview import WIDTHS
from web.deps import DbSession, People
from web.routes.links import Addressed, MailActor, OpenedLink
from web.routes.viewing import sheet, viewer

router = APIRouter(prefix="/link/{token}/documents/{document_id}")


@router.get("/view")
def look(
    request: Request,
    session: DbSession,
    people: People,
    opened: OpenedLink,
    actor: MailActor,
    document_id: UUID,
) -> Response:
    """A document of the link's case, page under page."""
    found = _of_link(session, actor, people, opened, document_id)
    return viewer(request, session, found, f"{opened.address}/documents/{document_id}", opened.address)


@router.get("/pages/{number}")
def page(
    session: DbSession,
    people: People,
    opened: OpenedLink,
    actor: MailActor,
    document_id: UUID,
    number: int,
    w: int = WIDTHS[0],
) -> Response:
    """One page of it, as a picture."""
    found = _of_link(session, actor, people, opened, document_id)
    return sheet(session, found, number, w, str(actor.person_id))


def _of_link(
    session: Session, actor: Actor, people: Directory, opened: Addressed, document_id: UUID
) -> CaseDocument:
    found = documents.find(session, actor, document_id, directory=people)
    if found.case_id != read_task(session, opened.link.task_id)[0].case.id:
        raise NoSuchDocument
    return found
