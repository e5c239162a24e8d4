"""What is stored about oneself: seen, taken away, and asked to be put right."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from core.errors import MufakatError, NotFound
from flows.correction import service as correction
from personnel import corrections, looking, presence, queries
from personnel.models import Employee
from web import downloads, limiting, mydata, pages
from web.deps import CurrentActor, DbSession, People, ReaderActor, Visitor
from web.errors import status_of
from web.words import N_

router = APIRouter()
A_FEW, A_PAGE = 20, 100


class Corrected(BaseModel):
    """What the form for a correction says."""

    name: str = ""
    front_title: str = ""
    back_title: str = ""
    born_on: str = ""
    email: str = ""
    phone: str = ""
    reason: str = ""


@router.get("/my/data")
def my_data(request: Request, visit: Visitor, session: DbSession, actor: CurrentActor) -> Response:
    """What is stored, who looked at it, and the form to have it put right."""
    return _page(request, session, actor.person_id, visit.account_id)


@router.get("/my/data/export.zip")
def export(visit: Visitor, session: DbSession, actor: CurrentActor) -> Response:
    """All of it, to take away."""
    if actor.person_id is None:
        raise NotFound
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    packed = mydata.packed(mydata.gathered(session, actor.person_id))
    return downloads.attachment(f"mufakat-{visit.now:%Y%m%d}.zip", packed, "application/zip")


@router.post("/my/data/correction")
def ask_correction(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    typed: Annotated[Corrected, Form()],
) -> Response:
    """Open a case that HR decides; its approval changes the record."""
    try:
        with session.begin_nested():
            limiting.hit(limiting.REMARK, str(actor.person_id))
            wanted = typed.model_dump(exclude={"reason"})
            case_id = correction.ask(session, actor, wanted, typed.reason, directory=people)
    except MufakatError as error:
        return _page(request, session, actor.person_id, visit.account_id, typed, error)
    return pages.go(f"/cases/{case_id}", N_("Your request is with HR. The law gives them three days."))


@router.get("/ledger/views")
def all_looks(request: Request, session: DbSession, actor: ReaderActor, page: int = 1) -> Response:
    """Who looked at whose record, for those who watch over it."""
    page = max(1, page)
    found = looking.looks(session, limit=A_PAGE + 1, offset=A_PAGE * (page - 1))
    return pages.show(
        request,
        "ledger/views.html",
        looks=found[:A_PAGE],
        more=len(found) > A_PAGE,
        page=page,
        total=looking.count_looks(session),
    )


def _page(
    request: Request,
    session: Session,
    person_id: UUID | None,
    account_id: UUID | None,
    typed: Corrected | None = None,
    problem: MufakatError | None = None,
) -> Response:
    if person_id is None or account_id is None:
        raise NotFound
    person = session.get_one(Employee, person_id)
    return pages.show(
        request,
        "my/data.html",
        status_of(problem) if problem else 200,
        record=queries.employee(session, person_id),
        typed=typed or Corrected(**corrections.fields(person)),
        requests=correction.of_person(session, person_id),
        sessions=len(presence.sessions(session, account_id)),
        decided=mydata.decided(session, person_id),
        mails=mydata.mails(session, person_id, A_FEW, pages.visit_of(request).now),
        looks=looking.looks(session, person_id=person_id, limit=A_FEW),
        problem=pages.said(request, problem) if problem else "",
    )
