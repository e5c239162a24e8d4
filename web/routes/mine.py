"""The page of whoever is logged in: their cases in plain words, and what is asked of them."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core.errors import NotFound
from web import mycases, pages
from web.deps import CurrentActor, DbSession, People, Visitor

router = APIRouter()


@router.get("/my")
def mine(
    request: Request, visit: Visitor, session: DbSession, actor: CurrentActor, people: People
) -> Response:
    """My cases, what is asked of me in them, and what I may expect."""
    if actor.person_id is None:
        raise NotFound
    found = mycases.my_page(session, actor, actor.person_id, directory=people, now=visit.now)
    return pages.show(request, "my/mine.html", page=found)
