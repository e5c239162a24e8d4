"""Cancelling a process: what has begun takes two people, for thousands of cases would end with it."""

from uuid import UUID

from sqlalchemy.orm import Session

from approvals import proposals
from approvals.models_proposals import Proposal, ProposalKind
from core.actor import Actor
from flows.process import service
from flows.process.asking import guard_asking, guard_moment
from flows.process.models import Intent, IntentKind, ProcessState

KIND = ProposalKind.PROCESS_CANCELLATION


def ask(
    session: Session,
    actor: Actor,
    process_id: UUID,
    kind: IntentKind,
    reason: str = "",
    *,
    start: int | None = None,
) -> Intent | Proposal:
    """Ask for anything of a process, as the pages and programs do: its end the way that takes two.

    Raises what service.ask and cancel raise.
    """
    if kind is IntentKind.CANCEL:
        return cancel(session, actor, process_id, reason)
    return service.ask(session, actor, process_id, kind, reason, start=start)


def cancel(session: Session, actor: Actor, process_id: UUID, reason: str) -> Intent | Proposal:
    """Ask for a process to be cancelled: what has begun is proposed, and ends when another agrees.

    Doing it again returns the same. Raises NoSuchProcess, OnlyOperators, ReasonNeeded, NotNow,
    ProposedAlready.
    """
    guard_asking(actor, IntentKind.CANCEL, reason)
    process = service.locked(session, process_id)
    if process.launched_at is None:
        return service.ask(session, actor, process_id, IntentKind.CANCEL, reason)
    if asked := service.pending(session, process_id, IntentKind.CANCEL):
        return asked
    guard_moment(ProcessState(process.state), IntentKind.CANCEL)
    waiting = next((p for p in proposals.about_process(session, process_id) if p.kind == KIND), None)
    if waiting is not None and waiting.made_by == actor.person_id:
        return waiting
    body = {"asked_as": sorted(actor.roles)}
    return proposals.propose(session, actor, KIND, body, process_id=process_id, reason=reason)


def confirm(session: Session, actor: Actor, proposal_id: UUID) -> Intent:
    """Agree that a process is cancelled, as another proposed; the keeper carries it out.

    Raises NoSuchProposal, AnsweredAlready, HrOnly, OwnProposal, NotNow.
    """
    process = service.locked(session, proposals.process_of(session, proposal_id, KIND))
    proposal = proposals.locked(session, proposal_id, KIND)
    proposals.must_confirm(actor, proposal)
    guard_moment(ProcessState(process.state), IntentKind.CANCEL)
    proposals.confirm(session, actor, proposal)
    author = Actor(proposal.made_by, proposal.made_by_name, frozenset(proposal.body["asked_as"]), actor.via)
    return service.ask(
        session, author, process.id, IntentKind.CANCEL, proposal.reason, confirmed_by=actor.person_id
    )
