"""Where a flow waits for people or for a date: its run is suspended, and nothing runs meanwhile."""

from datetime import datetime
from typing import NoReturn
from uuid import UUID, uuid4

from prefect.flow_runs import suspend_flow_run

from core.database import transaction
from flows.process.run import current
from flows.process.waiting import GateKind, pass_or_wait


class GateHeld(RuntimeError):
    """Prefect waved the flow through a closed gate; it stops here rather than go on too early."""


def until_settled(process_id: UUID, gate: str) -> None:
    """Go on when every case of the process is settled; until then the run is suspended. Raises GateHeld."""
    _until(process_id, gate, GateKind.SETTLED)


def until(process_id: UUID, gate: str, opens_at: datetime) -> None:
    """Go on at a moment; until then the run is suspended. Raises GateHeld."""
    _until(process_id, gate, GateKind.DATE, opens_at)


def suspend() -> NoReturn:
    """Leave the run suspended; it begins again from its top when it is resumed. Raises GateHeld.

    The key is fresh every time: Prefect's own is a counter that starts anew with each execution, and the
    server waves a key through that it has seen before.
    """
    suspend_flow_run(key=str(uuid4()))
    raise GateHeld


def _until(process_id: UUID, gate: str, kind: GateKind, opens_at: datetime | None = None) -> None:
    with transaction() as session:
        through = pass_or_wait(session, current(process_id), gate, kind, opens_at)
    if not through:
        suspend()
