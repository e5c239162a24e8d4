"""The operator's page of the mail: stopping it and letting it go, what came back, whom it does not reach."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from core.actor import Actor
from core.errors import MufakatError
from core.settings import settings
from notifications import holds, inapp, outbox, returns, unreached
from web import pages
from web.deps import DbSession, HrActor, OperatorActor, People
from web.words import N_

router = APIRouter()


@router.get("/operator/mail")
def overview(request: Request, session: DbSession, actor: OperatorActor) -> Response:
    """How the mail stands."""
    return pages.show(
        request,
        "operator/mail.html",
        hold=holds.current(session),
        outbox=outbox.depth(session),
        held_back=outbox.held_back(session),
        returns=returns.latest(session),
        unreached=unreached.everybody(session),
        transport=settings().mail.transport,
    )


@router.post("/operator/mail/hold")
def hold(
    request: Request,
    session: DbSession,
    actor: OperatorActor,
    reason: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/operator/mail",
) -> Response:
    """Stop the outgoing mail."""
    where = pages.own_page(next)
    try:
        with session.begin_nested():
            holds.place(session, actor, reason)
    except MufakatError as error:
        return pages.go(where, pages.said(request, error), "bad")
    return pages.go(where, N_("The outgoing mail is stopped. What is written meanwhile waits."))


@router.post("/operator/mail/lift")
def lift(
    request: Request,
    session: DbSession,
    actor: OperatorActor,
    reason: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/operator/mail",
) -> Response:
    """Let the mail go on."""
    where = pages.own_page(next)
    try:
        with session.begin_nested():
            holds.lift(session, actor, reason)
    except MufakatError as error:
        return pages.go(where, pages.said(request, error), "bad")
    return pages.go(where, N_("The mail goes on."))


@router.post("/operator/mail/reached/{person_id}")
def reached_again(
    request: Request,
    session: DbSession,
    actor: OperatorActor,
    people: People,
    person_id: UUID,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Say that an address is right, as an operator."""
    return _clear(request, session, actor, people, person_id, reason, "/operator/mail")


@router.get("/hr/unreached")
def list_unreached(request: Request, session: DbSession, actor: HrActor) -> Response:
    """Whom mail does not reach, with what waits for them on paper."""
    everybody = unreached.everybody(session)
    missed = inapp.missed_by(session, [one.person_id for one in everybody])
    return pages.show(request, "staff/unreached.html", unreached=everybody, missed=missed)


@router.post("/hr/unreached/letters")
def letters(request: Request, session: DbSession, actor: HrActor) -> Response:
    """What mail did not bring to people, as letters to print; that they were printed is recorded."""
    everybody = unreached.everybody(session)
    missed = inapp.missed_by(session, [one.person_id for one in everybody])
    unreached.printed(session, actor, [m for one in everybody for m in missed[one.person_id]])
    written = [
        (one, [inapp.shown(session, m, m.language) for m in missed[one.person_id]])
        for one in everybody
        if missed[one.person_id]
    ]
    return pages.show(request, "staff/letters.html", written=written)


@router.post("/hr/unreached/{person_id}")
def reached(
    request: Request,
    session: DbSession,
    actor: HrActor,
    people: People,
    person_id: UUID,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Say that an address is right, as HR."""
    return _clear(request, session, actor, people, person_id, reason, "/hr/unreached")


def _clear(
    request: Request,
    session: Session,
    actor: Actor,
    people: People,
    person_id: UUID,
    reason: str,
    back: str,
) -> Response:
    today = people.people([person_id]).get(person_id)
    try:
        with session.begin_nested():
            count = unreached.clear(session, actor, person_id, reason, today)
    except MufakatError as error:
        return pages.go(back, pages.said(request, error), "bad")
    return pages.go(back, N_("They get mail again; messages that go out now: {count}."), count=count)
