"""Deciding: the one verb by which a task is approved, rejected or returned, whatever way people come in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from approvals.candidacy import ByRole
from approvals.directory import Directory
from approvals.dossier import Dossier, read_task
from approvals.drafts import must_be_workable
from approvals.entitlement import Right, Warrant, right
from approvals.errors import (
    AlreadyDecided,
    CaseChanged,
    ChecklistIncomplete,
    CommentNeeded,
    ReasonNeeded,
    RequestReused,
    UnknownDecision,
    VotedAlready,
)
from approvals.instruments import warrants
from approvals.meetings import follow, must_convene
from approvals.models import Decision, DecisionKind, Task, TaskState
from approvals.panels import CONVENER
from approvals.pulling import refill
from approvals.vacancies import must_not_have_emptied
from approvals.working_copy import WorkingCopy
from core import clock
from core.actor import Actor
from core.database import constraint_of
from core.directory import Deciding
from core.events import Event, record
from core.ids import new_id

KINDS = frozenset({DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RETURN, DecisionKind.RECUSE})
"""What can be decided everywhere; in a panel one may also abstain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody says of a task, having seen a version of its case.

    `request_key` is made with the form: sending the same form twice decides once.
    """

    kind: DecisionKind | str
    seen_version: int
    request_key: str
    code: str | None = None
    comment: str = ""
    checklist: Collection[str] = ()


def decide(
    session: Session, actor: Actor, task_id: UUID, verdict: Verdict, *, directory: Directory
) -> Decision:
    """Decide a task and move its case on, in one transaction; the same request again gives the same answer.

    Raises NoSuchTask, AlreadyDecided (by whom, when), TaskEnded, CaseSealed, CaseSettled, CaseChanged,
    NotYours, AlreadyClaimed, PostVacant, ConflictOfInterest; and what the verdict lacks: UnknownDecision,
    ReasonNeeded, CommentNeeded, ChecklistIncomplete.
    """
    copy = WorkingCopy.take(session, task_id)
    dossier, task = copy.dossier, copy.task
    if earlier := dossier.decision_on(task):
        return _same_or_raise(earlier, actor, verdict)
    now = clock.now(session)
    _must_be_open(dossier, task)
    if asks := _asks(dossier, task, actor):
        directory.expect(asks, now)
    by = _right(session, dossier, task, actor, directory=directory, now=now)
    must_be_complete(dossier, task, verdict)
    decision = _decision(task, actor, verdict, by, now, known=set(dossier.stage_of(task).checklist))
    events = [*_claim(task, actor, by, now), _decided(task, decision)]
    task.state, task.ended_at, task.alarm_at, task.draft = TaskState.DECIDED, now, None, None
    events += follow(session, dossier, task, decision, directory=directory, now=now)
    _write(session, actor, copy, decision, events)
    if drawn := refill(session, actor, task, dossier.stage_of(task), now):
        session.flush()
        record(session, actor, drawn)
    return decision


def may_decide(session: Session, actor: Actor, task_id: UUID, *, directory: Directory) -> None:
    """Whether somebody may decide a task now; raises the error that says why not, as decide() would."""
    dossier, task = read_task(session, task_id)
    _must_be_open(dossier, task)
    _right(session, dossier, task, actor, directory=directory, now=clock.now(session))


def must_be_complete(dossier: Dossier, task: Task, verdict: Verdict) -> None:
    """Raises what a verdict lacks: a known kind, a reason of the stage, a text, a full list, fresh eyes."""
    stage = dossier.stage_of(task)
    if verdict.kind not in KINDS and not (verdict.kind == DecisionKind.ABSTAIN and stage.decide.is_panel):
        raise UnknownDecision(kind=verdict.kind)
    if verdict.seen_version != dossier.case.version:
        raise CaseChanged(seen=verdict.seen_version, version=dossier.case.version)
    if verdict.kind == DecisionKind.APPROVE:
        if missing := [t.id for code, t in stage.checklist.items() if code not in verdict.checklist]:
            raise ChecklistIncomplete(missing=", ".join(missing))
        return
    if verdict.kind == DecisionKind.ABSTAIN:
        return
    if verdict.kind != DecisionKind.RECUSE and verdict.code not in dossier.definition.reasons_for(
        verdict.kind, stage.name
    ):
        raise ReasonNeeded(code=verdict.code)
    if not verdict.comment.strip():
        raise CommentNeeded


def _same_or_raise(earlier: Decision, actor: Actor, verdict: Verdict) -> Decision:
    if earlier.request_key == verdict.request_key and earlier.decider_id == actor.person_id:
        return earlier
    raise AlreadyDecided(by=earlier.decider_name, at=earlier.decided_at)


def _must_be_open(dossier: Dossier, task: Task) -> None:
    must_be_workable(dossier, task)
    if task.part == CONVENER:
        raise must_convene(dossier)


def _right(
    session: Session, dossier: Dossier, task: Task, actor: Actor, *, directory: Directory, now: datetime
) -> Right:
    stage = dossier.stage_of(task)
    post = directory.post(task.position_id, now) if task.position_id else None
    if dossier.has_voted(task, actor):
        raise VotedAlready
    dossier.interests.must_have_answered(actor.person_id)
    must_not_have_emptied(session, task, actor)

    def received() -> Sequence[Warrant]:
        return warrants(session, actor, now, directory=directory)

    by = right(task, stage, actor, dossier.interests.barred_from(stage), post, warrants=received)
    dossier.interests.must_have_answered(by.acting_for)
    return by


def _asks(dossier: Dossier, task: Task, actor: Actor) -> Deciding | None:
    """What the commonest of decisions will ask: a post's, after which a role goes on."""
    following = dossier.definition.following(task.stage)
    after = following[0].candidates if following else None
    if task.position_id and actor.person_id and isinstance(after, ByRole) and not after.where:
        return Deciding(actor.person_id, task.position_id, dossier.case.unit_id, after.role)
    return None


def _claim(task: Task, actor: Actor, by: Right, now: datetime) -> list[Event]:
    if not by.claims:
        return []
    task.assignee_id, task.claimed_at = actor.person_id, now
    return [_event("task.claimed", task, by=actor.person_id)]


def _decision(
    task: Task, actor: Actor, verdict: Verdict, by: Right, now: datetime, *, known: set[str]
) -> Decision:
    if actor.person_id is None:
        raise ValueError("only people decide")
    return Decision(
        id=new_id(),
        task_id=task.id,
        case_id=task.case_id,
        stage=task.stage,
        kind=str(verdict.kind),
        decider_id=actor.person_id,
        decider_name=actor.name,
        acting_for_id=by.acting_for,
        capacity=by.capacity,
        order_number=by.order_number,
        code=verdict.code if verdict.kind in (DecisionKind.REJECT, DecisionKind.RETURN) else None,
        comment=verdict.comment.strip(),
        checklist=sorted(known & set(verdict.checklist)),
        case_version=verdict.seen_version,
        request_key=verdict.request_key,
        via=actor.via,
        decided_at=now,
        round=task.round,
        part=task.part,
    )


def _write(
    session: Session, actor: Actor, copy: WorkingCopy, decision: Decision, events: Sequence[Event]
) -> None:
    held = {copy.dossier.case.id: copy.head}
    try:
        record(session, actor, events, along=copy.changed(decision), held=held)
    except IntegrityError as exc:
        if constraint_of(exc) == "uq_decision_request_key":
            raise RequestReused from exc
        raise


def _decided(task: Task, decision: Decision) -> Event:
    return _event(
        "task.decided",
        task,
        {"comment": decision.comment, "by_name": decision.decider_name},
        stage=task.stage,
        decision=decision.id,
        kind=decision.kind,
        by=decision.decider_id,
        acting_for=decision.acting_for_id,
        capacity=decision.capacity,
        order_number=decision.order_number,
        code=decision.code,
        version=decision.case_version,
        via=decision.via,
        part=decision.part,
    )


def _event(name: str, task: Task, personal: dict[str, Any] | None = None, **facts: Any) -> Event:
    return Event(name, task.case_id, "case", {"task": task.id, "case": task.case_id, **facts}, personal)
