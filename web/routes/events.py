"""News as they happen, for pages that are open: server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from personnel import logins
from web import cookies
from web.deps import CurrentActor
from web.live import Hub, Listener

router = APIRouter()
ENDLESS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/events")
async def events(
    request: Request,
    actor: CurrentActor,
    last: str = "",
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """Tell a page what is new before its person, until their login ends."""
    hub: Hub = request.app.state.hub
    token = request.cookies.get(cookies.session_name(), "")
    listener = Listener(actor, logins.hash_of(token))
    hub.join(listener)
    stream = hub.stream(listener, last_event_id or last)
    return StreamingResponse(stream, media_type="text/event-stream", headers=ENDLESS)
