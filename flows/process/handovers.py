"""When a post changes hands, what is pending there goes to whoever has it now."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Task
from approvals.tasks import rehome
from core.actor import system
from core.events import Recorded
from personnel.directory import PersonnelDirectory


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Hand over at once where the records say that a post was taken, acted for or left."""
    positions = {e.facts["position"] for e in recorded if e.name == "position.held"}
    if positions:
        rehome(session, system("flow"), positions, directory=PersonnelDirectory(session))


def hand_over_due(session: Session) -> int:
    """Hand over whatever the calendar has moved: a holding that begins or ends today, a leave that does.

    Returns how many tasks moved.
    """
    pending = select(Task.position_id).where(Task.ended_at.is_(None), Task.position_id.is_not(None))
    positions = {id_ for id_ in session.scalars(pending.distinct()) if id_}
    return rehome(session, system("flow"), positions, directory=PersonnelDirectory(session))
