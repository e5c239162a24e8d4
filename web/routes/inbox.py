"""What waits for whoever is logged in, the most urgent first."""

from collections.abc import Sequence
from itertools import groupby

from fastapi import APIRouter, Request
from starlette.responses import Response

from approvals import consultations, pulling, upcoming
from approvals import inbox as inboxes
from approvals.inbox import InboxFilter, InboxOrder, InboxRow
from personnel import units
from web import pages
from web.deps import CurrentActor, DbSession, People, Visitor
from web.formats import urgency_of

router = APIRouter()
A_PAGE = 50
A_GLANCE = 20


@router.get("/inbox")
def inbox(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    filter: str = "",
    order: str = "",
    page: int = 1,
) -> Response:
    """The tasks that the person may decide, in groups of urgency, with counts that are true."""
    part = InboxFilter(filter) if filter in set(InboxFilter) else InboxFilter.ALL
    by = InboxOrder(order) if order in set(InboxOrder) else InboxOrder.URGENCY
    page = max(1, page)
    rows = inboxes.inbox(
        session, actor, directory=people, filter=part, order=by, limit=A_PAGE + 1, offset=A_PAGE * (page - 1)
    )
    coming = upcoming.upcoming(session, actor, directory=people, limit=A_GLANCE)
    return pages.show(
        request,
        "inbox/inbox.html",
        groups=_groups(rows[:A_PAGE], by, visit),
        counts=inboxes.counts(session, actor, directory=people),
        units=units.names(session, {row.unit_id for row in rows}),
        held=sum(pulling.held_for(session, actor).values()),
        coming=coming,
        coming_count=len(coming)
        if len(coming) < A_GLANCE
        else upcoming.count_upcoming(session, actor, directory=people),
        asked=consultations.asked(session, actor),
        filter=part,
        order=by,
        page=page,
        more=len(rows) > A_PAGE,
    )


def _groups(rows: Sequence[InboxRow], order: InboxOrder, visit: Visitor) -> list[tuple[str, list[InboxRow]]]:
    """Neighbours of the same urgency together; in another order all are one group."""
    if order is not InboxOrder.URGENCY:
        return [(order, list(rows))] if rows else []
    by_urgency = groupby(rows, key=lambda row: urgency_of(row.due_at, visit.now))
    return [(name, list(group)) for name, group in by_urgency]
