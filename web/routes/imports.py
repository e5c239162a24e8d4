"""HR's import of personnel records: send a file, read what it would do, apply it or drop it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import Response

from core.errors import MufakatError
from personnel import importing, reviewing
from web import limiting, pages, uploads
from web.deps import DbSession, HrActor
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/hr/imports")
A_PAGE = 100
ACTIONS = ("refuse", "warn", "create", "change", "same")


@router.get("")
def all_imports(request: Request, session: DbSession, actor: HrActor) -> Response:
    """The files sent so far, and the form for another one."""
    return pages.show(request, "imports/list.html", imports=reviewing.imports(session, actor), problem="")


@router.post("")
def send_file(
    request: Request, session: DbSession, actor: HrActor, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """Read a file and show what it would do; nothing is changed by that."""
    limiting.hit(limiting.UPLOAD, str(actor.person_id))
    try:
        with session.begin_nested():
            made = importing.preview(session, actor, *uploads.sheet(file))
    except MufakatError as error:
        known = reviewing.imports(session, actor)
        problem = pages.said(request, error)
        return pages.show(request, "imports/list.html", status_of(error), imports=known, problem=problem)
    return pages.go(f"/hr/imports/{made.id}")


@router.get("/{import_id}")
def preview(
    request: Request, session: DbSession, actor: HrActor, import_id: UUID, action: str = "", page: int = 1
) -> Response:
    """What the file would do, row by row: what stands in the way first."""
    made = reviewing.find(session, actor, import_id)
    chosen = action if action in ACTIONS else ""
    rows = reviewing.rows(session, actor, import_id, chosen, A_PAGE + 1, A_PAGE * (max(1, page) - 1))
    return pages.show(
        request,
        "imports/preview.html",
        made=made,
        rows=rows[:A_PAGE],
        more=len(rows) > A_PAGE,
        action=chosen,
        page=max(1, page),
        actions=ACTIONS,
    )


@router.post("/{import_id}/apply")
def apply(session: DbSession, actor: HrActor, import_id: UUID) -> Response:
    """Write all of it into the records, or nothing."""
    importing.apply(session, actor, import_id)
    return pages.go(f"/hr/imports/{import_id}", N_("The file is applied: the records now say what it says."))


@router.post("/{import_id}/drop")
def drop(session: DbSession, actor: HrActor, import_id: UUID) -> Response:
    """Forget the preview; the records stay as they are."""
    importing.drop(session, actor, import_id)
    return pages.go("/hr/imports", N_("The file is dropped; the records are as they were."), kind="plain")
