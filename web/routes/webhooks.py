"""Webhooks: which systems are told of what, what was last sent to them, and sending it again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from core.errors import MufakatError
from notifications import webhooks
from notifications.models_webhooks import Endpoint
from notifications.webhook_types import NAMES
from notifications.webhooks import Wanted
from web import pages
from web.deps import DbSession, HrActor
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/webhooks")
RECENT = 50


class Typed(BaseModel):
    """What the form of an endpoint says."""

    name: str = ""
    url: str = ""
    types: list[str] = []
    personal: str = ""

    def wanted(self) -> Wanted:
        return Wanted.said(self.name, self.url, self.types, personal=bool(self.personal))

    @classmethod
    def of(cls, endpoint: Endpoint) -> "Typed":
        personal = "yes" if endpoint.personal else ""
        return cls(name=endpoint.name, url=endpoint.url, types=endpoint.types, personal=personal)


@router.get("")
def all_endpoints(request: Request, session: DbSession, actor: HrActor) -> Response:
    """The endpoints, and the form for another one."""
    return _list(request, session)


@router.post("")
def register(
    request: Request, session: DbSession, actor: HrActor, typed: Annotated[Typed, Form()]
) -> Response:
    """Register an endpoint; its secret is on the answer alone."""
    try:
        with session.begin_nested():
            made, secret = webhooks.register(session, actor, typed.wanted())
    except MufakatError as error:
        return _list(request, session, typed, error)
    return _one(request, session, made.id, secret=secret)


@router.get("/{endpoint_id}")
def look(request: Request, session: DbSession, actor: HrActor, endpoint_id: UUID) -> Response:
    """An endpoint: what it hears of, and what was last sent to it."""
    return _one(request, session, endpoint_id)


@router.post("/{endpoint_id}")
def change(
    request: Request,
    session: DbSession,
    actor: HrActor,
    endpoint_id: UUID,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Change where an endpoint is or what it hears of."""
    try:
        with session.begin_nested():
            webhooks.change(session, actor, endpoint_id, typed.wanted())
    except MufakatError as error:
        return _one(request, session, endpoint_id, typed, error)
    return pages.go(f"/webhooks/{endpoint_id}", N_("The endpoint is changed."))


@router.post("/{endpoint_id}/pause")
def pause(session: DbSession, actor: HrActor, endpoint_id: UUID) -> Response:
    """Send nothing for now."""
    webhooks.pause(session, actor, endpoint_id)
    return pages.go(f"/webhooks/{endpoint_id}", N_("Nothing is sent for now; it is kept for later."), "plain")


@router.post("/{endpoint_id}/resume")
def resume(session: DbSession, actor: HrActor, endpoint_id: UUID) -> Response:
    """Send again."""
    webhooks.resume(session, actor, endpoint_id)
    return pages.go(f"/webhooks/{endpoint_id}", N_("It is sent to again."))


@router.post("/{endpoint_id}/renew")
def renew(request: Request, session: DbSession, actor: HrActor, endpoint_id: UUID) -> Response:
    """A new secret, on the answer alone."""
    _, secret = webhooks.renew(session, actor, endpoint_id)
    return _one(request, session, endpoint_id, secret=secret)


@router.post("/{endpoint_id}/test")
def send_trial(session: DbSession, actor: HrActor, endpoint_id: UUID) -> Response:
    """Send a trial."""
    webhooks.test(session, actor, endpoint_id)
    return pages.go(f"/webhooks/{endpoint_id}", N_("A trial is on its way; look below whether it arrived."))


@router.post("/{endpoint_id}/remove")
def remove(session: DbSession, actor: HrActor, endpoint_id: UUID) -> Response:
    """Forget an endpoint."""
    webhooks.remove(session, actor, endpoint_id)
    return pages.go("/webhooks", N_("The endpoint is removed."), "plain")


@router.post("/{endpoint_id}/deliveries/{delivery_id}/resend")
def resend(session: DbSession, actor: HrActor, endpoint_id: UUID, delivery_id: UUID) -> Response:
    """Send something again."""
    webhooks.resend(session, actor, delivery_id)
    return pages.go(f"/webhooks/{endpoint_id}", N_("It is on its way again."))


def _list(
    request: Request, session: Session, typed: Typed | None = None, problem: MufakatError | None = None
) -> Response:
    return pages.show(
        request,
        "webhooks/list.html",
        status_of(problem) if problem else 200,
        endpoints=webhooks.endpoints(session),
        waiting=webhooks.waiting(session),
        names=NAMES,
        typed=typed or Typed(),
        problem=pages.said(request, problem) if problem else "",
    )


def _one(
    request: Request,
    session: Session,
    endpoint_id: UUID,
    typed: Typed | None = None,
    problem: MufakatError | None = None,
    *,
    secret: str = "",
) -> Response:
    endpoint = webhooks.endpoint(session, endpoint_id)
    return pages.show(
        request,
        "webhooks/endpoint.html",
        status_of(problem) if problem else 200,
        endpoint=endpoint,
        deliveries=webhooks.deliveries(session, endpoint_id, RECENT),
        names=NAMES,
        typed=typed or Typed.of(endpoint),
        secret=secret,
        problem=pages.said(request, problem) if problem else "",
    )
