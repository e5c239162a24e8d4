"""Erasure of a person's content by order of the law: previewed, proposed by one administrator, confirmed by
another, done in that moment. The command `ledger erase` does the same for whoever has the machine.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import proposals
from approvals.models import Case
from approvals.models_proposals import Proposal, ProposalKind
from core.actor import Actor, Role
from core.errors import Conflict, NotAllowed
from core.ledger import erasing
from core.ledger.erasing import Erased, OrderMissing, Room

KIND = ProposalKind.ERASURE


class OwnErasure(Conflict):
    """What is stored about yourself is erased by other administrators; nothing was changed."""


def preview(
    session: Session, actor: Actor, person_id: UUID, *, order: str, reason: str, rooms: Iterable[Room]
) -> Erased:
    """What would be erased; nothing is. Raises what erasing.erase raises, and OwnErasure."""
    _must_be_of_another(actor, person_id)
    trial = session.begin_nested()
    try:
        return _erase(session, actor, person_id, order=order, reason=reason, rooms=rooms)
    finally:
        trial.rollback()
        session.expire_all()


def propose(
    session: Session, actor: Actor, person_id: UUID, *, order: str, reason: str, rooms: Iterable[Room]
) -> Proposal:
    """Propose it, if it could be done now; another administrator confirms it.

    Raises ProposedAlready, and what preview raises.
    """
    preview(session, actor, person_id, order=order, reason=reason, rooms=rooms)
    body = {"order": order.strip()}
    return proposals.propose(session, actor, KIND, body, person_id=person_id, reason=reason)


def confirm(session: Session, actor: Actor, proposal_id: UUID, rooms: Iterable[Room]) -> Proposal:
    """Erase what another administrator proposed; the proposal then says how much of what went.

    Raises NoSuchProposal, NotAllowed, AnsweredAlready, OwnProposal, and what preview raises.
    """
    proposal = proposals.locked(session, proposal_id, KIND)
    person_id = proposal.person_id
    if not actor.has(Role.ADMIN) or person_id is None:
        raise NotAllowed
    _must_be_of_another(actor, person_id)
    order, reason = proposal.body["order"], proposal.reason
    proposals.confirm(session, actor, proposal)
    done = _erase(session, actor, person_id, order=order, reason=reason, rooms=rooms)
    session.refresh(proposal)
    proposal.body = {**proposal.body, "events": done.events, "rows": dict(done.rows)}
    session.flush()
    return proposal


def asked(session: Session) -> Sequence[Proposal]:
    """Erasures that were proposed, the latest first."""
    found = select(Proposal).where(Proposal.kind == KIND)
    return session.scalars(found.order_by(Proposal.id.desc()).limit(100)).all()


def _erase(
    session: Session, actor: Actor, person_id: UUID, *, order: str, reason: str, rooms: Iterable[Room]
) -> Erased:
    if not (order.strip() and reason.strip()):
        raise OrderMissing
    cases = session.scalars(select(Case.id).where(Case.subject_id == person_id)).all()
    return erasing.erase(session, actor, cases, person=person_id, order=order, reason=reason, rooms=rooms)


def _must_be_of_another(actor: Actor, person_id: UUID) -> None:
    if actor.person_id == person_id:
        raise OwnErasure
