"""The one composition root: who listens to events, which kinds of process there are, who knows people."""

from sqlalchemy.orm import Session

from approvals import ahead
from core import events
from flows.process import account_notices, calendars, handovers, kinds, staff_notices
from flows.process import notices as process_notices
from flows.promotion import notices as promotion_notices
from flows.promotion.service import KIND as PROMOTION
from personnel.directory import PersonnelDirectory


def wire() -> None:
    """Put the rooms together; again is harmless. Every edge calls it before its first verb."""
    kinds.register(PROMOTION)
    events.wire(
        [
            handovers.subscriber,
            calendars.subscriber,
            ahead.subscriber(directory),
            process_notices.subscriber,
            staff_notices.subscriber,
            account_notices.subscriber,
            promotion_notices.subscriber,
        ]
    )


def directory(session: Session) -> PersonnelDirectory:
    """People, posts and calendars, for one piece of work."""
    return PersonnelDirectory(session)
