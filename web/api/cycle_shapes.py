"""Cycles and their candidates as programs see them."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from approvals.models import CaseState
from approvals.models_proposals import Proposal
from flows.process.models import Intent, IntentKind, Process, ProcessState
from flows.promotion.models import Candidate, Screening
from flows.promotion.queries import CandidateRow, CycleView
from web.api.shapes import A_MOMENT, AN_ID, Named, Shape

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

    @classmethod
    def whole(cls, found: CycleView, may_ask: list[IntentKind]) -> "CycleOut":
        return cls(
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
            may_ask=may_ask,
        )


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
    """Something asked of a cycle; the keeper carries it out, once a second one agreed where it takes two."""

    id: UUID = Field(examples=[AN_ID])
    kind: IntentKind
    state: str = Field(examples=["pending"], description="`waiting`: another of HR must confirm it first.")
    asked_at: datetime = Field(examples=[A_MOMENT])

    @classmethod
    def of(cls, asked: Intent | Proposal) -> "WishOut":
        if isinstance(asked, Proposal):
            return cls(id=asked.id, kind=IntentKind.CANCEL, state=asked.state, asked_at=asked.made_at)
        intent = asked
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


class ExclusionOut(Shape):
    """That somebody shall leave a cycle: they do when another of HR, or an administrator, confirms it."""

    id: UUID = Field(examples=[AN_ID])
    case_id: UUID | None
    state: str = Field(examples=["waiting"])
    made_at: datetime = Field(examples=[A_MOMENT])

    @classmethod
    def of(cls, proposal: Proposal) -> "ExclusionOut":
        return cls(**{name: getattr(proposal, name) for name in cls.model_fields})


class CandidateRef(Shape):
    """A person who was put into a cycle."""

    employee_id: UUID = Field(examples=[AN_ID])
    number: int = Field(examples=[7])
    name: str = Field(examples=["Ahmad Fauzi Nasution"])
    outcome: Screening
    case_id: UUID | None

    @classmethod
    def of(cls, c: Candidate) -> "CandidateRef":
        return cls(**{name: getattr(c, name) for name in cls.model_fields})
