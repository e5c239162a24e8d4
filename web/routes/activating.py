"""A password by a code: the first one, and a new one for whoever forgot it. Nothing here tells who exists."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import Response

from core.errors import MufakatError
from personnel import activation, resetting
from web import entering, limiting, pages
from web.deps import DbSession, Visitor
from web.errors import status_of
from web.routes.login import NotTheSame
from web.words import N_

router = APIRouter()


class Coded(BaseModel):
    """What the form asks for."""

    login: str = ""
    code: str = ""
    new: str = ""
    again: str = ""


@router.get("/activate")
def activation_page(request: Request, visit: Visitor) -> Response:
    """The form for login, code and a password of one's own."""
    return _page(request, Coded())


@router.post("/activate")
def activate(
    request: Request, visit: Visitor, session: DbSession, typed: Annotated[Coded, Form()]
) -> Response:
    """Set the password; a failure says nothing about whether the login exists."""
    address, _ = entering.place(request)
    try:
        if typed.new != typed.again:
            raise NotTheSame
        activation.redeem(session, typed.login, typed.code, typed.new, address)
    except MufakatError as error:
        return _page(request, typed, error)
    return pages.go("/login", N_("Your password is set. Log in with it now."))


@router.get("/forgot")
def forgot_page(request: Request, visit: Visitor) -> Response:
    """The form for a login, and what will come of it."""
    return pages.show(request, "login/forgot.html", asked=False, problem="")


@router.post("/forgot")
def forgot(
    request: Request, visit: Visitor, session: DbSession, login: Annotated[str, Form()] = ""
) -> Response:
    """Note the wish; the answer is the same for every login, and what comes of it is done later."""
    address, _ = entering.place(request)
    try:
        limiting.hit(limiting.FORGOT, f"address {address}")
        limiting.hit(limiting.FORGOT, f"login {login.strip().casefold()[:200]}")
    except MufakatError as error:
        said = pages.said(request, error)
        return pages.show(request, "login/forgot.html", status_of(error), asked=False, problem=said)
    if login.strip():
        resetting.ask(session, login, address)
    return pages.show(request, "login/forgot.html", asked=True, problem="")


def _page(request: Request, typed: Coded, problem: MufakatError | None = None) -> Response:
    return pages.show(
        request,
        "login/activate.html",
        status_of(problem) if problem else 200,
        typed=typed,
        problem=pages.said(request, problem) if problem else "",
    )
