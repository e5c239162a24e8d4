"""The people of a cycle: behind every number, one by one, as a file, put in and taken out."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import hold_ups, proposals, views
from approvals.in_hand import in_hand
from approvals.models import DecisionKind
from approvals.models_proposals import ProposalKind
from core.actor import Actor, Role
from core.errors import MufakatError
from flows.process import queries as processes
from flows.promotion import candidates as changes
from flows.promotion import queries as promotions
from personnel import looking
from web import candidate_files, exports, pages
from web.deps import DbSession, OverseerActor, People, Visitor, only
from web.errors import status_of
from web.exports import Kind, Listing
from web.routes.operator import PROPOSED
from web.words import N_

router = APIRouter(prefix="/processes")
HrOnlyActor = Annotated[Actor, Depends(only(Role.HR), scope="function")]
A_PAGE = 50


class Wanted(BaseModel):
    """Which candidates."""

    outcome: str = ""
    stage: str = ""
    state: str = ""
    search: str = ""
    late: bool = False
    """Those with a task that is late."""
    holder: UUID | None = None
    """Those who wait for this person."""
    passed: str = ""
    """Those who went through this stage."""
    rejected: str = ""
    """Those who were rejected at this stage."""
    page: int = 1

    def which(self) -> dict[str, Any]:
        chosen = {"outcome": self.outcome, "stage": self.stage, "state": self.state}
        return {name: value or None for name, value in chosen.items()} | {"search": self.search}

    def among(self, now: datetime) -> list[ColumnElement[bool]]:
        """What a candidate's case must be besides."""
        wanted: list[ColumnElement[bool]] = []
        if self.late:
            wanted.append(hold_ups.is_late(now))
        if self.holder:
            wanted.append(hold_ups.lies_with(self.holder))
        if self.passed:
            wanted.append(hold_ups.decided_at(self.passed, DecisionKind.APPROVE))
        if self.rejected:
            wanted.append(hold_ups.decided_at(self.rejected, DecisionKind.REJECT))
        return wanted

    def chosen(self) -> dict[str, str]:
        """What was chosen, without what was left open."""
        said = self.model_dump(exclude={"page"}, mode="json")
        return {name: "1" if value is True else str(value) for name, value in said.items() if value}

    def query(self) -> str:
        """The same as an address has it."""
        return urlencode(self.chosen())


@router.get("/{process_id}/candidates")
def candidates(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: OverseerActor,
    people: People,
    process_id: UUID,
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """The people behind a number."""
    page, which = max(1, wanted.page), wanted.which()
    among = wanted.among(visit.now)
    found = promotions.candidates(
        session, process_id, **which, among=among, limit=A_PAGE + 1, offset=A_PAGE * (page - 1)
    )
    with_whom = people.people([wanted.holder]).get(wanted.holder) if wanted.holder else None
    return pages.show(
        request,
        "processes/candidates.html",
        cycle=promotions.cycle_view(session, process_id),
        rows=found[:A_PAGE],
        more=len(found) > A_PAGE,
        total=promotions.count_candidates(session, process_id, **which, among=among),
        wanted=wanted,
        query=wanted.query(),
        holder_name=with_whom.name if with_whom else "",
        page=page,
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
    found = promotions.candidates(
        session, process_id, **wanted.which(), among=wanted.among(visit.now), limit=exports.MOST + 1
    )
    hands = in_hand(session, process_id, directory=people)
    stages = {step.stage: step.title for step in views.funnel(session, process_id).stages}
    listing = Listing(
        what="candidates",
        file=process.reference,
        columns=candidate_files.COLUMNS,
        rows=candidate_files.rows(found, hands, stages, visit.language),
        people={row.candidate.employee_id for row in found},
        choice=wanted.chosen(),
        about=process.id,
    )
    return exports.export(session, actor, visit.language, kind, listing)


@router.get("/{process_id}/candidates/add")
def look(
    request: Request, session: DbSession, actor: HrOnlyActor, process_id: UUID, who: str = ""
) -> Response:
    """Who might be put in: what each rule says of them now, with its figure, before anything is done."""
    return _adding(request, session, actor, process_id, who)


@router.post("/{process_id}/candidates/add")
def add(
    request: Request,
    session: DbSession,
    actor: HrOnlyActor,
    process_id: UUID,
    nip: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Put somebody into the cycle, if they meet its rules now; else the form comes back with the rules."""
    try:
        with session.begin_nested():
            made = changes.add_candidate(session, actor, process_id, nip, reason)
    except MufakatError as error:
        return _adding(request, session, actor, process_id, nip, reason, error)
    where = f"/processes/{process_id}/candidates/{made.employee_id}"
    return pages.go(where, N_("{name} is in the cycle now."), name=made.name)


@router.get("/{process_id}/candidates/{employee_id}")
def candidate(
    request: Request, session: DbSession, actor: OverseerActor, process_id: UUID, employee_id: UUID
) -> Response:
    """One person in the cycle: what each rule found, and where the case is."""
    looking.looked(session, actor, employee_id, "candidate")
    row = promotions.candidate(session, process_id, employee_id)
    waiting = proposals.about_case(session, row.case.id) if row.case else []
    return pages.show(
        request,
        "processes/candidate.html",
        process=processes.process(session, process_id),
        row=row,
        excluding=next((p for p in waiting if p.kind == ProposalKind.EXCLUSION), None),
    )


@router.post("/{process_id}/candidates/{employee_id}/exclude")
def exclude(
    request: Request,
    session: DbSession,
    actor: HrOnlyActor,
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


def _adding(
    request: Request,
    session: Session,
    actor: Actor,
    process_id: UUID,
    who: str,
    reason: str = "",
    problem: MufakatError | None = None,
) -> Response:
    found = None
    if who.strip():
        try:
            found = changes.look_at(session, process_id, who)
            looking.looked(session, actor, found.employee_id, "candidate")
        except MufakatError as error:
            problem = problem or error
    return pages.show(
        request,
        "processes/add.html",
        status_of(problem) if problem else 200,
        process=processes.process(session, process_id),
        who=who,
        found=found,
        reason=reason,
        problem=pages.said(request, problem) if problem else "",
    )
