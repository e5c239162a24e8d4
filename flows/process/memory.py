"""The memory of steps: each portion of a step's work and the fact that it is done are one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, system
from flows.process.models import Process, ProcessState, Step
from flows.process.run import Run, hold


@dataclass(frozen=True, slots=True)
class Portion:
    """What one call of a step's verb did: how far the step is now, and what is worth telling of it."""

    done: int
    total: int
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def finished(self) -> bool:
        return self.done >= self.total


Verb = Callable[[Session, Actor, UUID], Portion]
"""A step's verb does the next portion of what is not done yet; called again after the last one it does
nothing. It never commits."""

WHOLE = Portion(1, 1)


@dataclass(frozen=True, slots=True)
class Remembered:
    """Where a step stands: finished for ever, held by a pause of the process, or to be gone on with."""

    finished: bool
    held: bool
    done: int
    total: int
    result: Mapping[str, Any]


class StepStuck(RuntimeError):
    """A step's verb did nothing and yet was not done: its rule for what is left must be wrong."""


def advance(session: Session, run: Run, name: str, verb: Verb) -> Remembered:
    """Do the next portion of a step, unless the step is finished or the process is held.

    Raises StaleRun, StepStuck, and what the verb raises.
    """
    process = hold(session, run)
    step = session.get(Step, (run.process_id, name))
    if step and step.finished_at:
        return _remembered(step)
    if process.state in (ProcessState.PAUSED, ProcessState.FAILED):
        return Remembered(False, True, 0, 0, {})
    now = clock.now(session)
    if step is None:
        step = _begun(run, name, now)
        session.add(step)
    portion = verb(session, system("flow"), run.process_id)
    if not portion.finished and portion.done == step.done:
        raise StepStuck(f"{name}: {portion.done} of {portion.total}")
    step.fence, step.done, step.total, step.error = run.fence, portion.done, portion.total, None
    step.result = {**step.result, **portion.facts}
    step.finished_at = now if portion.finished else None
    got_on(process)
    process.progress = {**process.progress, **portion.facts, "step": name}
    session.flush()
    return _remembered(step)


def recall(session: Session, process_id: UUID, name: str) -> Remembered | None:
    """Where a step stands, if it was ever begun."""
    step = session.get(Step, (process_id, name))
    return _remembered(step) if step else None


def note_failure(session: Session, run: Run, name: str, error: str) -> None:
    """Keep what went wrong in a step, for the operator. Raises StaleRun."""
    hold(session, run)
    step = session.get(Step, (run.process_id, name))
    if step is None:
        step = _begun(run, name, clock.now(session))
        session.add(step)
    step.error = error[:2_000]


def got_on(process: Process) -> None:
    """A piece of work was finished: earlier crashes count no more."""
    process.crashes, process.retry_at = 0, None


def _begun(run: Run, name: str, at: datetime) -> Step:
    return Step(
        process_id=run.process_id, name=name, fence=run.fence, started_at=at, done=0, total=0, result={}
    )


def _remembered(step: Step) -> Remembered:
    return Remembered(step.finished_at is not None, False, step.done, step.total, step.result)
