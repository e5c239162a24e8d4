"""HR's page of absences: who is away without anybody acting, orders to act, and leave."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import tasks
from core import clock
from core.directory import Capacity
from core.errors import Invalid, MufakatError
from personnel import absences, acting, careers, finding, posts
from personnel.days import office_day
from web import pages
from web.deps import DbSession, HrActor
from web.errors import status_of
from web.typed import Covers, coverable, day
from web.words import N_

router = APIRouter(prefix="/hr/staff")
AHEAD = timedelta(days=30)


class NoSuchOrder(Invalid):
    """Choose the post, and whether it is a Plh. for its holder who is away or a Plt. for a vacancy. Nothing
    was changed; what you typed is kept."""


class LeaveTyped(BaseModel):
    """What the form of a leave says."""

    person: str = ""
    kind: str = "annual"
    starts_on: str = ""
    ends_on: str = ""


class ActingTyped(Covers):
    """What the form of an order to act says; the one-click form sends all but its number."""

    position: str = ""
    person: str = ""
    capacity: str = "plh"
    order_number: str = ""
    starts_on: str = ""
    ends_on: str = ""


@router.get("")
def overview(request: Request, session: DbSession, actor: HrActor) -> Response:
    """Posts left alone now and soon, each with the person that the rule proposes; orders; leave."""
    return _page(request, session)


@router.post("/leave")
def record_leave(
    request: Request, session: DbSession, actor: HrActor, typed: Annotated[LeaveTyped, Form()]
) -> Response:
    """Record that somebody will be away."""
    try:
        with session.begin_nested():
            person = finding.one(session, typed.person)
            first, last = day(typed.starts_on), day(typed.ends_on)
            absences.record(session, actor, person.id, kind=typed.kind, starts_on=first, ends_on=last)
    except MufakatError as error:
        return _page(request, session, leave=typed, problem=error)
    return pages.go("/hr/staff", N_("The leave of {name} is recorded."), name=person.name)


@router.post("/acting")
def appoint(
    request: Request, session: DbSession, actor: HrActor, typed: Annotated[ActingTyped, Form()]
) -> Response:
    """Enter an order by which somebody acts for a post; what waits there is theirs from its first day on."""
    try:
        with session.begin_nested():
            person = finding.one(session, typed.person)
            _appoint(session, actor, typed, person.id)
    except MufakatError as error:
        return _page(request, session, order=typed, problem=error)
    return pages.go("/hr/staff", N_("{name} acts for the post from the first day on."), name=person.name)


@router.post("/acting/{holding_id}/end")
def end_order(
    request: Request,
    session: DbSession,
    actor: HrActor,
    holding_id: UUID,
    ends_on: Annotated[str, Form()] = "",
) -> Response:
    """Say which day is an order's last."""
    try:
        with session.begin_nested():
            careers.end_holding(session, actor, holding_id, day(ends_on))
    except MufakatError as error:
        return _page(request, session, problem=error)
    return pages.go("/hr/staff", N_("The order's last day is recorded."))


def _appoint(session: Session, actor: HrActor, typed: ActingTyped, person_id: UUID) -> None:
    if typed.capacity not in (Capacity.PLH, Capacity.PLT):
        raise NoSuchOrder
    try:
        position = UUID(typed.position)
    except ValueError as exc:
        raise NoSuchOrder from exc
    careers.hold(
        session,
        actor,
        position,
        person_id,
        capacity=Capacity(typed.capacity),
        order_number=typed.order_number,
        starts_on=day(typed.starts_on),
        ends_on=day(typed.ends_on),
        scope=typed.scope,
    )


def _page(
    request: Request,
    session: Session,
    *,
    leave: LeaveTyped | None = None,
    order: ActingTyped | None = None,
    problem: MufakatError | None = None,
) -> Response:
    now = clock.now(session)
    today = office_day(now)
    waiting = tasks.waiting_at_posts(session)
    return pages.show(
        request,
        "staff/absences.html",
        status_of(problem) if problem else 200,
        alone=absences.without_substitute(session, today, today + AHEAD, also=waiting.keys()),
        waiting=waiting,
        orders=acting.orders(session, today),
        posts=posts.named(session, today),
        kinds=absences.KINDS,
        coverable=coverable(session, now),
        leave=leave or LeaveTyped(),
        order=order or ActingTyped(),
        today=today,
        problem=pages.said(request, problem) if problem else "",
        wrong="leave" if leave else "order" if order else "",
    )
