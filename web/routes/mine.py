"""What concerns the person who is logged in: own cases, and what is stored about them."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from approvals import views
from core.errors import NotFound
from personnel import queries
from web import pages
from web.deps import CurrentActor, DbSession

router = APIRouter()


@router.get("/my")
def mine(request: Request, session: DbSession, actor: CurrentActor) -> Response:
    """My cases, what is asked of me in them, and my record as the office keeps it."""
    if actor.person_id is None:
        raise NotFound
    record = queries.employee(session, actor.person_id)
    cases = views.cases_of_subject(session, actor.person_id)
    return pages.show(request, "my/mine.html", record=record, cases=cases)
