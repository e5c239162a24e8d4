"""The work of one's group: what waits for anybody of it, what colleagues have; and the next of it to take."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from approvals import declining, pulling, visibility
from approvals.errors import HandsFull, NothingHeldBack
from approvals.visibility import WorkPart
from web import pages, veil
from web.deps import CurrentActor, DbSession, People
from web.words import N_

router = APIRouter()
A_PAGE = 50


@router.get("/inbox/group")
def group(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    part: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Open work of others, as far as each stage lets the person see it; the office's readers see all."""
    which = WorkPart(part) if part in set(WorkPart) else WorkPart.UNALLOCATED
    rows = visibility.work_of(
        session, actor, which, directory=people, limit=A_PAGE + 1, offset=A_PAGE * (page - 1)
    )
    counts = {p: visibility.count_work(session, actor, p, directory=people) for p in WorkPart}
    holders = people.people({row.assignee_id for row in rows if row.assignee_id})
    return pages.show(
        request,
        "inbox/group.html",
        rows=rows[:A_PAGE],
        counts=counts,
        names={id_: person.name for id_, person in holders.items()},
        part=which,
        page=page,
        more=len(rows) > A_PAGE,
    )


@router.post("/tasks/{task_id}/decline")
def decline(
    session: DbSession,
    actor: CurrentActor,
    people: People,
    task_id: UUID,
    comment: Annotated[str, Form()] = "",
) -> Response:
    """Say no to a task one was asked for."""
    with veil.of_task(session, actor, task_id, people):
        declining.decline(session, actor, task_id, comment=comment, directory=people)
    return pages.go("/inbox", N_("You declined; a colleague is asked."), kind="plain")


@router.post("/inbox/next")
def take_next(session: DbSession, actor: CurrentActor) -> Response:
    """Take the oldest task that is held back for free hands."""
    try:
        task = pulling.take_next(session, actor)
    except HandsFull as full:
        word = N_("You have {hold} of these in hand already. Decide or hand back one, then take the next.")
        return pages.go("/inbox", word, kind="bad", hold=full.facts["hold"])
    except NothingHeldBack:
        return pages.go("/inbox", N_("Nothing is waiting to be handed out any more."), kind="plain")
    return pages.go(f"/tasks/{task.id}", N_("The task is yours now."))
