"""Tasks, cases and decisions as programs see them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from approvals.inbox import InboxRow
from approvals.models import Case, CaseState, Decision, DecisionKind, Task, TaskState
from approvals.stage import Stage
from approvals.titles import Titles
from approvals.views import StageView
from web.api.problems import Problem

AN_ID = "01a20ca0-3ecb-74ba-8f09-e7bcd64a9462"
A_MOMENT = "2026-11-24T07:30:00Z"


class Shape(BaseModel):
    """A value of the interface; its examples show what it looks like."""

    model_config = ConfigDict(frozen=True)


class Named(Shape):
    """A text in the office's languages."""

    id: str = Field(examples=["Atasan langsung"])
    en: str = Field(examples=["Direct superior"])

    @classmethod
    def of(cls, titles: Titles) -> "Named":
        return cls(id=titles.id, en=titles.en)


class TaskRow(Shape):
    """A task as an inbox lists it."""

    id: UUID = Field(examples=[AN_ID])
    case_id: UUID = Field(examples=[AN_ID])
    cycle_id: UUID = Field(examples=[AN_ID])
    reference: str = Field(examples=["KP-2026-12/0007"])
    title: str = Field(examples=["Kenaikan pangkat reguler III/a → III/b"])
    subject_id: UUID = Field(examples=[AN_ID])
    subject_name: str = Field(examples=["Ahmad Fauzi Nasution, S.E."])
    stage: str = Field(examples=["unit-head"])
    stage_title: Named
    signs: bool = Field(description="Whether approving it signs a decree.")
    state: TaskState
    assignee_id: UUID | None
    capacity: str | None = Field(examples=["plh"])
    version: int = Field(description="The version of the case: what If-Match says back.", examples=[1])
    opened_at: datetime = Field(examples=[A_MOMENT])
    due_at: datetime | None = Field(examples=[A_MOMENT])
    law_due_at: datetime | None
    overdue: bool
    escalated: bool

    @classmethod
    def of(cls, row: InboxRow) -> "TaskRow":
        return cls(
            id=row.task_id,
            case_id=row.case_id,
            cycle_id=row.process_id,
            reference=row.reference,
            title=row.title,
            subject_id=row.subject_id,
            subject_name=row.subject_name,
            stage=row.stage,
            stage_title=Named.of(row.stage_title),
            signs=row.signs,
            state=TaskState(row.state),
            assignee_id=row.assignee_id,
            capacity=row.capacity,
            version=row.version,
            opened_at=row.opened_at,
            due_at=row.due_at,
            law_due_at=row.statutory_due_at,
            overdue=row.overdue,
            escalated=row.escalated,
        )


class TaskPlace(Shape):
    """Where a task is."""

    id: UUID = Field(examples=[AN_ID])
    case_id: UUID = Field(examples=[AN_ID])
    stage: str = Field(examples=["unit-head"])
    state: TaskState
    round: int = Field(examples=[1])
    assignee_id: UUID | None
    opened_at: datetime = Field(examples=[A_MOMENT])
    due_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, task: Task) -> "TaskPlace":
        return cls(
            id=task.id,
            case_id=task.case_id,
            stage=task.stage,
            state=TaskState(task.state),
            round=task.round,
            assignee_id=task.assignee_id,
            opened_at=task.opened_at,
            due_at=task.due_at,
            ended_at=task.ended_at,
        )


class DecisionOut(Shape):
    """What was decided, by whom, by which right."""

    id: UUID = Field(examples=[AN_ID])
    task_id: UUID = Field(examples=[AN_ID])
    stage: str = Field(examples=["unit-head"])
    kind: DecisionKind
    decider_id: UUID = Field(examples=[AN_ID])
    decider_name: str = Field(examples=["Irwansyah Daulay"])
    acting_for_id: UUID | None
    capacity: str | None = Field(examples=["definitive"])
    order_number: str | None
    code: str | None = Field(examples=["document-missing"])
    comment: str
    case_version: int = Field(examples=[1])
    via: str = Field(examples=["api"])
    decided_at: datetime = Field(examples=[A_MOMENT])

    @classmethod
    def of(cls, made: Decision) -> "DecisionOut":
        return cls(
            id=made.id,
            task_id=made.task_id,
            stage=made.stage,
            kind=DecisionKind(made.kind),
            decider_id=made.decider_id,
            decider_name=made.decider_name,
            acting_for_id=made.acting_for_id,
            capacity=made.capacity,
            order_number=made.order_number,
            code=made.code,
            comment=made.comment,
            case_version=made.case_version,
            via=made.via,
            decided_at=made.decided_at,
        )


class CaseRow(Shape):
    """A case as lists show it."""

    id: UUID = Field(examples=[AN_ID])
    cycle_id: UUID = Field(examples=[AN_ID])
    reference: str = Field(examples=["KP-2026-12/0007"])
    title: str = Field(examples=["Kenaikan pangkat reguler III/a → III/b"])
    subject_id: UUID = Field(examples=[AN_ID])
    subject_name: str = Field(examples=["Ahmad Fauzi Nasution, S.E."])
    state: CaseState
    stage: str | None = Field(examples=["unit-head"])
    outcome: str | None
    version: int = Field(examples=[1])
    round: int = Field(examples=[1])
    opened_at: datetime = Field(examples=[A_MOMENT])
    settled_at: datetime | None
    law_due_at: datetime | None

    @classmethod
    def of(cls, case: Case) -> "CaseRow":
        return cls(**_case(case))


def _case(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "cycle_id": case.process_id,
        "reference": case.reference,
        "title": case.title,
        "subject_id": case.subject_id,
        "subject_name": case.subject_name,
        "state": CaseState(case.state),
        "stage": case.stage,
        "outcome": case.outcome,
        "version": case.version,
        "round": case.round,
        "opened_at": case.opened_at,
        "settled_at": case.settled_at,
        "law_due_at": case.statutory_due_at,
    }


class StageOut(Shape):
    """A stage of a case, what waits there and what was decided."""

    stage: str = Field(examples=["unit-head"])
    title: Named
    state: str = Field(examples=["current"])
    tasks: list[TaskPlace]
    decisions: list[DecisionOut]

    @classmethod
    def of(cls, view: StageView, *, deliberations: bool) -> "StageOut":
        """How each of a panel voted is not told to those whom the case is about."""
        told = view.decisions if deliberations or not view.stage.decide.is_panel else ()
        return cls(
            stage=view.stage.name,
            title=Named.of(view.stage.title),
            state=view.state,
            tasks=[TaskPlace.of(task) for task in view.tasks],
            decisions=[DecisionOut.of(made) for made in told],
        )


class CaseOut(CaseRow):
    """A case with the facts it stands on, and its stages."""

    data: dict[str, Any] = Field(description="The facts it was opened on, as corrected since.")
    stages: list[StageOut]

    @classmethod
    def with_stages(cls, case: Case, stages: Collection[StageOut]) -> "CaseOut":
        return cls(**_case(case), data=case.data, stages=list(stages))


class TaskOut(TaskPlace):
    """A task with what is needed to decide it."""

    case: CaseRow
    title: Named
    signs: bool
    checklist: dict[str, Named] = Field(description="What must be ticked to approve, by code.")
    return_reasons: dict[str, Named]
    reject_reasons: dict[str, Named]
    may_decide: bool
    refusal: Problem | None = Field(description="Why the caller may not decide it now.")

    @classmethod
    def whole(cls, task: Task, case: Case, stage: Stage, **more: Any) -> "TaskOut":
        return cls(
            **TaskPlace.of(task).model_dump(),
            case=CaseRow.of(case),
            title=Named.of(stage.title),
            signs=stage.sign is not None,
            checklist=named(stage.checklist),
            **more,
        )


def named(titles: Any) -> dict[str, Named]:
    """Coded reasons or list items with their names."""
    return {code: Named.of(title) for code, title in titles.items()}
