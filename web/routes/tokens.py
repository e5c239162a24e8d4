"""Tokens of programs: one's own, and for administrators those of named systems. A new one is shown once."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from core.actor import Actor
from core.errors import MufakatError
from personnel import tokens
from personnel.models_tokens import ApiToken
from personnel.tokens import OF_SYSTEMS, Made, Permit, Wanted
from web import limiting, pages
from web.deps import AdminActor, CurrentActor, DbSession, Visitor
from web.errors import status_of
from web.visit import Visit
from web.words import N_

router = APIRouter()
MINE = "/my/tokens"
SYSTEMS = "/admin/systems"

PERMITS: dict[Permit, str] = {
    Permit.TASKS_READ: N_("See the inbox and its tasks"),
    Permit.TASKS_DECIDE: N_("Take, hand back and decide tasks"),
    Permit.CASES_READ: N_("Read cases, their files and remarks"),
    Permit.CASES_WRITE: N_("Send in, withdraw and appeal cases, add to their files, remark"),
    Permit.CYCLES_READ: N_("Read cycles, their figures and candidates"),
    Permit.HR_WRITE: N_("What HR does: launch cycles, add and exclude candidates"),
    Permit.DELEGATIONS_READ: N_("Read delegations"),
    Permit.DELEGATIONS_WRITE: N_("Delegate, and end delegations"),
    Permit.CHAINS_READ: N_("Read chains and their versions"),
    Permit.PEOPLE_READ: N_("Find colleagues by name"),
    Permit.LEDGER_READ: N_("Read receipts and checkpoints of the log"),
}
DAYS = (7, 30, 90, 180, 365)


class Typed(BaseModel):
    """What the form of a new token says; `system` only on the administrators' one."""

    name: str = ""
    system: str = ""
    permits: list[str] = []
    days: int = 90

    def wanted(self) -> Wanted:
        return Wanted.said(self.name, self.permits, self.days)


@router.get(MINE)
def mine(request: Request, visit: Visitor, session: DbSession, actor: CurrentActor) -> Response:
    """My tokens, and the form for another one."""
    return _page(request, visit, session)


@router.post(MINE)
def make(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: CurrentActor,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Make a token of my own; its secret is on the answer alone."""
    limiting.hit(limiting.TOKENS, str(actor.person_id))
    try:
        with session.begin_nested():
            made = tokens.make(session, actor, _account(visit), typed.wanted())
    except MufakatError as error:
        return _page(request, visit, session, typed, error)
    return _page(request, visit, session, made=made)


@router.post(MINE + "/{token_id}/revoke")
def revoke(session: DbSession, actor: CurrentActor, token_id: UUID) -> Response:
    """End a token of mine."""
    tokens.revoke(session, actor, token_id)
    return pages.go(MINE, N_("The token is revoked; whoever has it is refused from now on."), kind="plain")


@router.get(SYSTEMS)
def systems(request: Request, session: DbSession, actor: AdminActor) -> Response:
    """The tokens of systems, and the form for another one."""
    return _systems(request, session, actor)


@router.post(SYSTEMS)
def make_for_system(
    request: Request, session: DbSession, actor: AdminActor, typed: Annotated[Typed, Form()]
) -> Response:
    """Make a token for a named system; its secret is on the answer alone."""
    limiting.hit(limiting.TOKENS, str(actor.person_id))
    try:
        with session.begin_nested():
            made = tokens.make_for_system(session, actor, typed.system, typed.wanted())
    except MufakatError as error:
        return _systems(request, session, actor, typed, error)
    return _systems(request, session, actor, made=made)


@router.post(SYSTEMS + "/{token_id}/revoke")
def revoke_of_system(session: DbSession, actor: AdminActor, token_id: UUID) -> Response:
    """End a system's token."""
    tokens.revoke(session, actor, token_id)
    return pages.go(SYSTEMS, N_("The token is revoked; whoever has it is refused from now on."), kind="plain")


def _page(
    request: Request,
    visit: Visit,
    session: Session,
    typed: Typed | None = None,
    problem: MufakatError | None = None,
    made: Made | None = None,
) -> Response:
    found = tokens.tokens_of(session, _account(visit))
    return _shown(request, "tokens/mine.html", found, list(Permit), typed, problem, made)


def _systems(
    request: Request,
    session: Session,
    actor: Actor,
    typed: Typed | None = None,
    problem: MufakatError | None = None,
    made: Made | None = None,
) -> Response:
    permits = [permit for permit in Permit if permit in OF_SYSTEMS]
    found = tokens.tokens_of_systems(session, actor)
    return _shown(request, "tokens/systems.html", found, permits, typed, problem, made)


def _shown(
    request: Request,
    template: str,
    found: Sequence[ApiToken],
    permits: Sequence[Permit],
    typed: Typed | None,
    problem: MufakatError | None,
    made: Made | None,
) -> Response:
    return pages.show(
        request,
        template,
        status_of(problem) if problem else 200,
        tokens=found,
        permits=permits,
        permit_words=PERMITS,
        days=DAYS,
        typed=typed or Typed(),
        made=made,
        problem=pages.said(request, problem) if problem else "",
    )


def _account(visit: Visit) -> UUID:
    assert visit.account_id  # whoever is signed in has one
    return visit.account_id
