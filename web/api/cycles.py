"""Cycles, for HR and those who oversee: their figures, their candidates, and what is asked of them."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from approvals.models import CaseState
from core.errors import NotAllowed
from flows.process import asking, queries, service
from flows.process.errors import (
    BadParams,
    NoSuchKind,
    NoSuchProcess,
    NotNow,
    OnlyHr,
    OnlyOperators,
    ReasonNeeded,
)
from flows.process.models import Intent, IntentKind, Process, ProcessState
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
from flows.promotion.models import Candidate, Screening
from flows.promotion.queries import CandidateRow
from web.api import paging
from web.api.caller import CyclesReader, HrWriter
from web.api.once import OnlyOnce
from web.api.paging import Cursor, Limit, Page
from web.api.problems import KeyReused, refusals
from web.api.shapes import A_MOMENT, AN_ID, Named, Shape
from web.deps import DbSession

router = APIRouter(prefix="/cycles", tags=["cycles"])
Reason = Annotated[str, Field(max_length=2000)]


class CycleRow(Shape):
    """A cycle as lists show it."""

    id: UUID = Field(examples=[AN_ID])
    kind: str = Field(examples=["promotion"])
    title: str = Field(examples=["Kenaikan pangkat Januari 2027"])
    reference: str = Field(examples=["KP-2027-01"])
    state: ProcessState
    start_at: datetime = Field(examples=[A_MOMENT])
    created_at: datetime = Field(examples=[A_MOMENT])
    created_by_name: str = Field(examples=["Rosmawati Siregar"])
    launched_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, process: Process) -> "CycleRow":
        return cls(**_cycle(process))


def _cycle(process: Process) -> dict[str, Any]:
    return {name: getattr(process, name) for name in CycleRow.model_fields}


class FunnelOut(Shape):
    """A stage and how many cases are there, are back for repair from there, are late there, went through."""

    stage: str = Field(examples=["unit-head"])
    title: Named
    open: int = Field(examples=[40])
    returned: int = Field(examples=[2])
    overdue: int = Field(examples=[3])
    passed: int = Field(examples=[112])


class GateOut(Shape):
    """A point where the cycle waits for people or for a day."""

    name: str = Field(examples=["approvals"])
    waiting_since: datetime = Field(examples=[A_MOMENT])
    passed_at: datetime | None


class CycleOut(CycleRow):
    """A cycle with its figures."""

    params: dict[str, Any]
    outcomes: dict[str, int] = Field(examples=[{"meets": 120, "fails": 30}])
    cases: dict[str, int] = Field(examples=[{"open": 100, "approved": 20}])
    funnel: list[FunnelOut]
    gates: list[GateOut]
    decrees: int = Field(examples=[20])
    may_ask: list[IntentKind] = Field(description="What the caller may ask of it now.")


class FindingOut(Shape):
    """What a rule found about a candidate."""

    rule: str
    title: dict[str, str]
    met: str = Field(examples=["yes"])


class CandidateOut(Shape):
    """A person whom the cycle looked at."""

    number: int = Field(examples=[7])
    employee_id: UUID = Field(examples=[AN_ID])
    nip: str = Field(examples=["198001012005011001"])
    name: str = Field(examples=["Ahmad Fauzi Nasution"])
    unit: str = Field(examples=["Bidang Mutasi dan Promosi"])
    rank_from: str | None = Field(examples=["III/a"])
    rank_to: str | None = Field(examples=["III/b"])
    outcome: Screening
    findings: list[FindingOut]
    case_id: UUID | None
    reference: str | None
    case_state: CaseState | None
    stage: str | None
    decree_number: str | None

    @classmethod
    def of(cls, row: CandidateRow) -> "CandidateOut":
        c, case = row.candidate, row.case
        return cls(
            **_person(c),
            findings=[
                FindingOut(rule=str(f["rule"]), title=dict(f["title"]), met=str(f["met"]))
                for f in row.findings
            ],
            case_id=c.case_id,
            reference=case.reference if case else None,
            case_state=CaseState(case.state) if case else None,
            stage=case.stage if case else None,
            decree_number=row.decree_number,
        )


def _person(c: Candidate) -> dict[str, Any]:
    names = ("number", "employee_id", "nip", "name", "rank_from", "rank_to", "outcome")
    return {name: getattr(c, name) for name in names} | {"unit": c.unit_name}


class NewCycle(BaseModel):
    """A cycle to be written down as a draft; nothing runs before it is launched."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"title": "Kenaikan pangkat Januari 2027", "effective_on": "2027-01-01", "unit_codes": []}
            ]
        },
    )

    kind: str = Field(default="promotion", max_length=60)
    title: str = Field(max_length=200)
    effective_on: date
    unit_codes: list[Annotated[str, Field(max_length=60)]] = Field(default=[], max_length=500)


class Wish(BaseModel):
    """What is asked of a cycle."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"kind": "launch"}, {"kind": "pause", "reason": "Data sedang diperbaiki."}]
        },
    )

    kind: IntentKind
    reason: Reason = ""


class WishOut(Shape):
    """Something asked of a cycle; the keeper carries it out."""

    id: UUID = Field(examples=[AN_ID])
    kind: IntentKind
    state: str = Field(examples=["pending"])
    asked_at: datetime = Field(examples=[A_MOMENT])

    @classmethod
    def of(cls, intent: Intent) -> "WishOut":
        return cls(id=intent.id, kind=IntentKind(intent.kind), state=intent.state, asked_at=intent.asked_at)


class Added(BaseModel):
    """Somebody to be put into a cycle."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"nip": "198001012005011001", "reason": "SK terlambat masuk."}]},
    )

    nip: str = Field(max_length=30)
    reason: Reason


class Excluded(BaseModel):
    """Why somebody is taken out."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Pindah instansi."}]}
    )

    reason: Reason


class CandidateRef(Shape):
    """A person who was put into a cycle or taken out."""

    employee_id: UUID = Field(examples=[AN_ID])
    number: int = Field(examples=[7])
    name: str = Field(examples=["Ahmad Fauzi Nasution"])
    outcome: Screening
    case_id: UUID | None

    @classmethod
    def of(cls, c: Candidate) -> "CandidateRef":
        return cls(**{name: getattr(c, name) for name in cls.model_fields})


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
    return CycleOut(
        **_cycle(found.process),
        params=found.process.params,
        outcomes=dict(found.outcomes),
        cases=dict(found.funnel.states),
        funnel=[
            FunnelOut(
                stage=s.stage,
                title=Named.of(s.title),
                open=s.open,
                returned=s.returned,
                overdue=s.overdue,
                passed=s.passed,
            )
            for s in found.funnel.stages
        ],
        gates=[
            GateOut(name=g.name, waiting_since=g.waiting_since, passed_at=g.passed_at)
            for g in found.view.gates
        ],
        decrees=found.decrees,
        may_ask=sorted(askable),
    )


@router.post(
    "/{cycle_id}/requests",
    status_code=202,
    responses=refusals(OnlyHr, OnlyOperators, NoSuchProcess, ReasonNeeded, NotNow, KeyReused),
)
def ask(session: DbSession, caller: HrWriter, once: OnlyOnce, cycle_id: UUID, wish: Wish) -> WishOut:
    """Ask for something to happen to a cycle; the keeper carries it out, once."""
    return once(lambda: WishOut.of(service.ask(session, caller.actor, cycle_id, wish.kind, wish.reason)), 202)


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
    responses=refusals(
        CandidatesAreHrs,
        OwnCandidacy,
        WhyNeeded,
        NoSuchProcess,
        CycleClosed,
        NoSuchCandidate,
        NotCandidate,
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
) -> CandidateRef:
    """Take somebody out of a cycle; the case ends, and the person is told why."""
    return once(
        lambda: CandidateRef.of(
            candidates.exclude_candidate(session, caller.actor, cycle_id, employee_id, said.reason)
        )
    )
