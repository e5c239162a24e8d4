"""A person's word on what the clock did: the case has expired, or it goes on with a new term."""

from uuid import UUID

from sqlalchemy.orm import Session

from approvals import proposals
from approvals.directory import Directory
from approvals.dossier import lock_case
from approvals.errors import CommentNeeded, HrOnly, NotPossibleNow
from approvals.expiry import EXPIRED
from approvals.machine import Move
from approvals.models import Case
from approvals.models_proposals import Proposal, ProposalKind
from approvals.moving import Cause, move
from core import clock
from core.actor import Actor, Role
from core.events import record


def ratify_expiry(
    session: Session, actor: Actor, case_id: UUID, *, expired: bool, reason: str, directory: Directory
) -> Case | Proposal:
    """Give a case whose term ran out a new term, or propose that it has expired; never an approval.

    That it has expired ends it, so another confirms it (steering.confirm_cancelling): who keeps the calendars
    could else let terms run out and end cases alone. HR only, and not where one has a conflict of interest.
    Raises NoSuchCase, CaseSealed, CaseSettled, HrOnly, ConflictOfInterest, NotPossibleNow when the clock did
    not stop it, CommentNeeded, ProposedAlready.
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
    if expired:
        kind, body = ProposalKind.CANCELLATION, {"expired": True}
        return proposals.propose(session, actor, kind, body, case_id=case_id, reason=reason)
    cause = Cause(Move.REVIVE, None, reason.strip())
    events = move(session, dossier, cause, directory=directory, now=clock.now(session))
    session.flush()
    record(session, actor, events)
    return case
