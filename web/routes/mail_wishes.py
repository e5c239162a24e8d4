"""How somebody wants their mail, and the messages that they were sent."""

from datetime import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from core.errors import MufakatError, NotFound
from notifications import inapp, preferences, unreached
from notifications.models import Message
from notifications.preferences import BadWish
from notifications.timing import Quiet, Wishes
from notifications.topics import TOPICS, Rhythm
from web import frames, pages
from web.deps import CurrentActor, DbSession, Posted, Visitor
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/my")


class Hours(BaseModel):
    """What the form says beside the rhythms."""

    digest_at: str = "07:30"
    digest_day: int = 0
    quiet: str = "never"
    quiet_from: str = "20:00"
    quiet_until: str = "06:00"


@router.get("/mail")
def wishes(request: Request, session: DbSession, actor: CurrentActor) -> Response:
    """What can be chosen, as it is now; and what can't, and why."""
    return _page(request, session, actor)


@router.post("/mail")
def choose(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    posted: Posted,
    hours: Annotated[Hours, Form()],
) -> Response:
    """Keep what was chosen."""
    try:
        rhythms = {topic: Rhythm(str(posted[topic])) for topic in TOPICS if topic in posted}
        chosen = Wishes(
            rhythms,
            time.fromisoformat(hours.digest_at),
            hours.digest_day,
            Quiet(hours.quiet),
            time.fromisoformat(hours.quiet_from),
            time.fromisoformat(hours.quiet_until),
        )
    except ValueError:
        return _page(request, session, actor, BadWish())
    try:
        with session.begin_nested():
            preferences.choose(session, actor, chosen)
    except MufakatError as error:
        return _page(request, session, actor, error)
    return pages.go("/my/mail", N_("Your choice is kept; it counts from the next mail on."))


@router.get("/messages")
def messages(request: Request, session: DbSession, actor: CurrentActor) -> Response:
    """The messages that one was sent, those first that mail did not bring."""
    person_id, language = _self(actor), pages.visit_of(request).language

    def subject(one: Message) -> str:
        return inapp.shown(session, one, language).subject

    return pages.show(
        request,
        "my/messages.html",
        missed=inapp.missed_by(session, [person_id])[person_id],
        recent=inapp.recent(session, person_id),
        subject=subject,
    )


@router.post("/messages/read")
def read(session: DbSession, actor: CurrentActor) -> Response:
    """Say that one has seen them."""
    inapp.mark_read(session, actor)
    return pages.go("/my/messages", N_("They are marked as seen."))


@router.get("/messages/{message_id}")
def message(request: Request, session: DbSession, actor: CurrentActor, message_id: UUID) -> Response:
    """One message as its mail says it."""
    found = inapp.find(session, _self(actor), message_id)
    said = inapp.shown(session, found, pages.visit_of(request).language)
    return pages.show(request, "my/message.html", message=found, said=said)


@router.get("/messages/{message_id}/body")
def body(visit: Visitor, session: DbSession, actor: CurrentActor, message_id: UUID) -> HTMLResponse:
    """The same for a frame that lets it do nothing."""
    found = inapp.find(session, _self(actor), message_id)
    return frames.of_mail(inapp.shown(session, found, visit.language).html)


def _self(actor: CurrentActor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def _page(
    request: Request, session: Session, actor: CurrentActor, problem: MufakatError | None = None
) -> Response:
    person_id = _self(actor)
    return pages.show(
        request,
        "my/mail.html",
        status_of(problem) if problem else 200,
        wishes=preferences.of(session, person_id),
        topics=TOPICS,
        unreached=unreached.among(session, [person_id]).get(person_id),
        problem=pages.said(request, problem) if problem else "",
    )
