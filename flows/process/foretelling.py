"""When each process would end, reckoned anew by the keeper now and then, so that no page waits for it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from flows.process import kinds
from flows.process.models import Process, ProcessState

KEPT = timedelta(minutes=15)
"""How old an answer may be."""
FINISH = "finish"
GOING = (ProcessState.RUNNING, ProcessState.WAITING, ProcessState.PAUSED)


def due(session: Session) -> list[UUID]:
    """The processes whose answer is missing or old."""
    now = clock.now(session)
    going = select(Process).where(Process.state.in_(GOING), Process.launched_at.is_not(None))
    return [process.id for process in session.scalars(going) if _is_old(process, now)]


def foretell(session: Session, process_id: UUID) -> None:
    """Reckon a process's end and keep the answer with it; what somebody has at the moment is passed by."""
    process = session.get_one(Process, process_id)
    reckon = kinds.kind(process.kind).finish
    now = clock.now(session)
    told = reckon(session, process) if reckon else None
    free = select(Process).where(Process.id == process_id)
    held = session.scalar(
        free.with_for_update(key_share=True, skip_locked=True), execution_options={"populate_existing": True}
    )
    if held is None:
        return
    answer = {"at": now.isoformat()}
    if told:
        moments = {"low": told.low80, "middle": told.middle, "high": told.high80}
        answer |= {name: at.isoformat() for name, at in moments.items()}
    held.progress = {**held.progress, FINISH: answer}


def _is_old(process: Process, now: datetime) -> bool:
    said = process.progress.get(FINISH)
    return not said or abs(now - datetime.fromisoformat(said["at"])) > KEPT
