"""Cycles: their list, and one with its figures, its people and what happens to it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from approvals import hold_ups, views
from approvals.in_hand import in_hand
from core.errors import MufakatError
from flows.process import asking
from flows.process import queries as processes
from flows.process.models import ProcessState
from flows.promotion import candidates as changes
from flows.promotion import queries as promotions
from personnel import looking
from web import candidate_files, exports, pages, timeline
from web.deps import DbSession, HrActor, OverseerActor, People, Visitor
from web.exports import Kind, Listing
from web.routes.operator import PROPOSED
from web.words import N_

router = APIRouter(prefix="/processes")
A_PAGE = 50
MOST_STUCK = 8


class Wanted(BaseModel):
    """Which candidates."""

    outcome: str = ""
    stage: str = ""
    state: str = ""
    search: str = ""
    page: int = 1

    def which(self) -> dict[str, Any]:
        chosen = {"outcome": self.outcome, "stage": self.stage, "state": self.state}
        return {name: value or None for name, value in chosen.items()} | {"search": self.search}


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
    """Where a cycle stands: its funnel, the stuck and the late first, what happened and what comes."""
    found = promotions.cycle_view(session, process_id)
    stuck = hold_ups.stuck(session, process_id)
    shown = len(stuck) if late == "all" else MOST_STUCK
    state = ProcessState(found.process.state)
    return pages.show(
        request,
        "processes/cycle.html",
        cycle=found,
        process=found.process,
        stuck=stuck[:shown],
        stuck_more=max(0, len(stuck) - shown),
        overdue=sum(stage.overdue for stage in found.funnel.stages),
        askable=asking.askable(actor, state, {intent.kind for intent in found.view.pending}),
        lines=timeline.lines(found.view, people, visit.language),
    )


@router.get("/{process_id}/candidates")
def candidates(
    request: Request,
    session: DbSession,
    actor: OverseerActor,
    process_id: UUID,
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """The people behind a number."""
    page, which = max(1, wanted.page), wanted.which()
    found = promotions.candidates(session, process_id, **which, limit=A_PAGE + 1, offset=A_PAGE * (page - 1))
    return pages.show(
        request,
        "processes/candidates.html",
        cycle=promotions.cycle_view(session, process_id),
        rows=found[:A_PAGE],
        more=len(found) > A_PAGE,
        total=promotions.count_candidates(session, process_id, **which),
        wanted=wanted,
        page=page,
        problem="",
    )


@router.get("/{process_id}/candidates.{kind}")
def take(
    visit: Visitor,
    session: DbSession,
    actor: OverseerActor,
    people: People,
    process_id: UUID,
    kind: Kind,
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """The same people as a table to take away; that it was taken is told by the log."""
    process = processes.process(session, process_id)
    found = promotions.candidates(session, process_id, **wanted.which(), limit=exports.MOST + 1)
    hands = in_hand(session, process_id, directory=people)
    stages = {step.stage: step.title for step in views.funnel(session, process_id).stages}
    listing = Listing(
        what="candidates",
        file=process.reference,
        columns=candidate_files.COLUMNS,
        rows=candidate_files.rows(found, hands, stages, visit.language),
        people={row.candidate.employee_id for row in found},
        choice={name: value for name, value in wanted.which().items() if value},
        about=process.id,
    )
    return exports.export(session, actor, visit.language, kind, listing)


@router.get("/{process_id}/candidates/{employee_id}")
def candidate(
    request: Request, session: DbSession, actor: OverseerActor, process_id: UUID, employee_id: UUID
) -> Response:
    """One person in the cycle: what each rule found, and where the case is."""
    looking.looked(session, actor, employee_id, "candidate")
    return pages.show(
        request,
        "processes/candidate.html",
        process=processes.process(session, process_id),
        row=promotions.candidate(session, process_id, employee_id),
    )


@router.post("/{process_id}/candidates/add")
def add(
    request: Request,
    session: DbSession,
    actor: HrActor,
    process_id: UUID,
    nip: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Put somebody into the cycle, if they meet its rules now."""
    try:
        with session.begin_nested():
            made = changes.add_candidate(session, actor, process_id, nip, reason)
    except MufakatError as error:
        return pages.go(f"/processes/{process_id}/candidates", pages.said(request, error), "bad")
    where = f"/processes/{process_id}/candidates/{made.employee_id}"
    return pages.go(where, N_("{name} is in the cycle now."), name=made.name)


@router.post("/{process_id}/candidates/{employee_id}/exclude")
def exclude(
    request: Request,
    session: DbSession,
    actor: HrActor,
    process_id: UUID,
    employee_id: UUID,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Propose to take somebody out; when another agrees the case ends, and the person is told why."""
    where = f"/processes/{process_id}/candidates/{employee_id}"
    try:
        with session.begin_nested():
            changes.exclude_candidate(session, actor, process_id, employee_id, reason)
    except MufakatError as error:
        return pages.go(where, pages.said(request, error), "bad")
    return pages.go(where, PROPOSED, "plain")
