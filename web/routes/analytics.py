"""Figures of the office: times, reasons, flow, load, predicted overruns; as pages and as files."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from approvals import analytics, workload
from approvals.access import READERS
from approvals.measuring import Slice
from approvals.overruns import overruns
from core.actor import Actor, Role
from web import exports, pages
from web.deps import CurrentActor, DbSession, People, Visitor
from web.exports import Kind, Listing
from web.figure_files import TABLES
from web.figures import Asked, Names, View
from web.words import N_

router = APIRouter(prefix="/analytics")
MOST_SHOWN = 50

TITLES = {
    View.TIMES: N_("Time at each stage"),
    View.REASONS: N_("Returned and rejected"),
    View.FLOW: N_("Where work piles up"),
    View.LOAD: N_("Work in hand"),
    View.OVERRUNS: N_("What will be late"),
}


@router.get("")
def first(request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """The first of the pages."""
    query = f"?{request.url.query}" if request.url.query else ""
    return pages.go(f"/analytics/{View.TIMES}{query}")


@router.get("/{view}.{kind}")
def take(
    visit: Visitor,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    view: View,
    kind: Kind,
    asked: Annotated[Asked, Query()],
) -> Response:
    """A page's figures as a table, with the same choice."""
    names = Names(session, people, visit.language)
    found = _found(view, session, actor, asked, people, asked.slice(session, visit.now))
    headers, rows = TABLES[view](found, names)
    choice = {name: str(value) for name, value in asked.model_dump().items()}
    listing = Listing("figures", f"{view}-{asked.since or 'all'}", headers, rows, choice=choice)
    return exports.export(session, actor, visit.language, kind, listing)


@router.get("/{view}")
def show(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    view: View,
    asked: Annotated[Asked, Query()],
) -> Response:
    """One page of figures, by what its address says."""
    slice = asked.slice(session, visit.now)
    return pages.show(
        request,
        f"analytics/{view}.html",
        view=view,
        views=TITLES,
        asked=asked,
        days=asked.days(visit.now.astimezone(slice.since.tzinfo).date()),
        names=Names(session, people, visit.language),
        found=_found(view, session, actor, asked, people, slice),
        overseer=actor.has(*READERS),
        personal=actor.has(Role.HR, Role.ADMIN),
        most_shown=MOST_SHOWN,
    )


def _found(view: View, session: Any, actor: Actor, asked: Asked, people: Any, slice: Slice) -> Any:
    """The figures themselves; each verb guards what is whose."""
    match view:
        case View.TIMES:
            return analytics.stage_times(session, actor, slice, directory=people, by=asked.by)
        case View.REASONS:
            return analytics.reasons(session, actor, slice)
        case View.FLOW:
            return workload.stage_flows(session, actor, slice, directory=people)
        case View.LOAD:
            return workload.loads(session, actor, slice)
        case View.OVERRUNS:
            return overruns(session, actor, slice, directory=people)
