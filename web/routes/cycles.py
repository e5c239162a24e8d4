"""Cycles: their list, and one with its figures, its people and what happens to it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from starlette.responses import Response

from approvals import reminding
from core.actor import Actor, Role
from core.errors import Invalid, MufakatError
from flows.process import extending
from flows.process import queries as processes
from web import cycle_page, pages
from web.deps import DbSession, OverseerActor, People, Visitor, only
from web.errors import status_of
from web.routes.candidates import HrOnlyActor
from web.words import N_

router = APIRouter(prefix="/processes")
SteeringActor = Annotated[Actor, Depends(only(Role.HR, Role.OPERATOR), scope="function")]
A_PAGE = 50
SOME_LEFT_OUT = N_(
    "{count} tasks have more time; whoever has them is told. {left} were left out, because they are yours or you have an interest in the case: another of HR must extend them."  # noqa: E501
)


class NoDay(Invalid):
    """Choose the new last day. Nothing was changed; your reason is kept."""


class WhomToRemind(BaseModel):
    """A person, or a queue, and at which stage."""

    stage: str = ""
    assignee: UUID | None = None
    queue: str = ""


class MoreTime(BaseModel):
    """Until which day, at which stage, why."""

    until: str = ""
    stage: str = ""
    reason: str = ""

    def day(self) -> date:
        """Raises NoDay."""
        try:
            return date.fromisoformat(self.until)
        except ValueError as error:
            raise NoDay from error


@router.get("")
def all_cycles(
    request: Request, session: DbSession, actor: OverseerActor, search: str = "", page: int = 1
) -> Response:
    """Every cycle, newest first."""
    page = max(1, page)
    found = processes.processes(session, search=search, limit=A_PAGE + 1, offset=A_PAGE * (page - 1))
    return pages.show(
        request,
        "processes/list.html",
        cycles=found[:A_PAGE],
        more=len(found) > A_PAGE,
        page=page,
        search=search,
    )


@router.get("/{process_id}")
def cycle(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: OverseerActor,
    people: People,
    process_id: UUID,
    late: str = "",
) -> Response:
    """Where a cycle stands: the stuck and the late first, its funnel, what happened and what comes."""
    whole = late == "all"
    page = cycle_page.page(session, actor, people, process_id, visit.language, whole=whole)
    return pages.show(request, "processes/cycle.html", **page, more_time=MoreTime(), problem="")


@router.post("/{process_id}/remind")
def remind(
    request: Request,
    session: DbSession,
    actor: SteeringActor,
    process_id: UUID,
    whom: Annotated[WhomToRemind, Form()],
) -> Response:
    """Remind whoever lets things lie: one person, or those of a queue, of what they have of this cycle."""
    where = f"/processes/{process_id}#late"
    try:
        with session.begin_nested():
            count = reminding.remind(
                session,
                actor,
                processes.process(session, process_id).id,
                stage=whom.stage or None,
                assignee_id=whom.assignee,
                queue=whom.queue or None,
            )
    except MufakatError as error:
        return pages.go(where, pages.said(request, error), "bad")
    return pages.go(where, N_("Reminded of {count} tasks."), count=count)


@router.post("/{process_id}/extend")
def extend(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: HrOnlyActor,
    people: People,
    process_id: UUID,
    more_time: Annotated[MoreTime, Form()],
) -> Response:
    """Give more time: what is due earlier becomes due on a later day; everybody concerned is told."""
    try:
        with session.begin_nested():
            given = extending.extend(
                session,
                actor,
                process_id,
                until=more_time.day(),
                reason=more_time.reason,
                stage=more_time.stage or None,
                directory=people,
            )
    except MufakatError as error:
        page = cycle_page.page(session, actor, people, process_id, visit.language)
        said = {"more_time": more_time, "problem": pages.said(request, error)}
        return pages.show(request, "processes/cycle.html", status_of(error), **page, **said)
    where = f"/processes/{process_id}"
    if not given.tasks and not given.left_out:
        return pages.go(where, N_("Every open task has that much time already."), "plain")
    word = SOME_LEFT_OUT if given.left_out else N_("{count} tasks have more time; whoever has them is told.")
    return pages.go(where, word, count=given.tasks, left=given.left_out)
