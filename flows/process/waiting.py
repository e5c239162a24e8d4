"""Gates as rows: recorded while the flow waits at one, marked when it goes through. Knows no Prefect."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.cohort import seal_cases, unsettled
from core import clock
from core.actor import system
from flows.process.history import tell
from flows.process.memory import got_on
from flows.process.models import Gate, Process, ProcessState
from flows.process.run import Run, hold


class GateKind(StrEnum):
    SETTLED = "settled"  # opens when every case of the process is settled
    DATE = "date"  # opens at a moment


def pass_or_wait(
    session: Session, run: Run, name: str, kind: GateKind, opens_at: datetime | None = None
) -> bool:
    """Go through a gate if it is open and nobody holds the process; otherwise record that it is waited at.

    What a passed gate leaves behind is sealed: a case that comes later is a new one. Raises StaleRun.
    """
    process = hold(session, run)
    gate = session.get(Gate, (run.process_id, name))
    if gate and gate.passed_at:
        return True
    if gate is None:
        gate = Gate(
            process_id=run.process_id,
            name=name,
            kind=kind,
            opens_at=opens_at,
            waiting_since=clock.now(session),
        )
        session.add(gate)
        tell(session, system("flow"), process, "waiting", {"gate": name, "opens_at": opens_at})
    got_on(process)
    held = process.state in (ProcessState.PAUSED, ProcessState.FAILED)
    if held or not is_open(session, gate):
        if not held:
            process.state = ProcessState.WAITING
        return False
    _go_through(session, process, gate)
    return True


def is_open(session: Session, gate: Gate) -> bool:
    """Whether a gate may be passed now: asked of the cases and the clock, never counted along."""
    if gate.kind == GateKind.DATE:
        return gate.opens_at is None or gate.opens_at <= clock.now(session)
    return not unsettled(session, gate.process_id)


def waited_at(session: Session, process_id: object) -> Gate | None:
    """The gate at which a process waits, if any."""
    return session.scalar(
        select(Gate).where(Gate.process_id == process_id, Gate.passed_at.is_(None)).limit(1)
    )


def _go_through(session: Session, process: Process, gate: Gate) -> None:
    gate.passed_at = clock.now(session)
    process.state = ProcessState.RUNNING
    sealed = 0
    if gate.kind == GateKind.SETTLED:
        sealed = seal_cases(session, system("flow"), process.id)
    tell(session, system("flow"), process, "passed", {"gate": gate.name, "cases": sealed})
