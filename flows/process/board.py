"""All processes under way at a glance, in a handful of statements however many they are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from flows.process.models import Gate, Intent, Process, ProcessState, Step

MOST_SHOWN = 100
URGENT = (ProcessState.FAILED, ProcessState.PAUSED)


@dataclass(frozen=True, slots=True)
class OnBoard:
    """A process under way: where it waits, how far its steps are, and what was asked of it."""

    process: Process
    gates: Sequence[Gate]
    steps: Sequence[Step]
    pending: Sequence[Intent]

    @property
    def gate(self) -> Gate | None:
        """The gate it waits at."""
        return next((gate for gate in self.gates if gate.passed_at is None), None)

    @property
    def step(self) -> Step | None:
        """The step that was begun last."""
        return self.steps[-1] if self.steps else None

    @property
    def failing(self) -> Sequence[Step]:
        """Steps that went wrong and are not done."""
        return [step for step in self.steps if step.error and step.finished_at is None]


def board(session: Session, limit: int = MOST_SHOWN) -> list[OnBoard]:
    """Those that have not ended: first what failed, then what is held, then the rest, oldest first."""
    urgency = case({str(state): n for n, state in enumerate(URGENT)}, value=Process.state, else_=len(URGENT))
    living = select(Process).where(Process.ended_at.is_(None))
    found = session.scalars(living.order_by(urgency, Process.created_at, Process.id).limit(limit)).all()
    ids = [process.id for process in found]
    gates, steps, asked = _by_process(session, ids)
    return [OnBoard(p, gates[p.id], steps[p.id], asked[p.id]) for p in found]


def _by_process(
    session: Session, ids: Sequence[UUID]
) -> tuple[dict[UUID, list[Gate]], dict[UUID, list[Step]], dict[UUID, list[Intent]]]:
    gates: dict[UUID, list[Gate]] = defaultdict(list)
    steps: dict[UUID, list[Step]] = defaultdict(list)
    asked: dict[UUID, list[Intent]] = defaultdict(list)
    if ids:
        for gate in session.scalars(
            select(Gate).where(Gate.process_id.in_(ids)).order_by(Gate.waiting_since)
        ):
            gates[gate.process_id].append(gate)
        for step in session.scalars(select(Step).where(Step.process_id.in_(ids)).order_by(Step.started_at)):
            steps[step.process_id].append(step)
        pending = select(Intent).where(Intent.process_id.in_(ids), Intent.state == "pending")
        for intent in session.scalars(pending.order_by(Intent.asked_at)):
            asked[intent.process_id].append(intent)
    return gates, steps, asked
