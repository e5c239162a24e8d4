"""Delegations: mine, given and received; and for HR everybody's."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import instruments
from approvals.directory import Directory
from approvals.instruments import Order
from core import clock
from core.actor import Actor
from core.errors import MufakatError, NotFound
from personnel import finding
from personnel.days import office_day
from personnel.scopes import checked
from web import pages, veil
from web.deps import CurrentActor, DbSession, HrActor, People
from web.errors import status_of
from web.typed import Covers, begins, coverable, day, ends
from web.words import N_

router = APIRouter()
HR = "/hr/staff/delegations"
MINE = "/my/delegations"
GRANTED = N_("The delegation to {name} is recorded; both of you are told.")


class Delegated(Covers):
    """What the form of a delegation says; `giver` only on HR's."""

    giver: str = ""
    to: str = ""
    order_number: str = ""
    reason: str = ""
    starts_on: str = ""
    ends_on: str = ""


@router.get(MINE)
def mine(request: Request, session: DbSession, actor: CurrentActor) -> Response:
    """What I delegated and what was delegated to me, and the form to delegate."""
    return _page(request, session, actor)


@router.post(MINE)
def delegate(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    typed: Annotated[Delegated, Form()],
) -> Response:
    """Delegate my tasks for a while."""
    try:
        with session.begin_nested():
            made = _grant(session, actor, _me(actor), typed, people)
    except MufakatError as error:
        return _page(request, session, actor, typed=typed, problem=error)
    return pages.go(MINE, GRANTED, name=made)


@router.post(MINE + "/{delegation_id}/revoke")
def revoke(session: DbSession, actor: CurrentActor, delegation_id: UUID) -> Response:
    """End a delegation at once; what was decided under it stands."""
    veil.revoke_delegation(session, actor, delegation_id)
    return pages.go(MINE, N_("The delegation has ended."))


@router.get(HR)
def all_delegations(request: Request, session: DbSession, actor: HrActor) -> Response:
    """Everybody's delegations."""
    return _page(request, session, actor, everybody=True)


@router.post(HR)
def delegate_for(
    request: Request, session: DbSession, actor: HrActor, people: People, typed: Annotated[Delegated, Form()]
) -> Response:
    """Delegate the tasks of somebody who can't."""
    try:
        with session.begin_nested():
            made = _grant(session, actor, finding.one(session, typed.giver).id, typed, people)
    except MufakatError as error:
        return _page(request, session, actor, everybody=True, typed=typed, problem=error)
    return pages.go(HR, GRANTED, name=made)


@router.post(HR + "/{delegation_id}/revoke")
def revoke_for(session: DbSession, actor: HrActor, delegation_id: UUID) -> Response:
    """End somebody's delegation at once."""
    instruments.revoke(session, actor, delegation_id)
    return pages.go(HR, N_("The delegation has ended."))


def _grant(session: Session, actor: Actor, giver: UUID, typed: Delegated, people: Directory) -> str:
    """Grant what the form says; returns the name of who gets it."""
    order = Order(
        from_id=giver,
        to_id=finding.one(session, typed.to).id,
        order_number=typed.order_number,
        reason=typed.reason,
        starts_at=begins(day(typed.starts_on)),
        ends_at=ends(day(typed.ends_on)),
        scope=checked(typed.scope),
    )
    return instruments.grant(session, actor, order, directory=people).to_name


def _me(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    everybody: bool = False,
    typed: Delegated | None = None,
    problem: MufakatError | None = None,
) -> Response:
    now = clock.now(session)
    found = instruments.delegations(session, actor) if everybody else None
    return pages.show(
        request,
        "staff/delegations.html" if everybody else "my/delegations.html",
        status_of(problem) if problem else 200,
        delegations=instruments.delegations_of(session, actor, _me(actor)) if found is None else found,
        coverable=coverable(session, now),
        address=HR if everybody else MINE,
        today=office_day(now),
        typed=typed or Delegated(),
        problem=pages.said(request, problem) if problem else "",
    )
