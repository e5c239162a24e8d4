"""HR's import of personnel records: send a file, choose its columns, see what it would do, apply or undo."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from core.errors import MufakatError
from flows.process import records_in_use
from personnel import importing, remembering, returning, reviewing, undoing, units
from personnel.columns import Kind, labels
from personnel.likeness import nearest
from personnel.reviewing import Wanted
from web import columns_form, downloads, limiting, pages, sheets, uploads
from web.deps import DbSession, HrActor, Posted
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
    """Read a file and show what it would do, or ask about its columns; nothing is changed by that."""
    limiting.hit(limiting.UPLOAD, str(actor.person_id))
    try:
        with session.begin_nested():
            made = importing.receive(session, actor, *uploads.sheet(file))
    except MufakatError as error:
        known = reviewing.imports(session, actor)
        problem = pages.said(request, error)
        return pages.show(request, "imports/list.html", status_of(error), imports=known, problem=problem)
    return pages.go(f"/hr/imports/{made.id}" + ("/columns" if made.state == "mapping" else ""))


@router.get("/{import_id}/columns")
def columns(request: Request, session: DbSession, actor: HrActor, import_id: UUID) -> Response:
    """What each sheet is about and which of its columns says what: suggested, and to be corrected."""
    return _columns(request, session, actor, import_id)


@router.post("/{import_id}/columns")
def choose_columns(
    request: Request, session: DbSession, actor: HrActor, import_id: UUID, form: Posted
) -> Response:
    """Read the file as it was chosen; a sheet that is about something else is looked at anew first."""
    pairs = importing.sheets_of(session, actor, import_id)
    chosen, anew = columns_form.read(form, pairs, remembering.known_units(session))
    if anew:
        importing.sketch(session, actor, import_id, chosen)
        return pages.go(
            f"/hr/imports/{import_id}/columns", N_("Look at its columns once more."), kind="plain"
        )
    try:
        with session.begin_nested():
            importing.choose(session, actor, import_id, chosen, remember=form.get("remember") == "yes")
    except MufakatError as error:
        importing.sketch(session, actor, import_id, chosen)
        return _columns(request, session, actor, import_id, error)
    return pages.go(f"/hr/imports/{import_id}")


@router.get("/{import_id}/names")
def names(request: Request, session: DbSession, actor: HrActor, import_id: UUID) -> Response:
    """The unit names that no unit has, and which units they may be."""
    made = reviewing.find(session, actor, import_id)
    unknown = reviewing.unknown_names(session, actor, import_id)
    known = units.listed(session)
    by_name = {unit.name: unit for unit in known}
    near = {one.said: [by_name[name].id for name in nearest(one.said, by_name)] for one in unknown}
    return pages.show(request, "imports/names.html", made=made, unknown=unknown, units=known, near=near)


@router.post("/{import_id}/names")
def choose_names(session: DbSession, actor: HrActor, import_id: UUID, form: Posted) -> Response:
    """Remember which units are meant, and look at the file anew."""
    said, meant = form.getlist("said"), form.getlist("unit")
    chosen = {str(name): UUID(str(unit)) for name, unit in zip(said, meant, strict=True) if unit}
    importing.mean(session, actor, import_id, chosen)
    return pages.go(f"/hr/imports/{import_id}")


@router.get("/{import_id}/refused.xlsx")
def refused(request: Request, session: DbSession, actor: HrActor, import_id: UUID) -> Response:
    """The refused rows as they were sent, each with the reasons."""
    language = pages.visit_of(request).language
    name, content = returning.refused(session, actor, import_id, language)
    return downloads.attachment(name, content, sheets.MEDIA["xlsx"])


@router.get("/{import_id}")
def preview(
    request: Request,
    session: DbSession,
    actor: HrActor,
    import_id: UUID,
    action: str = "",
    sheet: str = "",
    search: str = "",
    page: int = 1,
) -> Response:
    """What the file would do or did, row by row: what stands in the way first."""
    made = reviewing.find(session, actor, import_id)
    if made.state == "mapping":
        return pages.go(f"/hr/imports/{import_id}/columns")
    return _preview(request, session, actor, import_id, Wanted(action, sheet, search[:100]), max(1, page))


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


@router.post("/{import_id}/undo")
def undo(
    request: Request, session: DbSession, actor: HrActor, import_id: UUID, reason: Annotated[str, Form()] = ""
) -> Response:
    """Take back all that the file did, unless it was changed since."""
    try:
        with session.begin_nested():
            undoing.undo(session, actor, import_id, reason, in_use=records_in_use.in_use)
    except undoing.ReasonMissing as error:
        return _preview(request, session, actor, import_id, Wanted(), 1, error)
    return pages.go(
        f"/hr/imports/{import_id}?action=kept"
        if _kept(session, actor, import_id)
        else f"/hr/imports/{import_id}",
        N_("The file is undone."),
    )


def _kept(session: DbSession, actor: HrActor, import_id: UUID) -> int:
    return reviewing.count(session, actor, import_id, Wanted("kept"))


def _columns(
    request: Request, session: DbSession, actor: HrActor, import_id: UUID, error: MufakatError | None = None
) -> Response:
    pairs = importing.sheets_of(session, actor, import_id)
    return pages.show(
        request,
        "imports/columns.html",
        status_of(error) if error else 200,
        made=reviewing.find(session, actor, import_id),
        sheets=columns_form.view(pairs),
        kinds=columns_form.words(),
        problem=pages.said(request, error) if error else "",
    )


def _preview(
    request: Request,
    session: DbSession,
    actor: HrActor,
    import_id: UUID,
    wanted: Wanted,
    page: int,
    error: MufakatError | None = None,
) -> Response:
    rows = reviewing.rows(
        session,
        actor,
        import_id,
        wanted.action,
        A_PAGE + 1,
        A_PAGE * (page - 1),
        sheet=wanted.sheet,
        search=wanted.search,
    )
    return pages.show(
        request,
        "imports/preview.html",
        status_of(error) if error else 200,
        made=reviewing.find(session, actor, import_id),
        rows=rows[:A_PAGE],
        more=len(rows) > A_PAGE,
        found=reviewing.count(session, actor, import_id, wanted),
        wanted=wanted,
        page=page,
        actions=ACTIONS,
        labels={row.kind: labels(Kind(row.kind)) for row in rows},
        unknown=len(reviewing.unknown_names(session, actor, import_id)),
        problem=pages.said(request, error) if error else "",
    )
