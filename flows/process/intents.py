"""The keeper's side of an intent: carried out once, in one transaction, or refused with the reason."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import proposals
from approvals.cohort import cancel_cases
from core import clock
from core.actor import Actor, system
from core.language import sentence
from core.settings import settings
from flows.process.asking import guard_moment
from flows.process.errors import NotNow, TakesTwo
from flows.process.history import tell
from flows.process.keeper import ENDED
from flows.process.models import Gate, Intent, IntentKind, Process, ProcessState
from flows.process.service import guard_second, locked


def pending(session: Session) -> list[UUID]:
    """The intents that wait to be carried out, in the order in which they were asked."""
    return list(
        session.scalars(
            select(Intent.id).where(Intent.state == "pending").order_by(Intent.asked_at, Intent.id)
        )
    )


def carry_out(session: Session, intent_id: UUID) -> Intent | None:
    """Do what was asked, as whoever asked; None when another keeper was faster.

    What the process' state no longer allows is refused, and the refusal kept.
    """
    intent = session.scalar(
        select(Intent)
        .where(Intent.id == intent_id, Intent.state == "pending")
        .with_for_update(skip_locked=True)
    )
    if intent is None:
        return None
    process = locked(session, intent.process_id)
    intent.answered_at = clock.now(session)
    try:
        guard_moment(ProcessState(process.state), IntentKind(intent.kind))
        guard_second(process, intent.kind, intent.confirmed_by)
    except (NotNow, TakesTwo) as refusal:
        intent.state, intent.answer = "refused", sentence(settings().office.language, refusal)
        return intent
    actor = Actor(intent.asked_by, intent.asked_by_name, frozenset(intent.asked_as), via="keeper")
    _CARRY_OUT[IntentKind(intent.kind)](session, actor, process, intent.reason)
    intent.state, intent.answer = "done", None
    session.flush()
    return intent


def start_anew(process: Process) -> None:
    """Give the process a new start: a number that no step of an older start has, and no run yet."""
    process.fence += 1
    process.run_id = process.run_name = process.run_state = process.run_seen_at = process.lease_until = None


def _launch(session: Session, actor: Actor, process: Process, reason: str) -> None:
    process.state = ProcessState.SCHEDULED
    process.fence = 1
    tell(
        session, actor, process, "launched", {"start_at": process.start_at}, personal={"title": process.title}
    )


def _pause(session: Session, actor: Actor, process: Process, reason: str) -> None:
    process.state = ProcessState.PAUSED
    tell(session, actor, process, "paused", {"cause": "asked"}, personal={"reason": reason})


def _resume(session: Session, actor: Actor, process: Process, reason: str) -> None:
    """A run that ended while the process was paused can't be resumed: a new one takes its place."""
    process.state, process.error = _moving(session, process), None
    if process.run_state in ENDED:
        start_anew(process)
    tell(session, actor, process, "resumed", {"fence": process.fence}, personal={"reason": reason})


def _restart(session: Session, actor: Actor, process: Process, reason: str) -> None:
    process.state, process.error = _moving(session, process), None
    process.crashes, process.retry_at = 0, None
    start_anew(process)
    tell(
        session,
        actor,
        process,
        "restarted",
        {"fence": process.fence, "cause": "asked"},
        personal={"reason": reason},
    )


def _cancel(session: Session, actor: Actor, process: Process, reason: str) -> None:
    """The cases end with the process, and no step of it does anything from now on; its run follows."""
    cancelled = cancel_cases(session, actor, process.id, reason)
    proposals.drop(session, system("keeper"), process.id)
    process.state, process.ended_at = ProcessState.CANCELLED, clock.now(session)
    process.fence += 1
    tell(session, actor, process, "cancelled", {"cases": cancelled}, personal={"reason": reason})


_CARRY_OUT: dict[IntentKind, Callable[[Session, Actor, Process, str], None]] = {
    IntentKind.LAUNCH: _launch,
    IntentKind.PAUSE: _pause,
    IntentKind.RESUME: _resume,
    IntentKind.RESTART: _restart,
    IntentKind.CANCEL: _cancel,
}


def _moving(session: Session, process: Process) -> ProcessState:
    """Where a process stands when it goes on: not started, at a gate, or between gates."""
    if process.launched_at is None:
        return ProcessState.SCHEDULED
    at_gate = select(Gate.name).where(Gate.process_id == process.id, Gate.passed_at.is_(None))
    return ProcessState.WAITING if session.scalar(at_gate) else ProcessState.RUNNING
