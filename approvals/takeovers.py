"""Taking cases under way over to another version: one proposes how, another confirms it, then it is done."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import proposals
from approvals.chains import must_publish
from approvals.errors import CommentNeeded, HrOnly
from approvals.migrating import Change, change_of, must_be_in_force
from approvals.models_proposals import Proposal, ProposalKind, ProposalState
from core.actor import Actor


def propose(
    session: Session, actor: Actor, change: Change, *, looked_at: datetime, cases: int, reason: str
) -> Proposal:
    """Propose to take the cases under way over to the version in force, as they stood when one looked.

    Raises HrOnly, CommentNeeded, NotYetInForce, ProposedAlready.
    """
    if actor.is_system:
        raise HrOnly
    must_publish(actor)
    if not reason.strip():
        raise CommentNeeded
    must_be_in_force(session, change.to)
    body = {
        "chain": change.to.chain,
        "number": change.to.number,
        "choice": change.way.choice,
        "targets": dict(change.way.targets),
        "looked_at": looked_at.isoformat(),
        "cases": cases,
    }
    return proposals.propose(
        session, actor, ProposalKind.TAKE_OVER, body, version_id=change.to.id, reason=reason
    )


def confirm(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """Confirm that cases go over as another proposed; migrating.migrate then takes them, in portions.

    Raises NoSuchProposal, AnsweredAlready, HrOnly, OwnProposal, NotYetInForce.
    """
    proposal = proposals.locked(session, proposal_id, ProposalKind.TAKE_OVER)
    proposals.must_confirm(actor, proposal)
    must_be_in_force(session, change_of(session, proposal).to)
    return proposals.confirm(session, actor, proposal)


def looked_at(takeover: Proposal) -> datetime:
    """The moment that it was decided by: what happened to a case since leaves it where it is."""
    return datetime.fromisoformat(takeover.body["looked_at"])


def of_version(session: Session, version_id: UUID) -> Proposal | None:
    """The take-over to a version that waits or goes on: the latest, unless nothing became of it."""
    latest = proposals.latest(session, version_id, ProposalKind.TAKE_OVER)
    going = latest is not None and latest.state in (ProposalState.WAITING, ProposalState.CONFIRMED)
    return latest if going else None
