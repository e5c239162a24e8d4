"""How a process ends when its story is told."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import proposals
from core import clock
from core.actor import Actor
from flows.process.history import tell
from flows.process.models import Process, ProcessState


def complete(session: Session, actor: Actor, process_id: UUID, counts: Mapping[str, int]) -> None:
    """Mark a process as completed, with its figures; again changes nothing. For the last step of a story,
    which holds the process' row."""
    process = session.get_one(Process, process_id)
    if process.state == ProcessState.COMPLETED:
        return
    process.state, process.ended_at = ProcessState.COMPLETED, clock.now(session)
    proposals.drop(session, actor, process_id)
    tell(session, actor, process, "completed", {"counts": dict(counts)}, personal={"title": process.title})
