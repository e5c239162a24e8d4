"""A person's word on what the clock did: the case has expired, or it goes on with a new term."""

from uuid import UUID

from sqlalchemy.orm import Session

from approvals.directory import Directory
from approvals.dossier import lock_case
from approvals.errors import CommentNeeded, HrOnly, NotPossibleNow
from approvals.expiry import EXPIRED
from approvals.machine import Move
from approvals.models import Case
from approvals.moving import Cause, move
from core import clock
from core.actor import Actor, Role
from core.events import record


def ratify_expiry(
    session: Session, actor: Actor, case_id: UUID, *, expired: bool, reason: str, directory: Directory
) -> Case:
    """Say that a case whose term ran out has expired, or give it a new term; never an approval.

    HR only, and not where one has a conflict of interest. Raises NoSuchCase, CaseSealed, CaseSettled, HrOnly,
    ConflictOfInterest, NotPossibleNow when the clock did not stop it, CommentNeeded.
    """
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    case = dossier.case
    if not actor.has(Role.HR):
        raise HrOnly
    if conflict := dossier.interests.conflict_of(actor.person_id):
        raise conflict
    if case.suspension != EXPIRED:
        raise NotPossibleNow(state=case.state)
    if not reason.strip():
        raise CommentNeeded
    cause = Cause(Move.EXPIRE if expired else Move.REVIVE, EXPIRED if expired else None, reason.strip())
    events = move(session, dossier, cause, directory=directory, now=clock.now(session))
    session.flush()
    record(session, actor, events)
    return case
