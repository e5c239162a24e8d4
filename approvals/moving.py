"""Carrying out what the machine says of one locked case: the row, its tasks, its events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import expiry, standstill, statutory
from approvals.announcing import Coming, announce, announced_after, forget
from approvals.deadlines import time_left
from approvals.directory import Directory
from approvals.dossier import Dossier
from approvals.errors import NotPossibleNow
from approvals.interests import Decided
from approvals.machine import (
    CaseStatus,
    Effect,
    Ended,
    Entered,
    Forbidden,
    Lapsed,
    Move,
    Passed,
    Resumed,
    Returned,
    Revived,
    Settled,
    Skipped,
    Suspended,
    advance,
)
from approvals.models import Case, CaseState, Task, TaskState
from approvals.opening import Opening, open_stages
from approvals.stage import Stage
from core.events import Event
from core.worktime import WorkCalendar


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a case moves: what its events and its tasks say."""

    move: Move
    code: str | None = None
    comment: str = ""
    by: tuple[Decided, ...] = ()
    """The decision that moves it, which is not among the dossier's yet."""
    corrects: bool = False
    to: str | None = None
    """The stage to which it is sent back."""
    until: datetime | None = None
    """When a suspension ends by itself."""


def move(
    session: Session, dossier: Dossier, cause: Cause, *, directory: Directory | None, now: datetime
) -> list[Event]:
    """Move a locked case and return what happened, for the caller to record. Raises NotPossibleNow.

    A directory is needed wherever a stage may begin.
    """
    case = dossier.case
    try:
        after, effects = advance(
            dossier.definition, dossier.status, cause.move, case.data, corrects=cause.corrects, to=cause.to
        )
    except Forbidden as exc:
        raise NotPossibleNow(state=case.state) from exc
    return carry_out(session, dossier, cause, after, effects, directory=directory, now=now)


def carry_out(
    session: Session,
    dossier: Dossier,
    cause: Cause,
    after: CaseStatus,
    effects: Iterable[Effect],
    *,
    directory: Directory | None,
    now: datetime,
) -> list[Event]:
    """Bring a locked case to where it stands after a move, and return what happened."""
    case, carrier = dossier.case, _Carrier(session, dossier, cause, directory, now)
    # The case is half moved until the last effect: nothing of it may be written in between.
    with session.no_autoflush:
        case.state, case.stage, case.round, case.version = (
            after.state,
            after.stage,
            after.round,
            after.version,
        )
        return [event for effect in effects for event in carrier.carry_out(effect)]


def settle(case: Case, state: CaseState, cause: Cause, now: datetime) -> Event:
    """End a case: its row, and what its stream says."""
    case.state, case.stage, case.settled_at = state, None, now
    case.outcome = cause.code or state
    case.returned_at = case.returned_to = case.alarm_at = None
    case.suspended_from = case.suspended_at = case.suspension = case.resumes_at = None
    facts = {"process": case.process_id, "subject": case.subject_id, "outcome": case.outcome}
    return about(case, f"case.{state}", cause.comment, **facts)


def cancel_task(task: Task, cause: str, now: datetime) -> Event:
    """End a task without a decision, because its case moved on."""
    task.state, task.ended_at, task.alarm_at, task.draft = TaskState.CANCELLED, now, None, None
    facts = {"task": task.id, "case": task.case_id, "cause": cause}
    return Event("task.cancelled", task.case_id, "case", facts)


def _end(task: Task, move: Move, now: datetime) -> Event:
    if move is not Move.SKIP:
        return cancel_task(task, move, now)
    task.state, task.ended_at, task.alarm_at, task.draft = TaskState.SKIPPED, now, None, None
    facts = {"task": task.id, "case": task.case_id, "stage": task.stage}
    return Event("task.skipped", task.case_id, "case", facts)


def about(case: Case, name: str, comment: str = "", **facts: Any) -> Event:
    """An event of a case; what people wrote is personal."""
    personal = {"comment": comment} if comment else None
    return Event(name, case.id, "case", {"case": case.id, **facts}, personal)


@dataclass(frozen=True, slots=True)
class _Carrier:
    session: Session
    dossier: Dossier
    cause: Cause
    directory: Directory | None
    now: datetime

    def carry_out(self, effect: Effect) -> Iterator[Event]:
        case = self.dossier.case
        match effect:
            case Ended():
                # the stage's tasks end with it: no ghost waits in anybody's inbox
                for task in self.dossier.tasks:
                    if task.ended_at is None:
                        yield _end(task, self.cause.move, self.now)
            case Skipped(stage):
                yield about(case, "case.stage_skipped", stage=stage.name)
            case Passed(stage):
                yield about(case, "case.stage_passed", stage=stage.name, rule=stage.pass_when)
            case Entered(stage, left):
                if left is not None:
                    yield about(case, "case.advanced", from_stage=left, to_stage=stage.name)
                yield from self._enter(stage)
            case Returned(stage):
                yield self._return(stage)
            case Settled(state):
                yield settle(case, state, self.cause, self.now)
            case Lapsed() | Revived() | Suspended() | Resumed():
                yield from self._stand_or_go_on(effect)

    def _stand_or_go_on(self, effect: Lapsed | Revived | Suspended | Resumed) -> Iterator[Event]:
        case, cause, stage, tasks = self.dossier.case, self.cause, effect.at, self.dossier.tasks
        match effect:
            case Lapsed():
                yield about(case, "case.lapsed", stage=stage.name)
                yield from expiry.stop(case, tasks, self.now)
            case Revived():
                yield about(case, "case.revived", cause.comment, stage=stage.name)
                yield from expiry.go_on(case, tasks, stage, self._calendar, self.now)
            case Suspended(before=before):
                case.suspended_from, case.suspended_at = before, self.now
                case.suspension, case.resumes_at = cause.code, cause.until
                facts = {"code": cause.code, "resumes_at": cause.until, **self._law_stands_still()}
                yield about(case, "case.suspended", cause.comment, **facts)
                yield from standstill.stop(tasks, stage, self._calendar, self.now)
            case Resumed():
                facts = self._law_goes_on()
                yield about(case, "case.resumed", cause.comment, state=case.state, **facts)
                yield from standstill.go_on(case, tasks, stage, self._calendar, self.now)

    def _law_stands_still(self) -> dict[str, Any]:
        """The law's clock runs on through a suspension, unless the chain says that the law stops it."""
        law = self.dossier.definition.statutory
        if law is None or not law.pauses_suspended:
            return {}
        statutory.stop(self.dossier.case, law, self._calendar, self.now)
        return {"statutory_due_at": self.dossier.case.statutory_due_at}

    def _law_goes_on(self) -> dict[str, Any]:
        law, case = self.dossier.definition.statutory, self.dossier.case
        if law is None or not law.pauses_suspended or (case.state == CaseState.RETURNED and law.pauses):
            return {}
        statutory.go_on(case, law, self._calendar, self.now)
        return {"statutory_due_at": case.statutory_due_at}

    @property
    def _directory(self) -> Directory:
        if self.directory is None:
            raise ValueError(f"{self.cause.move} needs a directory here")
        return self.directory

    @property
    def _calendar(self) -> WorkCalendar:
        unit_id = self.dossier.case.unit_id
        return self._directory.calendars([unit_id])[unit_id]

    def _enter(self, stage: Stage) -> list[Event]:
        case, law = self.dossier.case, self.dossier.definition.statutory
        case.returned_at = case.returned_to = case.outcome = None
        if law and self.cause.move is Move.RESUBMIT:
            statutory.go_on(case, law, self._calendar, self.now)
        barred = frozenset(self.dossier.interests.and_decided(self.cause.by).barred_from(stage))
        familiar = self.dossier.last_decider(stage.name)
        opening = Opening(
            case.id,
            case.unit_id,
            case.round,
            stage,
            barred,
            familiar,
            chain=self.dossier.definition.chain,
            about=self.dossier.about_with(self.cause.by),
            left=self._left(stage),
        )
        along = self.dossier.changes
        begun = open_stages(self.session, [opening], directory=self._directory, now=self.now, along=along)
        # what was decided ahead counts as soon as this is recorded: see approvals.ahead
        due = [about(case, "case.ahead_due", stage=stage.name)] if stage.name in case.decided_ahead else []
        return [*begun[case.id], *self._announce(stage), *due]

    def _announce(self, here: Stage) -> list[Event]:
        """What was announced has come; what comes next may be announced in its turn."""
        case = self.dossier.case
        if here.distribute == "early":
            forget(self.session, [case.id])
        stage = announced_after(self.dossier.definition, here.name, case.data)
        if stage is None:
            return []
        barred = frozenset(self.dossier.interests.and_decided(self.cause.by).barred_from(stage))
        about_it = self.dossier.about_with(self.cause.by)
        coming = Coming(case.id, case.unit_id, case.round, here.name, stage, barred, about_it)
        return announce(self.session, [coming], directory=self._directory, now=self.now)[case.id]

    def _left(self, stage: Stage) -> int | None:
        """What the return left of the term of the stage to which the case comes back."""
        if self.cause.move is not Move.RESUBMIT or stage.due is None or stage.after_return == "restart":
            return None
        case = self.dossier.case
        before = (Task.case_id == case.id, Task.stage == stage.name, Task.round == case.round - 1)
        last = self.session.scalar(select(Task).where(*before).order_by(Task.ended_at.desc()).limit(1))
        return time_left(self._calendar, stage, last)

    def _return(self, stage: Stage) -> Event:
        case = self.dossier.case
        people: dict[str, UUID | None] = {"subject": case.subject_id, "requester": case.requester_id}
        case.returned_to = next((p for party in stage.return_to if (p := people[party])), case.subject_id)
        case.returned_at, case.outcome = self.now, self.cause.code
        facts: dict[str, Any] = {"stage": stage.name, "to": case.returned_to, "code": case.outcome}
        law = self.dossier.definition.statutory
        if law and law.pauses:
            statutory.stop(case, law, self._calendar, self.now)
            facts["statutory_due_at"] = case.statutory_due_at
        return about(case, "case.returned", self.cause.comment, **facts)
