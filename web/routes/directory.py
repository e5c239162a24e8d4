"""The office as a tree: its units, their posts, vacant ones first, who held them, and records."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import clock
from personnel import establishment, looking, queries
from personnel.days import office_day
from web import pages
from web.deps import DbSession, HrActor

router = APIRouter(prefix="/hr/directory")
MOST_PEOPLE = 500


@router.get("")
def tree(request: Request, session: DbSession, actor: HrActor) -> Response:
    """All units with their heads, and the posts that nobody holds."""
    day = office_day(clock.now(session))
    found = establishment.posts(session, day)
    return pages.show(
        request,
        "directory/tree.html",
        units=queries.unit_tree(session),
        posts=len(found),
        vacant=[post for post in found if post.vacant],
    )


@router.get("/units/{unit_id}")
def unit(request: Request, session: DbSession, actor: HrActor, unit_id: UUID) -> Response:
    """One unit: its posts, who has and had them, and its people."""
    day = office_day(clock.now(session))
    return pages.show(
        request,
        "directory/unit.html",
        unit=establishment.unit(session, unit_id),
        posts=establishment.posts(session, day, unit_id),
        holders=establishment.holders(session, unit_id),
        people=queries.employees(session, [unit_id], limit=MOST_PEOPLE),
        count=queries.count_employees(session, [unit_id]),
    )


@router.get("/people/{employee_id}")
def person(request: Request, session: DbSession, actor: HrActor, employee_id: UUID) -> Response:
    """One person's record; that it was opened is noted, and the person can see it."""
    record = queries.employee(session, employee_id)
    looking.looked(session, actor, employee_id, "record")
    return pages.show(request, "directory/person.html", record=record)
