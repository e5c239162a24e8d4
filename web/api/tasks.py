"""The inbox and its tasks: read, taken, given back, decided."""

from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from approvals import chains, decisions, declining, inbox, pulling, tasks
from approvals.decisions import Verdict
from approvals.dossier import read_task
from approvals.errors import (
    AlreadyClaimed,
    AlreadyDecided,
    CaseChanged,
    CaseSealed,
    CaseSettled,
    ChecklistIncomplete,
    CommentNeeded,
    ConflictOfInterest,
    HandsFull,
    NoSuchTask,
    NotAsked,
    NotClaimable,
    NothingHeldBack,
    NotPossibleNow,
    NotYours,
    PostVacant,
    ReasonNeeded,
    TaskEnded,
    UnknownDecision,
)
from approvals.inbox import InboxFilter
from approvals.models import DecisionKind
from approvals.narrowing import Place
from web import veil
from web.api import paging
from web.api.caller import Caller, TasksDecider, TasksReader
from web.api.once import IdempotencyKey, OnlyOnce
from web.api.paging import Cursor, Limit, Page
from web.api.problems import KeyNeeded, KeyReused, VersionNeeded, problem, refusals
from web.api.seen import IfMatch, seen, tag
from web.api.shapes import DecisionOut, Shape, TaskOut, TaskPlace, TaskRow, named
from web.deps import DbSession, People

router = APIRouter(tags=["tasks"])

Text = Annotated[str, Field(max_length=4000)]


class Counts(Shape):
    """How much waits: mine and offered are all there is, the others are among them."""

    mine: int = Field(examples=[12])
    offered: int = Field(examples=[3])
    overdue: int = Field(examples=[1])
    due_today: int = Field(examples=[2])


class Verdicted(BaseModel):
    """A decision on a task."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"kind": "approve", "checklist": ["sk-cpns", "sk-pns"]},
                {"kind": "return", "code": "document-missing", "comment": "Ijazah belum dilampirkan."},
            ]
        },
    )

    kind: DecisionKind
    code: str | None = Field(default=None, max_length=100, description="The reason of a return or rejection.")
    comment: Text = ""
    checklist: list[Annotated[str, Field(max_length=100)]] = Field(default=[], max_length=200)


class Declined(BaseModel):
    """Why a task is declined."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"comment": "Sedang cuti."}]})

    comment: Text = ""


@router.get("/inbox")
def list_inbox(
    request: Request,
    response: Response,
    session: DbSession,
    people: People,
    caller: TasksReader,
    filter: InboxFilter = InboxFilter.ALL,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[TaskRow]:
    """What waits for the caller, the most urgent first; what they may not decide is not in it."""
    after = paging.opened(cursor, paging.moment, UUID)
    rows = inbox.inbox(
        session,
        caller.actor,
        directory=people,
        filter=filter,
        limit=limit + 1,
        # read by these very readers
        behind=Place(*after) if after else None,  # pyright: ignore[reportArgumentType]
    )
    return paging.page(request, response, rows, limit, TaskRow.of, lambda row: (row.due_at, row.task_id))


@router.get("/inbox/counts")
def count_inbox(session: DbSession, people: People, caller: TasksReader) -> Counts:
    """How much waits for the caller, counted exactly."""
    found = inbox.counts(session, caller.actor, directory=people)
    return Counts(mine=found.mine, offered=found.offered, overdue=found.overdue, due_today=found.due_today)


@router.post("/inbox/next", responses=refusals(NothingHeldBack, HandsFull, NotYours, KeyReused))
def take_next(session: DbSession, caller: TasksDecider, once: OnlyOnce) -> TaskPlace:
    """Take the oldest task that is held back for free hands."""
    return once(lambda: TaskPlace.of(pulling.take_next(session, caller.actor)))


@router.get("/tasks/{task_id}", responses=refusals(NoSuchTask))
def read_one(
    response: Response, session: DbSession, people: People, caller: TasksReader, task_id: UUID
) -> TaskOut:
    """A task with what is needed to decide it; its ETag is the version of the case that a decision names."""
    _, task = read_task(session, task_id)
    case = veil.case_of(session, caller.actor, task, people)
    stage = chains.stage_of(session, case.chain_version_id, task.stage)
    definition = chains.definition_by_id(session, case.chain_version_id)
    refusal = veil.refusal(session, caller.actor, task_id, people)
    tag(response, case.version)
    return TaskOut.whole(
        task,
        case,
        stage,
        return_reasons=named(definition.reasons_for("return", stage.name)),
        reject_reasons=named(definition.reasons_for("reject", stage.name)),
        may_decide=refusal is None,
        refusal=problem(refusal, caller.language) if refusal else None,
    )


@router.post(
    "/tasks/{task_id}/decision",
    responses=refusals(
        NoSuchTask,
        AlreadyDecided,
        TaskEnded,
        CaseSealed,
        CaseSettled,
        CaseChanged,
        NotPossibleNow,
        NotYours,
        AlreadyClaimed,
        PostVacant,
        ConflictOfInterest,
        UnknownDecision,
        ReasonNeeded,
        CommentNeeded,
        ChecklistIncomplete,
        KeyNeeded,
        KeyReused,
        VersionNeeded,
    ),
)
def decide(
    session: DbSession,
    people: People,
    caller: TasksDecider,
    task_id: UUID,
    verdict: Verdicted,
    if_match: IfMatch = "",
    idempotency_key: IdempotencyKey = "",
) -> DecisionOut:
    """Decide a task, having seen the version of its case that If-Match names; the same key decides once."""
    said = Verdict(
        kind=verdict.kind,
        seen_version=seen(if_match),
        request_key=_request_key(caller, idempotency_key),
        code=verdict.code,
        comment=verdict.comment,
        checklist=verdict.checklist,
    )
    with veil.of_task(session, caller.actor, task_id, people):
        made = decisions.decide(session, caller.actor, task_id, said, directory=people)
    if made.kind != verdict.kind:
        raise KeyReused
    return DecisionOut.of(made)


@router.post(
    "/tasks/{task_id}/claim",
    responses=refusals(
        NoSuchTask, AlreadyDecided, TaskEnded, AlreadyClaimed, NotYours, NotClaimable, ConflictOfInterest
    ),
)
def claim(
    session: DbSession, people: People, caller: TasksDecider, once: OnlyOnce, task_id: UUID
) -> TaskPlace:
    """Take an offered task."""

    def act() -> TaskPlace:
        with veil.of_task(session, caller.actor, task_id, people):
            return TaskPlace.of(tasks.claim(session, caller.actor, task_id))

    return once(act)


@router.post(
    "/tasks/{task_id}/release",
    responses=refusals(NoSuchTask, AlreadyDecided, TaskEnded, NotYours, NotClaimable),
)
def release(
    session: DbSession, people: People, caller: TasksDecider, once: OnlyOnce, task_id: UUID
) -> TaskPlace:
    """Give a taken task back to its queue."""

    def act() -> TaskPlace:
        with veil.of_task(session, caller.actor, task_id, people):
            return TaskPlace.of(tasks.release(session, caller.actor, task_id))

    return once(act)


@router.post("/tasks/{task_id}/refusal", responses=refusals(NoSuchTask, AlreadyDecided, TaskEnded, NotAsked))
def decline(
    session: DbSession,
    people: People,
    caller: TasksDecider,
    once: OnlyOnce,
    task_id: UUID,
    said: Declined,
) -> TaskPlace:
    """Say no to a task that one was asked for; a colleague is asked then."""

    def act() -> TaskPlace:
        with veil.of_task(session, caller.actor, task_id, people):
            task = declining.decline(session, caller.actor, task_id, comment=said.comment, directory=people)
            return TaskPlace.of(task)

    return once(act)


def _request_key(caller: Caller, key: str) -> str:
    """One person's key is nobody else's. Raises KeyNeeded, and NotAllowed for a system, which decides
    nothing."""
    person_id = caller.person_id
    if not key or not key.isprintable():
        raise KeyNeeded
    return f"api:{uuid5(person_id, key)}"
