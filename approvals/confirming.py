"""Answering what another proposed, whatever it is: one way in for the pages and the command line."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import chains, corrections, panel_members, proposals, steering, takeovers
from approvals.directory import Directory
from approvals.dossier import lock_case
from approvals.models_proposals import Proposal, ProposalKind
from approvals.obstacles import NoSuchProposal
from core.actor import Actor

Confirms = Callable[[Session, Actor, UUID, Directory], object]

_CONFIRMS: dict[str, Confirms] = {
    ProposalKind.VERSION: lambda s, a, id_, _: chains.confirm_version(s, a, id_),
    ProposalKind.TAKE_OVER: lambda s, a, id_, _: takeovers.confirm(s, a, id_),
    ProposalKind.CORRECTION: lambda s, a, id_, _: corrections.confirm(s, a, id_),
    ProposalKind.CANCELLATION: lambda s, a, id_, _: steering.confirm_cancelling(s, a, id_),
    ProposalKind.REMOVAL: lambda s, a, id_, people: panel_members.confirm_removing(
        s, a, id_, directory=people
    ),
}


def register(kind: ProposalKind, confirms: Confirms) -> None:
    """Make known how another room confirms a kind of its own; again is harmless."""
    _CONFIRMS[kind] = confirms


def confirm(session: Session, actor: Actor, proposal_id: UUID, *, directory: Directory) -> Proposal:
    """Let what another proposed take effect. Raises NoSuchProposal, and what keeps this kind from it."""
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        raise NoSuchProposal
    _CONFIRMS[proposal.kind](session, actor, proposal_id, directory)
    return proposal


def turn_down(session: Session, actor: Actor, proposal_id: UUID, *, reason: str) -> Proposal:
    """Say no to a proposal, for a reason: it never takes effect.

    Raises NoSuchProposal, AnsweredAlready, HrOnly, NotAllowed, OwnProposal, AboutYourself, CommentNeeded; the
    conflict of interest, where it is about a case.
    """
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        raise NoSuchProposal
    about = lock_case(session, proposal.case_id).interests if proposal.case_id else None
    return proposals.turn_down(session, actor, proposals.locked(session, proposal_id), about, reason=reason)
