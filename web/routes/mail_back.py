"""What mail programs and mail services send us: one click that ends a topic, and reports about letters.

Neither comes from a form of ours: what lets each in is its own signature.
"""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from core import database
from core.actor import Actor
from core.errors import MufakatError
from core.settings import settings
from notifications import hooks, preferences, returns
from notifications.links import read_off_link
from notifications.topics import TOPICS, Rhythm
from web import limiting, pages
from web.deps import DbSession, People, Visitor
from web.errors import status_of

router = APIRouter()


@router.get("/mail/off/{token}")
def ask(request: Request, visit: Visitor, session: DbSession, token: str) -> Response:
    """What ends by one click, with its button; looking ends nothing. Raises BadLink."""
    person_id, topic = read_off_link(token)
    off = topic in TOPICS and preferences.of(session, person_id).rhythm(topic) is Rhythm.OFF
    return pages.show(request, "links/off.html", topic=topic, token=token, ended=off)


@router.post("/mail/off/{token}")
def end(request: Request, visit: Visitor, session: DbSession, people: People, token: str) -> Response:
    """Send no more of a topic: by a mail program's one click (RFC 8058), or the page's button.

    It can only take away what may be switched off, and its reader gets it back with one more click.
    """
    person_id, topic = read_off_link(token)
    limiting.hit(limiting.LINK_ENTRY, f"off:{person_id}")
    person = people.people([person_id]).get(person_id)
    actor = Actor(person_id, person.name if person else "", frozenset(), "mail")
    preferences.switch_off(session, actor, person_id, topic)
    return pages.show(request, "links/off.html", topic=topic, token=token, ended=True)


@router.post("/hooks/mail")
async def report(request: Request) -> Response:
    """Reports of a mail service: JSON `events`, or the mail that came back; signed (Standard Webhooks)."""
    body = await request.body()
    kind = request.headers.get("content-type", "")
    return await run_in_threadpool(_take_in, dict(request.headers), kind, body)


def _take_in(headers: dict[str, str], kind: str, body: bytes) -> Response:
    secret = settings().mail.hook_secret.get_secret_value()
    try:
        # by real time on purpose: a rehearsal's clock says nothing about another machine's signature
        id_ = hooks.verify(secret, headers, body, datetime.now(UTC))
        with database.transaction() as session:
            new = returns.take_in(session, hooks.reports_of(id_, kind, body))
    except MufakatError as error:
        return PlainTextResponse(str(error), status_of(error))
    return PlainTextResponse(f"{new} new", 200)
