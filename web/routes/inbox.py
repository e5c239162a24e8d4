"""What waits for whoever is logged in: in parts that can be kept under a name, the most urgent first."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from approvals import inbox as inboxes
from core.errors import MufakatError
from web import inbox_page, pages, saved_views
from web.deps import CurrentActor, DbSession, People
from web.errors import status_of
from web.inbox_view import View
from web.words import N_

router = APIRouter(prefix="/inbox")
Text = Annotated[str, Form()]


@router.get("")
def inbox(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    behind: str = "",
    choose: str = "",
) -> Response:
    """The tasks that the person may decide, in groups of urgency, with counts that are true."""
    if not request.query_params and (first := _opens_first(session, actor)):
        return RedirectResponse(View.read(first).address, status_code=303)
    view = View.of(request.query_params)
    found = inbox_page.gathered(session, actor, view, behind, directory=people)
    return pages.show(request, "inbox/inbox.html", inbox=found, view=view, choosing=bool(choose))


@router.get("/choices")
def choices(request: Request, session: DbSession, actor: CurrentActor, people: People) -> Response:
    """What the inbox can be narrowed to, and the views that the person has saved."""
    return pages.show(
        request,
        "inbox/choices.html",
        view=View.of(request.query_params),
        choices=inbox_page.choices(session, actor, directory=people),
        saved=saved_views.saved(session, actor),
        problem="",
        name="",
    )


@router.post("/views")
def save(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    name: Text = "",
    query: Text = "",
    first: Text = "",
) -> Response:
    """Keep a part of the inbox under a name."""
    view = View.read(query)
    try:
        with session.begin_nested():
            saved_views.save(session, actor, name, view, first=bool(first))
    except MufakatError as error:
        return pages.show(
            request,
            "inbox/choices.html",
            status_of(error),
            view=view,
            choices=inbox_page.choices(session, actor, directory=people),
            saved=saved_views.saved(session, actor),
            problem=pages.said(request, error),
            name=name,
        )
    return pages.go(view.address, N_("Saved: {name}."), name=" ".join(name.split()))


@router.post("/views/first")
def open_first(
    session: DbSession, actor: CurrentActor, view: Annotated[UUID | None, Form()] = None
) -> Response:
    """Let a saved view be what the inbox opens with; or the whole inbox."""
    saved_views.open_first(session, actor, view)
    return pages.go("/inbox", N_("Your inbox opens like this from now on."))


@router.post("/views/{view_id}/drop")
def drop(session: DbSession, actor: CurrentActor, view_id: UUID) -> Response:
    """Forget a saved view."""
    saved_views.drop(session, actor, view_id)
    return pages.go("/inbox?filter=all", N_("The saved view is gone."), kind="plain")


@router.get("/after/{task_id}")
def after(session: DbSession, actor: CurrentActor, people: People, task_id: UUID, view: str = "") -> Response:
    """Pass over a task: the next one of the same part behind it, else the inbox."""
    part = View.read(view)
    rows = inboxes.inbox(
        session,
        actor,
        directory=people,
        filter=part.filter,
        narrow=part.narrow,
        order=part.order,
        limit=1,
        behind=inboxes.place_of_task(session, task_id, part.order),
    )
    where = f"/tasks/{rows[0].task_id}{part.along}" if rows else part.address
    return RedirectResponse(where, status_code=303)


def _opens_first(session: DbSession, actor: CurrentActor) -> str:
    return next((one.query for one in saved_views.saved(session, actor) if one.opens_first), "")
