"""Administrators erase a person's content by order of the law: shown, proposed, confirmed by another."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

import wiring
from core.errors import MufakatError
from core.ledger.erasing import Erased
from flows.erasure import service as erasure
from personnel import finding
from personnel.models import Employee
from personnel.names import full_name
from web import pages
from web.deps import AdminActor, DbSession
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/admin/erasures")


class Typed(BaseModel):
    """What the form says."""

    person: str = ""
    order: str = ""
    reason: str = ""
    act: str = "preview"


@router.get("")
def look(request: Request, session: DbSession, actor: AdminActor) -> Response:
    """The form, and what was erased by which order."""
    return _page(request, session, Typed())


@router.post("")
def ask(request: Request, session: DbSession, actor: AdminActor, typed: Annotated[Typed, Form()]) -> Response:
    """Show what would be erased, or propose it."""
    verb = erasure.propose if typed.act == "propose" else erasure.preview
    try:
        with session.begin_nested():
            person = finding.one(session, typed.person, left=True)
            done = verb(
                session, actor, person.id, order=typed.order, reason=typed.reason, rooms=wiring.ERASURE
            )
    except MufakatError as error:
        return _page(request, session, typed, problem=error)
    if isinstance(done, Erased):
        name = full_name(person.front_title, person.name, person.back_title)
        return _page(request, session, typed, found=done, name=name)
    return pages.go("/admin/erasures", N_("Proposed. It is erased when another administrator confirms it."))


def _page(
    request: Request,
    session: Session,
    typed: Typed,
    *,
    found: Erased | None = None,
    name: str = "",
    problem: MufakatError | None = None,
) -> Response:
    asked = erasure.asked(session)
    people = select(Employee).where(Employee.id.in_([one.person_id for one in asked]))
    return pages.show(
        request,
        "erasures/list.html",
        status_of(problem) if problem else 200,
        typed=typed,
        found=found,
        name=name,
        asked=asked,
        nips={person.id: person.nip for person in session.scalars(people)},
        problem=pages.said(request, problem) if problem else "",
    )
