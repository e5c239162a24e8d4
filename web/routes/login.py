"""Coming in, going out, and in which language."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from core.errors import Invalid, MufakatError
from core.language import LANGUAGES
from personnel import accounts
from personnel.models import Account
from web import cookies, demo, entering, limiting, pages
from web.deps import DbSession, Newcomer, Visitor
from web.errors import status_of
from web.words import N_

router = APIRouter()


class Credentials(BaseModel):
    """What the login form asks for, and where to go afterwards."""

    login: str = ""
    password: str = ""
    next: str = "/"


class NewPassword(BaseModel):
    """What the form for another password asks for."""

    old: str = ""
    new: str = ""
    again: str = ""


class NotTheSame(Invalid):
    """The new password was not typed the same twice. Your old one still works; type the new one again."""


@router.get("/login")
def login_page(
    request: Request, visit: Visitor, session: DbSession, next: str = "/", left: str = ""
) -> Response:
    """The form, the way through the identity provider, and in a demo the sample logins."""
    if visit.actor:
        return RedirectResponse(pages.own_page(next), status_code=303)
    return _form(request, next, left=left == "oidc")


@router.post("/login")
def log_in(
    request: Request,
    visit: Visitor,
    session: DbSession,
    typed: Annotated[Credentials, Form()],
) -> Response:
    """Open a session for who knows the password; a failure says nothing about which part was wrong."""
    address, _ = entering.place(request)
    try:
        account = accounts.authenticate(session, typed.login, typed.password, address)
    except MufakatError as error:
        return _form(request, typed.next, typed.login, error)
    return entering.enter(request, session, account, typed.next)


@router.post("/logout")
def log_out(request: Request, session: DbSession) -> Response:
    """End the session on the server, so that its cookie is worth nothing any more."""
    way = accounts.close_session(session, request.cookies.get(cookies.session_name(), ""))
    answer = pages.go("/login?left=oidc" if way == "oidc" else "/login", N_("You are logged out."))
    cookies.drop(answer, cookies.session_name())
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@router.post("/language")
def choose_language(
    visit: Visitor,
    language: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Remember in this browser which language its pages are in."""
    answer = pages.go(pages.own_page(next))
    if language in LANGUAGES:
        cookies.put(answer, cookies.LANGUAGE, language, cookies.YEAR)
    return answer


@router.get("/my/password")
def password_page(request: Request, actor: Newcomer) -> Response:
    """The form to choose another password."""
    return pages.show(request, "login/password.html", problem="")


@router.post("/my/password")
def change_password(
    request: Request,
    visit: Visitor,
    actor: Newcomer,
    session: DbSession,
    typed: Annotated[NewPassword, Form()],
) -> Response:
    """Set one's own password; every session of the account ends, and this browser gets a new one."""
    assert visit.account_id
    try:
        limiting.hit(limiting.PASSWORD, str(visit.account_id))
        if typed.new != typed.again:
            raise NotTheSame
        accounts.set_password(session, actor, visit.account_id, typed.new, current=typed.old)
    except MufakatError as error:
        problem = pages.said(request, error)
        return pages.show(request, "login/password.html", status_of(error), problem=problem)
    account = session.get_one(Account, visit.account_id)
    token = accounts.open_session(session, account, *entering.place(request))
    answer = pages.go("/", N_("Your password is changed. Your other sessions have ended."))
    cookies.put(answer, cookies.session_name(), token)
    return answer


def _form(
    request: Request, back: str, login: str = "", problem: MufakatError | None = None, left: bool = False
) -> Response:
    return pages.show(
        request,
        "login/login.html",
        status_of(problem) if problem else 200,
        next=pages.own_page(back),
        login=login,
        problem=pages.said(request, problem) if problem else "",
        samples=demo.logins(),
        left=left,
    )
