"""What somebody saw of a case before: so that the next time they are shown what has changed since."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from approvals.models import Case
from approvals.models_looking import CaseLook
from core import clock
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Seen:
    """An earlier version of a case, and when somebody first looked at it."""

    version: int
    at: datetime


def look(session: Session, actor: Actor, case: Case) -> Seen | None:
    """Keep that somebody sees a case as it is now; the version that they saw before it, if another.

    Looking again at the same version changes nothing, and tells the same.
    """
    if actor.person_id is None:
        return None
    known = session.get(CaseLook, (case.id, actor.person_id))
    if known is None or known.version != case.version:
        known = _kept(session, actor, case)
    if known.before is None or known.before_at is None:
        return None
    return Seen(known.before, known.before_at)


def _kept(session: Session, actor: Actor, case: Case) -> CaseLook:
    """Two windows may look at once: the row's lock lets one count, and the other find it counted."""
    now = clock.now(session)
    row = {"case_id": case.id, "person_id": actor.person_id, "version": case.version, "looked_at": now}
    found = insert(CaseLook).values(row)
    other = CaseLook.version != found.excluded.version
    statement = found.on_conflict_do_update(
        index_elements=[CaseLook.case_id, CaseLook.person_id],
        set_={
            "version": found.excluded.version,
            "looked_at": found.excluded.looked_at,
            "before": CaseLook.version,
            "before_at": CaseLook.looked_at,
        },
        where=other,
    )
    session.execute(statement)
    return session.get_one(CaseLook, (case.id, actor.person_id), populate_existing=True)
