"""What goes wrong, as a page: what happened, what was kept, what to do. The one place that knows statuses."""

from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.database import transaction
from core.errors import Conflict, Invalid, MufakatError, NotAllowed, NotFound
from core.ids import new_id
from core.language import LANGUAGES
from core.settings import settings
from notifications.codes import TooManyCodes
from notifications.links import BadLink
from personnel.attempts import TooManyTries
from web import cookies, pages
from web.deps import LoginNeeded, PasswordNeeded, find_visit
from web.limiting import TooMany
from web.live import TooManyListeners
from web.security import HEADERS, SAFE_METHODS, StaleForm, TooLarge
from web.visit import Visit
from web.words import N_

STATUSES: dict[type[MufakatError], int] = {
    LoginNeeded: 401,
    TooMany: 429,
    TooManyTries: 429,
    TooManyCodes: 429,
    TooManyListeners: 503,
    TooLarge: 413,
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    Invalid: 422,
    MufakatError: 400,
}
"""The nearest class of an error's own decides."""

OUT_OF_REACH = (OperationalError, InterfaceError, PoolTimeout)
WITH_LOGIN = ("/inbox", "/tasks", "/cases", "/questions", "/processes", "/my", "/hr", "/operator", "/ledger")
NOT_SENT = N_(
    "Your session had ended, so nothing was sent. Log in: you come back to where you were, and what you typed is still there."  # noqa: E501
)

log = structlog.get_logger(__name__)


class BadAddress(NotFound):
    """There is no such page, or it is not yours to see. Nothing was changed; go back to the first page."""


class Unreadable(Invalid):
    """What was sent could not be read; nothing was changed. Go back, check the form and send it again."""


class OutOfReach(MufakatError):
    """Mufakat cannot get at its records just now: it is being looked after, or very busy. Nothing was changed, and what you typed is kept in this tab. Try again in a minute."""  # noqa: E501


def status_of(error: MufakatError) -> int:
    """The HTTP status by which an error is answered."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def install(app: FastAPI) -> None:
    """Answer every error of ours, of the framework and of nobody by a page."""
    app.add_exception_handler(MufakatError, on_our_own)
    app.add_exception_handler(HTTPException, on_the_framework)
    app.add_exception_handler(RequestValidationError, on_unreadable)
    app.add_exception_handler(DataError, on_unstorable)
    for kind in OUT_OF_REACH:
        app.add_exception_handler(kind, on_nothing_to_read)
    app.add_exception_handler(Exception, on_the_unknown)


def on_our_own(request: Request, error: Exception) -> Response:
    """A refusal or a miss that we know: its sentence, and its status."""
    assert isinstance(error, MufakatError)
    if isinstance(error, LoginNeeded) or (isinstance(error, StaleForm) and _has_logged_out(request)):
        return _to_login(request)
    if isinstance(error, PasswordNeeded):
        return RedirectResponse("/my/password", status_code=303)
    status = status_of(error)
    answer = error_page(request, status, error)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.facts["seconds"])
    return answer


def on_the_framework(request: Request, error: Exception) -> Response:
    """No such address, no such method, a body that can't be parsed."""
    assert isinstance(error, HTTPException)
    known = BadAddress() if error.status_code in (404, 405) else Unreadable()
    return error_page(request, error.status_code, known)


def on_unreadable(request: Request, error: Exception) -> Response:
    """A field or an id that is not of its kind; in a path that means there is no such page."""
    assert isinstance(error, RequestValidationError)
    in_path = any(problem["loc"][0] == "path" for problem in error.errors())
    known = BadAddress() if in_path else Unreadable()
    return error_page(request, status_of(known), known)


def on_unstorable(request: Request, error: Exception) -> Response:
    """A text with a NUL in it, a number beyond all bounds: nothing that the database can hold."""
    del error
    return error_page(request, status_of(Unreadable()), Unreadable())


def on_nothing_to_read(request: Request, error: Exception) -> Response:
    """The database is away, or held something for too long: a page all the same, and when to come back."""
    log.warning("unreachable", path=request.url.path, error=type(error).__name__)
    answer = error_page(request, 503, OutOfReach())
    answer.headers["Retry-After"] = "60"
    return answer


def on_the_unknown(request: Request, error: Exception) -> Response:
    """A fault of ours: logged under a number that the page names, without a word of its insides."""
    reference = str(new_id())[-12:]
    log.error("unexpected", reference=reference, path=request.url.path, exc_info=error)
    answer = error_page(request, 500, MufakatError(), reference=reference)
    for name, value in HEADERS.items():  # this answer passes by the middleware that sets them
        answer.headers.setdefault(name, value)
    return answer


def error_page(request: Request, status: int, error: MufakatError, reference: str = "") -> Response:
    """The page for an error; it needs neither the database nor a recognised visitor."""
    if not hasattr(request.state, "visit"):
        request.state.visit = _known(request) or _stranger(request) if status < 500 else _stranger(request)
    text = pages.said(request, error)
    return pages.show(
        request,
        "error.html",
        status,
        status_code=status,
        text=text,
        reference=reference,
        back=came_from(request),
        to_login=isinstance(error, (NotAllowed, BadLink)),
    )


def came_from(request: Request) -> str:
    """The page of ours that somebody came from; empty when it is this one, or another's."""
    from_ = urlsplit(request.headers.get("referer", ""))
    if from_.netloc != request.headers.get("host") or from_.path in ("", request.url.path):
        return ""
    return pages.own_page(from_.path + (f"?{from_.query}" if from_.query else ""))


def _known(request: Request) -> Visit | None:
    """Who is logged in, where an address led nowhere before anybody asked; None where that can't be told."""
    if cookies.session_name() not in request.cookies:
        return None
    try:
        with transaction() as session:
            return find_visit(request, session)
    except SQLAlchemyError:
        return None


def _stranger(request: Request) -> Visit:
    chosen = request.cookies.get(cookies.LANGUAGE, "")
    language = chosen if chosen in LANGUAGES else settings().office.language
    secret = request.cookies.get(cookies.form_name(), "")
    return Visit(datetime.now(UTC), language, secret)


def _has_logged_out(request: Request) -> bool:
    """Whether a form comes from a page that only people with a login see, and there is none any more."""
    visit: Visit | None = getattr(request.state, "visit", None)
    page = came_from(request)
    return visit is not None and visit.actor is None and page.startswith(WITH_LOGIN)


def _to_login(request: Request) -> Response:
    if "hx-request" in request.headers:
        # a part of a page: the whole page has to go to the login
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method in SAFE_METHODS:
        return RedirectResponse(f"/login?next={quote(here, safe='')}", status_code=303)
    return pages.go(f"/login?next={quote(came_from(request) or '/', safe='')}", NOT_SENT, "plain")
