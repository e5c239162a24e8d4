"""When a calendar changes, or a unit follows another one, the deadlines there are reckoned anew."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.rescheduling import ask_recompute
from core.events import Recorded
from personnel.models import Unit

CHANGES = frozenset({"calendar.defined", "calendar.days_freed", "calendar.day_restored", "calendar.changed"})
"""What changes a calendar; the last one comes from an import."""


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Ask for it at once; the keeper does it, in portions."""
    calendars = {e.event.stream: e.name for e in recorded if e.name in CHANGES}
    units = {e.event.stream for e in recorded if e.name == "unit.changed"}
    for why in sorted(set(calendars.values())):
        changed = [stream for stream, name in calendars.items() if name == why]
        following = select(Unit.id).where(Unit.calendar_id.in_(changed))
        ask_recompute(session, set(session.scalars(following)), why)
    ask_recompute(session, units, "unit.changed")
