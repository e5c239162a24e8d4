"""What one of HR proposed and another confirms, turns down, or its author takes back."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import confirming, proposals
from approvals.models_proposals import ProposalKind
from core.actor import Actor
from core.errors import MufakatError
from web import pages
from web.deps import DbSession, HrActor, OverseerActor, People
from web.errors import status_of
from web.proposed import proposed
from web.words import N_

router = APIRouter(prefix="/hr/proposals")


@router.get("")
def waiting(request: Request, session: DbSession, actor: OverseerActor) -> Response:
    """What waits for a second person, and what was answered."""
    return _page(request, session, actor)


@router.post("/{proposal_id}/confirm")
def confirm(
    request: Request, session: DbSession, actor: HrActor, people: People, proposal_id: UUID
) -> Response:
    """Let it take effect."""
    if refused := _tried(session, lambda: confirming.confirm(session, actor, proposal_id, directory=people)):
        return _page(request, session, actor, refused)
    found = proposals.locked(session, proposal_id)
    if found.kind == ProposalKind.TAKE_OVER:
        way = f"/hr/chains/{found.body['chain']}/versions/{found.body['number']}/in-flight"
        return pages.go(way, N_("Confirmed. Take the cases over now."))
    return pages.go("/hr/proposals", N_("Confirmed; it has taken effect."))


@router.post("/{proposal_id}/turn-down")
def turn_down(
    request: Request,
    session: DbSession,
    actor: HrActor,
    proposal_id: UUID,
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Say no, and why."""
    if refused := _tried(session, lambda: confirming.turn_down(session, actor, proposal_id, reason=reason)):
        return _page(request, session, actor, refused)
    return pages.go("/hr/proposals", N_("Turned down; whoever proposed it is told why."), kind="plain")


@router.post("/{proposal_id}/take-back")
def take_back(request: Request, session: DbSession, actor: HrActor, proposal_id: UUID) -> Response:
    """Withdraw one's own."""
    if refused := _tried(session, lambda: proposals.take_back(session, actor, proposal_id)):
        return _page(request, session, actor, refused)
    return pages.go("/hr/proposals", N_("Taken back; nothing was changed."), kind="plain")


def _tried(session: Session, verb: Callable[[], object]) -> MufakatError | None:
    try:
        with session.begin_nested():
            verb()
    except MufakatError as error:
        return error
    return None


def _page(request: Request, session: Session, actor: Actor, problem: MufakatError | None = None) -> Response:
    language = pages.visit_of(request).language
    return pages.show(
        request,
        "proposals/list.html",
        status_of(problem) if problem else 200,
        waiting=proposed(session, actor, language),
        answered=proposed(session, actor, language, waiting=False),
        problem=pages.said(request, problem) if problem else "",
    )
