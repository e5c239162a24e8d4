"""What people have proof to be able to do, as HR records it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from core import clock
from core.errors import MufakatError
from personnel import capabilities, finding
from personnel.days import office_day
from web import pages
from web.deps import DbSession, HrActor
from web.errors import status_of
from web.typed import day, day_or_none
from web.words import N_

router = APIRouter(prefix="/hr/staff/capabilities")


class Proved(BaseModel):
    """What the form of a proof says."""

    person: str = ""
    code: str = ""
    number: str = ""
    since: str = ""
    until: str = ""


@router.get("")
def all_capabilities(request: Request, session: DbSession, actor: HrActor) -> Response:
    """The proofs, and the form for another one."""
    return _page(request, session)


@router.post("")
def prove(request: Request, session: DbSession, actor: HrActor, typed: Annotated[Proved, Form()]) -> Response:
    """Record somebody's proof of an ability."""
    try:
        with session.begin_nested():
            person = finding.one(session, typed.person)
            since, until = day(typed.since), day_or_none(typed.until)
            capabilities.prove(
                session, actor, person.id, typed.code.strip(), typed.number, since=since, until=until
            )
    except MufakatError as error:
        return _page(request, session, typed, error)
    return pages.go("/hr/staff/capabilities", N_("The proof of {name} is recorded."), name=person.name)


@router.post("/{capability_id}/end")
def end(
    request: Request,
    session: DbSession,
    actor: HrActor,
    capability_id: UUID,
    until: Annotated[str, Form()] = "",
) -> Response:
    """Say which day is the last that a proof counts."""
    try:
        with session.begin_nested():
            capabilities.end(session, actor, capability_id, day(until))
    except MufakatError as error:
        return _page(request, session, problem=error)
    return pages.go("/hr/staff/capabilities", N_("The proof's last day is recorded."))


def _page(
    request: Request, session: Session, typed: Proved | None = None, problem: MufakatError | None = None
) -> Response:
    return pages.show(
        request,
        "staff/capabilities.html",
        status_of(problem) if problem else 200,
        capabilities=capabilities.capabilities(session, limit=500),
        codes=capabilities.codes(session),
        today=office_day(clock.now(session)),
        typed=typed or Proved(),
        problem=pages.said(request, problem) if problem else "",
    )
