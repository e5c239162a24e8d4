"""The interface for programs, under /api/v1: the same verbs as the pages, described by OpenAPI 3.1."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from pydantic import Field

from core.language import translate
from web.api import cases, cycles, files, ledger, offices, problems, tasks
from web.api.paging import Page
from web.api.problems import FOR_ALL, Problem, api_status, known, language_of, refusals
from web.api.shapes import Shape

PREFIX = "/api/v1"
VERSION = "1.0.0"
ABOUT = """\
The office's processes for programs: the same verbs as its pages, and the same refusals.

**Tokens.** Send `Authorization: Bearer mufakat_...`. A person makes tokens of their own under *My tokens*;
an administrator makes those of a named system, which only reads. A token's permits only ever narrow what its
owner may at the moment of the request.

**Once.** A request that changes something takes an `Idempotency-Key`: sent again within a day, it is
answered as the first time and done once. For a decision the key is required.

**What was seen.** A decision, and sending a case in again, name the version of the case that was looked at:
`If-Match` takes the `ETag` of the case or its task. If the case has changed since, the answer is 412.

**Pages.** Lists give `next`, and the header `Link`, until the end is reached. Ask for `?cursor=` with it.

**Refusals** are problems as in RFC 9457, in the language of `Accept-Language` (id, en). `type` is stable.
What is not yours to see is answered as if it were not there.

**Limits.** 600 requests a minute for a token; then 429 with `Retry-After`.
"""
TAGS = [
    {"name": "me", "description": "Who the token lets in."},
    {"name": "tasks", "description": "The inbox and its tasks."},
    {"name": "cases", "description": "Cases and their story."},
    {"name": "files", "description": "A case's documents and remarks."},
    {"name": "cycles", "description": "Launched processes, for HR and those who oversee."},
    {"name": "chains", "description": "By which stages cases are decided."},
    {"name": "delegations", "description": "Who may decide for whom, and until when."},
    {"name": "people", "description": "Colleagues by name."},
    {"name": "ledger", "description": "Proofs of what happened."},
    {"name": "problems", "description": "Every refusal by its code."},
]

router = APIRouter(tags=["problems"])


class ProblemKind(Shape):
    """A kind of refusal."""

    code: str = Field(examples=["case-changed"])
    status: int = Field(examples=[412])
    says: str = Field(description="Its sentence in the caller's language, with places for its facts.")


@router.get("/problems")
def list_problems(request: Request) -> Page[ProblemKind]:
    """Every kind of refusal, by its code; one page, open to everybody."""
    language = language_of(request)
    return Page(
        items=[
            ProblemKind(code=code, status=api_status(kind), says=translate(language, kind.sentence()))
            for code, kind in known().items()
        ]
    )


def create_api() -> FastAPI:
    """The application that is mounted under /api/v1."""
    api = FastAPI(
        title="Mufakat",
        version=VERSION,
        description=ABOUT,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        responses=refusals(*FOR_ALL),
    )
    for noun in (tasks, cases, files, ledger, cycles, offices):
        api.include_router(noun.router)
    api.include_router(router)
    problems.install(api)
    api.openapi = lambda: described(api)
    return api


def described(api: FastAPI) -> dict[str, Any]:
    """The description of the interface; made once."""
    if api.openapi_schema is None:
        said = get_openapi(
            title=api.title,
            version=api.version,
            openapi_version="3.1.0",
            description=api.description,
            routes=api.routes,
            tags=api.openapi_tags,
            servers=[{"url": PREFIX}],
        )
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = said["components"]["schemas"]
        schemas |= schema.pop("$defs", {})
        schemas["Problem"] = schema
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        api.openapi_schema = said
    return api.openapi_schema
