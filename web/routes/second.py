"""The second step of a login: an app's code, or the app learnt first where the roles ask for one."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from core.errors import MufakatError
from core.settings import settings
from personnel import accounts, factors, totp
from personnel.models import Account, Employee
from web import entering, half, pages
from web.deps import DbSession, Visitor
from web.errors import status_of
from web.half import Half

router = APIRouter(prefix="/login/second")


@router.get("")
def second_step(request: Request, visit: Visitor, session: DbSession) -> Response:
    """The field for the code; before the first one the picture that the app reads."""
    owed = half.read(request, session)
    if owed is None or visit.actor:
        return RedirectResponse("/login", status_code=303)
    return _page(request, session, owed)


@router.post("")
def show_code(
    request: Request, visit: Visitor, session: DbSession, code: Annotated[str, Form()] = ""
) -> Response:
    """Let in whoever shows the right code; who has just learnt the app gets the recovery codes, once."""
    owed = half.read(request, session)
    if owed is None:
        return RedirectResponse("/login", status_code=303)
    account, (address, _) = owed.account, entering.place(request)
    papers = None
    try:
        if factors.enrolled(session, account.id):
            factors.prove(session, account.id, code, address)
        else:
            owner = accounts.actor_of(account, session.get_one(Employee, account.employee_id))
            papers = factors.confirm(session, account, owner, code, address)
    except MufakatError as error:
        return _page(request, session, owed, error)
    if papers is None:
        return entering.admit(request, session, account, owed.back, way=owed.way, proved=True)
    answer = pages.show(request, "login/papers.html", papers=papers, back=owed.back)
    entering.let_in(request, session, answer, account, way=owed.way, proved=True)
    return answer


def picture(account: Account, secret: str) -> str:
    """What the app's camera reads, as an address that a page may show."""
    issuer = f"Mufakat {settings().office.city}"
    return "data:image/svg+xml;base64," + b64encode(totp.picture(secret, account.login, issuer)).decode()


def _page(request: Request, session: Session, owed: Half, problem: MufakatError | None = None) -> Response:
    secret = factors.waiting(session, owed.account.id)
    return pages.show(
        request,
        "login/second.html",
        status_of(problem) if problem else 200,
        secret=secret,
        picture=picture(owed.account, secret) if secret else "",
        problem=pages.said(request, problem) if problem else "",
    )
