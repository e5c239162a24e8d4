"""Login through the office's identity provider: there, back, and out of it again."""

import hmac
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from core.errors import MufakatError, NotFound
from personnel import sponsors
from web import cookies, entering, limiting, pages, provider
from web.deps import DbSession, Visitor
from web.errors import error_page, status_of
from web.provider import Journey, NobodyOfOurs, NotVouchedFor
from web.security import https

router = APIRouter(prefix="/login/oidc")
WITHIN = 600


@router.get("")
def set_out(request: Request, visit: Visitor, next: str = "/") -> Response:
    """Send somebody to the provider, with what must come back unchanged in a cookie of this browser."""
    _guard(request)
    journey = Journey.begun(pages.own_page(next))
    answer = RedirectResponse(provider.way_there(journey), status_code=303)
    value = [journey.state, journey.nonce, journey.verifier, journey.back]
    cookies.put(answer, _name(), cookies.sealed("oidc", value), WITHIN)
    return answer


@router.get("/back")
def come_back(
    request: Request, visit: Visitor, session: DbSession, state: str = "", code: str = ""
) -> Response:
    """Let in whoever the provider vouches for, if an active account is theirs; none is made for them."""
    _guard(request)
    try:
        journey = _journey(request, state)
        if not code:
            raise NotVouchedFor
        account = sponsors.account_of(session, provider.claims_of(code, journey))
        if account is None:
            raise NobodyOfOurs
        answer = entering.enter(request, session, account, journey.back, "oidc")
    except MufakatError as error:
        answer = error_page(request, status_of(error), error)
    cookies.drop(answer, _name())  # good for one return
    return answer


@router.get("/out")
def leave(request: Request, visit: Visitor) -> Response:
    """Go on to the provider's own logout, after ours."""
    _guard(request)
    return RedirectResponse(provider.way_out() or "/login", status_code=303)


def _guard(request: Request) -> None:
    if not provider.configured():
        raise NotFound
    limiting.hit(limiting.PROVIDER, entering.place(request)[0])


def _journey(request: Request, state: str) -> Journey:
    sealed: Any = cookies.opened("oidc", request.cookies.get(_name(), ""))
    if not sealed:
        raise NotVouchedFor
    journey = Journey(*sealed)
    if not hmac.compare_digest(journey.state.encode(), state.encode()):
        raise NotVouchedFor
    return journey


def _name() -> str:
    return "__Host-mufakat_oidc" if https() else "mufakat_oidc"
