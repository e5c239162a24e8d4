"""HR records a transfer: first what it would do to all that is pending with the person, then it is done."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from core.actor import Actor
from core.errors import Invalid, MufakatError
from flows.transfer import service as transfers
from flows.transfer.service import Order, Outcome
from personnel import establishment, finding, looking, queries
from personnel.days import office_day
from personnel.models import Unit
from web import pages
from web.deps import DbSession, HrActor
from web.errors import status_of
from web.typed import day
from web.words import N_

router = APIRouter(prefix="/hr/directory/people/{employee_id}/transfer")


class WhereTo(Invalid):
    """Choose the unit or the post that the order sends them to; nothing was changed."""


class Typed(BaseModel):
    """What the form says."""

    unit: str = ""
    post: str = ""
    on: str = ""
    order_number: str = ""
    heir: str = ""
    reason: str = ""
    end_delegations: str = ""
    act: str = "preview"


@router.get("")
def look(request: Request, session: DbSession, actor: HrActor, employee_id: UUID) -> Response:
    """The form."""
    now = office_day(pages.visit_of(request).now)
    return _page(request, session, actor, employee_id, Typed(on=now.isoformat(), end_delegations="1"))


@router.post("")
def transfer(
    request: Request, session: DbSession, actor: HrActor, employee_id: UUID, typed: Annotated[Typed, Form()]
) -> Response:
    """Show what the order would do, or carry it out."""
    try:
        if typed.act != "transfer":
            order = _order(session, employee_id, typed)
            found = transfers.preview(session, actor, order)
            return _page(request, session, actor, employee_id, typed, found=found)
        with session.begin_nested():
            done = transfers.transfer(session, actor, _order(session, employee_id, typed))
    except MufakatError as error:
        return _page(request, session, actor, employee_id, typed, problem=error)
    moved = sum(not line.stays for line in done.lines)
    return pages.go(
        f"/hr/directory/people/{employee_id}",
        N_("The transfer is recorded; {count} tasks went to other hands."),
        count=moved,
    )


def _order(session: Session, employee_id: UUID, typed: Typed) -> Order:
    position = _id(typed.post)
    unit = _id(typed.unit)
    if position:
        today = establishment.posts(session, day(typed.on))
        unit = next((post.unit_id for post in today if post.id == position), None)
    if unit is None:
        raise WhereTo
    heir = finding.one(session, typed.heir).id if typed.heir.strip() else None
    return Order(
        employee_id,
        unit,
        position,
        day(typed.on),
        typed.order_number,
        typed.reason,
        heir,
        bool(typed.end_delegations),
    )


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    employee_id: UUID,
    typed: Typed,
    *,
    found: Outcome | None = None,
    problem: MufakatError | None = None,
) -> Response:
    record = queries.employee(session, employee_id)
    looking.looked(session, actor, employee_id, "record")
    whys = {line.task_id: pages.said(request, line.why) for line in found.lines if line.why} if found else {}
    return pages.show(
        request,
        "directory/transfer.html",
        status_of(problem) if problem else 200,
        record=record,
        typed=typed,
        units=session.scalars(select(Unit).order_by(Unit.code)).all(),
        posts=establishment.posts(session, office_day(pages.visit_of(request).now)),
        found=found,
        whys=whys,
        problem=pages.said(request, problem) if problem else "",
    )
