"""What goes wrong, as RFC 9457 problems: one type an error of ours, its sentence in the caller's language."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from approvals.errors import CaseChanged
from core.errors import Invalid, MufakatError, NotAllowed, NotFound
from core.ids import new_id
from core.language import LANGUAGES, ROOMS, sentence, translate
from core.settings import settings
from web.errors import OUT_OF_REACH, STATUSES, OutOfReach, Unreadable
from web.limiting import TooMany
from web.security import HEADERS, TooLarge

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/v1/problems/"

log = structlog.get_logger(__name__)


class TokenNeeded(NotAllowed):
    """Send a token that is still good, as `Authorization: Bearer ...`. Nothing was done; make one under
    "My tokens"."""


class PermitMissing(NotAllowed):
    """The token does not allow this: it lacks {permit}. Nothing was done; make one that has it."""


class KeyNeeded(Invalid):
    """Send an Idempotency-Key of 1 to 100 printable letters with this request, so that sending it twice does
    it once. Nothing was done."""


class KeyReused(Invalid):
    """This Idempotency-Key came with another request before. Nothing was done; send a key of its own with
    each."""


class VersionNeeded(Invalid):
    """Say which version of the case you saw, as `If-Match: "3"`: it is the ETag of the case and of its tasks.
    Nothing was done."""


class NoSuchAddress(NotFound):
    """There is nothing at this address, or it is not yours to see. Nothing was done."""


class NoSuchMethod(NotFound):
    """This address does not answer that method. Nothing was done."""


OF_THE_API: dict[type[MufakatError], int] = {
    TokenNeeded: 401,
    VersionNeeded: 428,
    CaseChanged: 412,
    NoSuchMethod: 405,
    OutOfReach: 503,
}
"""Where a program is answered by a more exact status than a browser."""


class FieldProblem(BaseModel):
    """What is wrong with one part of what was sent."""

    place: str = Field(examples=["body.kind"])
    message: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(examples=["/api/v1/problems/case-changed"])
    """Stable; the last part is the code."""
    title: str = Field(examples=["Somebody was faster, or this has changed; nothing of yours was recorded."])
    status: int = Field(examples=[412])
    detail: str = Field(
        examples=[
            "The case was changed while you read it. Nothing was decided; look at what is new, then decide."
        ]
    )
    code: str = Field(examples=["case-changed"])
    facts: dict[str, Any] = Field(default_factory=dict, examples=[{"seen": 1, "version": 2}])
    errors: list[FieldProblem] | None = None
    reference: str | None = None
    """The number under which a fault of ours stands in the log."""


def api_status(error: type[MufakatError]) -> int:
    """The status by which a program is answered."""
    statuses = STATUSES | OF_THE_API
    return next(statuses[kind] for kind in error.__mro__ if kind in statuses)


def install(app: FastAPI) -> None:
    """Answer every error of ours, of the framework and of nobody by a problem."""
    app.add_exception_handler(MufakatError, on_our_own)
    app.add_exception_handler(HTTPException, on_the_framework)
    app.add_exception_handler(RequestValidationError, on_unreadable)
    app.add_exception_handler(DataError, on_unstorable)
    for kind in OUT_OF_REACH:
        app.add_exception_handler(kind, on_nothing_to_read)
    app.add_exception_handler(Exception, on_the_unknown)


def on_our_own(request: Request, error: Exception) -> Response:
    """A refusal or a miss that we know."""
    assert isinstance(error, MufakatError)
    return answer(request, error)


def on_the_framework(request: Request, error: Exception) -> Response:
    """No such address, no such method, a body that can't be parsed."""
    assert isinstance(error, HTTPException)
    known: MufakatError = {404: NoSuchAddress(), 405: NoSuchMethod()}.get(error.status_code, Unreadable())
    return answer(request, known, status=error.status_code, headers=error.headers)


def on_unreadable(request: Request, error: Exception) -> Response:
    """A field, a parameter or an id that is not of its kind; in a path that means there is nothing."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(problem["loc"][0] == "path" for problem in found):
        return answer(request, NoSuchAddress())
    fields = [
        FieldProblem(place=".".join(str(part) for part in problem["loc"]), message=str(problem["msg"]))
        for problem in found
    ]
    return answer(request, Unreadable(), errors=fields)


def on_unstorable(request: Request, error: Exception) -> Response:
    """A text with a NUL in it, a number beyond all bounds: nothing that the database can hold."""
    del error
    return answer(request, Unreadable())


def on_nothing_to_read(request: Request, error: Exception) -> Response:
    """The database is away, or held something for too long: when to come back."""
    log.warning("unreachable", path=request.url.path, error=type(error).__name__)
    return answer(request, OutOfReach(), headers={"Retry-After": "60"})


def on_the_unknown(request: Request, error: Exception) -> Response:
    """A fault of ours: logged under a number that the answer names, without a word of its insides."""
    reference = str(new_id())[-12:]
    log.error("unexpected", reference=reference, path=request.url.path, exc_info=error)
    said = answer(request, MufakatError(), status=500, reference=reference)
    for name, value in HEADERS.items():  # this answer passes by the middleware that sets them
        said.headers.setdefault(name, value)
    return said


def answer(
    request: Request,
    error: MufakatError,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """An error as its problem, with the headers that belong to its status."""
    found = problem(error, language_of(request), status, **more)
    made = JSONResponse(found.model_dump(exclude_none=True), found.status, media_type=MEDIA_TYPE)
    made.headers.update(headers or {})
    if found.status == HTTPStatus.UNAUTHORIZED:
        made.headers["WWW-Authenticate"] = 'Bearer realm="Mufakat"'
    if isinstance(error, PermitMissing):
        made.headers["WWW-Authenticate"] = (
            f'Bearer error="insufficient_scope", scope="{error.facts["permit"]}"'
        )
    if isinstance(error, TooMany):
        made.headers["Retry-After"] = str(error.facts["seconds"])
    return made


def problem(error: MufakatError, language: str, status: int | None = None, **more: Any) -> Problem:
    """An error in a language."""
    kind: type[MufakatError] = next(k for k in type(error).__mro__ if k in STATUSES)
    return Problem(
        type=PREFIX + error.code,
        title=translate(language, kind.sentence()),
        status=status or api_status(type(error)),
        detail=sentence(language, error),
        code=error.code,
        facts={name: plain(value) for name, value in error.facts.items()},
        **more,
    )


def language_of(request: Request, own: str = "") -> str:
    """By what the program asks for, else by whose token it is, else by the office."""
    for part in request.headers.get("accept-language", "").split(","):
        wanted = part.split(";")[0].strip().lower().split("-")[0]
        if wanted in LANGUAGES:
            return wanted
    said = own or getattr(request.state, "language", "")
    return said if said in LANGUAGES else settings().office.language


def plain(value: object) -> object:
    """A fact as JSON can hold it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def refusals(*errors: type[MufakatError]) -> dict[int | str, dict[str, Any]]:
    """What a route may be refused with, for the description: by status, each with its problem as example."""
    by_status: dict[int, list[type[MufakatError]]] = defaultdict(list)
    for error in errors:
        by_status[api_status(error)].append(error)
    return {status: described(status, found) for status, found in sorted(by_status.items())}


def described(status: int, errors: list[type[MufakatError]]) -> dict[str, Any]:
    """One status in the description, with an example for each error."""
    examples = {e.code: {"value": problem(e(), "en", status).model_dump(exclude_none=True)} for e in errors}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: content}}


def known() -> dict[str, type[MufakatError]]:
    """Every kind of problem by its code."""
    found: dict[str, type[MufakatError]] = {}
    waiting: list[type[MufakatError]] = [MufakatError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error.__module__.partition(".")[0] in ROOMS:
            found.setdefault(error.code, error)
    return dict(sorted(found.items()))


FOR_ALL: tuple[type[MufakatError], ...] = (
    TokenNeeded,
    PermitMissing,
    NoSuchAddress,
    TooLarge,
    Unreadable,
    TooMany,
)
"""What any route may answer."""
