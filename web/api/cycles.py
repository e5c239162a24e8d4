"""Cycles, for HR and those who oversee: their figures, their candidates, and what is asked of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from approvals.errors import ConflictOfInterest
from approvals.models import CaseState
from approvals.obstacles import ProposedAlready
from core.errors import NotAllowed
from flows.process import asking, cancelling, queries, service
from flows.process.errors import (
    BadParams,
    NoSuchKind,
    NoSuchProcess,
    NotNow,
    OnlyHr,
    OnlyOperators,
    ReasonNeeded,
)
from flows.process.models import ProcessState
from flows.promotion import candidates
from flows.promotion import queries as promotions
from flows.promotion.errors import (
    CandidateAlready,
    CandidatesAreHrs,
    CycleClosed,
    CycleOverlaps,
    NobodyThere,
    NoSuchCandidate,
    NoSuchPerson,
    NotCandidate,
    NotEligible,
    NotFirstOfMonth,
    OwnCandidacy,
    UnknownUnit,
    WhyNeeded,
)
from flows.promotion.models import Screening
from personnel import looking
from web.api import paging
from web.api.caller import CyclesReader, HrWriter
from web.api.cycle_shapes import (
    Added,
    CandidateOut,
    CandidateRef,
    CycleOut,
    CycleRow,
    Excluded,
    ExclusionOut,
    NewCycle,
    Wish,
    WishOut,
)
from web.api.once import OnlyOnce
from web.api.paging import Cursor, Limit, Page
from web.api.problems import KeyReused, refusals
from web.deps import DbSession

router = APIRouter(prefix="/cycles", tags=["cycles"])


@router.get("", responses=refusals(NotAllowed))
def list_cycles(
    request: Request,
    response: Response,
    session: DbSession,
    caller: CyclesReader,
    state: ProcessState | None = None,
    search: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[CycleRow]:
    """Every cycle, newest first."""
    caller.must_oversee()
    after = paging.opened(cursor, paging.moment, UUID)
    rows = queries.processes(
        session,
        states=[state] if state else (),
        search=search,
        limit=limit + 1,
        after=after,  # pyright: ignore[reportArgumentType] - read by these very readers
    )
    return paging.page(request, response, rows, limit, CycleRow.of, lambda p: (p.created_at, p.id))


@router.post(
    "",
    status_code=201,
    responses=refusals(
        OnlyHr, NoSuchKind, BadParams, NotFirstOfMonth, UnknownUnit, NobodyThere, CycleOverlaps, KeyReused
    ),
)
def create(session: DbSession, caller: HrWriter, once: OnlyOnce, said: NewCycle) -> CycleRow:
    """Write a cycle down as a draft; ask for its launch afterwards."""
    params = {"effective_on": said.effective_on.isoformat(), "unit_codes": said.unit_codes}
    return once(
        lambda: CycleRow.of(service.create(session, caller.actor, said.kind, said.title, params)), 201
    )


@router.get("/{cycle_id}", responses=refusals(NotAllowed, NoSuchProcess))
def read_one(session: DbSession, caller: CyclesReader, cycle_id: UUID) -> CycleOut:
    """A cycle with its figures."""
    caller.must_oversee()
    found = promotions.cycle_view(session, cycle_id)
    pending = {intent.kind for intent in found.view.pending}
    askable = asking.askable(caller.actor, ProcessState(found.process.state), pending)
    return CycleOut.whole(found, sorted(askable))


@router.post(
    "/{cycle_id}/requests",
    status_code=202,
    responses=refusals(
        OnlyHr, OnlyOperators, NoSuchProcess, ReasonNeeded, NotNow, ProposedAlready, KeyReused
    ),
)
def ask(session: DbSession, caller: HrWriter, once: OnlyOnce, cycle_id: UUID, wish: Wish) -> WishOut:
    """Ask for something to happen to a cycle; the keeper carries it out, once. It takes two to cancel one."""
    return once(
        lambda: WishOut.of(cancelling.ask(session, caller.actor, cycle_id, wish.kind, wish.reason)), 202
    )


@router.get("/{cycle_id}/candidates", responses=refusals(NotAllowed, NoSuchProcess))
def list_candidates(
    request: Request,
    response: Response,
    session: DbSession,
    caller: CyclesReader,
    cycle_id: UUID,
    outcome: Screening | None = None,
    stage: Annotated[str, Query(max_length=60)] = "",
    state: CaseState | None = None,
    search: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[CandidateOut]:
    """The people whom a cycle looked at, by their numbers."""
    caller.must_oversee()
    after = paging.opened(cursor, paging.number)
    rows = promotions.candidates(
        session,
        queries.process(session, cycle_id).id,
        outcome=outcome,
        stage=stage or None,
        state=state,
        search=search,
        limit=limit + 1,
        after=after[0] if after else 0,  # pyright: ignore[reportArgumentType] - read by this very reader
    )
    shown = [row.candidate.employee_id for row in rows[:limit]]
    looking.looked_at_all(session, caller.actor, shown, "program")
    return paging.page(request, response, rows, limit, CandidateOut.of, lambda row: (row.candidate.number,))


@router.post(
    "/{cycle_id}/candidates",
    status_code=201,
    responses=refusals(
        CandidatesAreHrs,
        OwnCandidacy,
        WhyNeeded,
        NoSuchProcess,
        CycleClosed,
        NoSuchPerson,
        NotEligible,
        CandidateAlready,
        KeyReused,
    ),
)
def add_candidate(
    session: DbSession, caller: HrWriter, once: OnlyOnce, cycle_id: UUID, said: Added
) -> CandidateRef:
    """Put somebody into a cycle, if they meet its rules now."""
    return once(
        lambda: CandidateRef.of(
            candidates.add_candidate(session, caller.actor, cycle_id, said.nip, said.reason)
        ),
        201,
    )


@router.post(
    "/{cycle_id}/candidates/{employee_id}/exclusion",
    status_code=202,
    responses=refusals(
        CandidatesAreHrs,
        OwnCandidacy,
        WhyNeeded,
        NoSuchProcess,
        CycleClosed,
        NoSuchCandidate,
        NotCandidate,
        ConflictOfInterest,
        ProposedAlready,
        KeyReused,
    ),
)
def exclude_candidate(
    session: DbSession,
    caller: HrWriter,
    once: OnlyOnce,
    cycle_id: UUID,
    employee_id: UUID,
    said: Excluded,
) -> ExclusionOut:
    """Propose to take somebody out of a cycle; confirmed by another, the case ends and the person is told."""
    return once(
        lambda: ExclusionOut.of(
            candidates.exclude_candidate(session, caller.actor, cycle_id, employee_id, said.reason)
        ),
        202,
    )
