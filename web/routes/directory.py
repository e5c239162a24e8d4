"""The office as a tree: its units, their posts, vacant ones first, who held them, and records."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from core import clock
from core.actor import Actor
from personnel import establishment, looking, queries
from personnel.days import office_day
from personnel.queries import EmployeeRow
from web import directory_files, exports, pages
from web.deps import DbSession, HrActor, Visitor
from web.exports import Kind, Listing
from web.visit import Visit

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


@router.get("/people.{kind}")
def take_people(session: DbSession, actor: HrActor, visit: Visitor, kind: Kind, search: str = "") -> Response:
    """Everybody who serves, or those whom a search finds, as a file."""
    found = queries.employees(session, search=search, limit=exports.MOST + 1)
    return _people(session, actor, visit, kind, found, "people", search=search)


@router.get("/posts.{kind}")
def take_posts(session: DbSession, actor: HrActor, visit: Visitor, kind: Kind) -> Response:
    """All posts as a file, vacant ones first."""
    found = establishment.posts(session, office_day(visit.now))
    rows = directory_files.posts(found, visit.language)
    holders = {post.holder.employee_id for post in found if post.holder}
    listing = Listing("posts", f"posts-{visit.now:%Y-%m-%d}", directory_files.POSTS, rows, holders)
    return exports.export(session, actor, visit.language, kind, listing)


@router.get("/units/{unit_id}/people.{kind}")
def take_unit(session: DbSession, actor: HrActor, visit: Visitor, unit_id: UUID, kind: Kind) -> Response:
    """The people of one unit as a file."""
    code = establishment.unit(session, unit_id).code
    found = queries.employees(session, [unit_id], limit=exports.MOST + 1)
    return _people(session, actor, visit, kind, found, f"people-{code}", about=unit_id)


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


def _people(
    session: Session,
    actor: Actor,
    visit: Visit,
    kind: Kind,
    found: Sequence[EmployeeRow],
    name: str,
    *,
    search: str = "",
    about: UUID | None = None,
) -> Response:
    rows = directory_files.people(found, visit.language)
    listing = Listing(
        what="people",
        file=f"{name}-{visit.now:%Y-%m-%d}",
        columns=directory_files.PEOPLE,
        rows=rows,
        people={one.id for one in found},
        choice={"search": search},
        about=about,
    )
    return exports.export(session, actor, visit.language, kind, listing)
