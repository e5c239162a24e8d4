"""Cases in lists, the newest first: one's own, and for the office's readers everybody's."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approvals.access import READERS
from approvals.models import Case
from core.actor import SERVICE, Actor


def cases(
    session: Session,
    actor: Actor,
    *,
    process_id: UUID | None = None,
    state: str | None = None,
    reference: str = "",
    before: UUID | None = None,
    limit: int = 50,
) -> list[Case]:
    """A page of cases by their ids, which sort by when they were opened; those `before` one, if wanted.

    Whoever reads by role sees all, everybody else those that they are the subject of, or raised.
    """
    found = select(Case)
    if not actor.has(*READERS, SERVICE):
        if actor.person_id is None:
            return []
        found = found.where(or_(Case.subject_id == actor.person_id, Case.requester_id == actor.person_id))
    if process_id:
        found = found.where(Case.process_id == process_id)
    if state:
        found = found.where(Case.state == state)
    if reference:
        found = found.where(Case.reference == reference)
    if before:
        found = found.where(Case.id < before)
    return list(session.scalars(found.order_by(Case.id.desc()).limit(limit)))
