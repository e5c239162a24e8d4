"""What one person alone could misuse is proposed by one and confirmed by another, or turned down.

Each kind has its own verbs beside what it changes; here is what they have in common.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from approvals.errors import CommentNeeded, HrOnly
from approvals.interests import Interests
from approvals.models import Case, ChainVersion
from approvals.models_proposals import Proposal, ProposalKind, ProposalState
from approvals.obstacles import (
    AboutYourself,
    AnsweredAlready,
    Conflicted,
    NoSuchProposal,
    NotYourProposal,
    OwnProposal,
    ProposedAlready,
)
from core import clock
from core.actor import Actor, Role
from core.errors import NotAllowed
from core.events import Event, record
from core.ids import new_id

_IS_WAITING = Proposal.state == ProposalState.WAITING
CONFIRMERS = (Role.HR, Role.ADMIN)
"""Who confirms what another proposed: where there is but one of HR, an administrator does."""


def propose(
    session: Session,
    actor: Actor,
    kind: ProposalKind,
    body: Mapping[str, Any],
    *,
    case_id: UUID | None = None,
    version_id: UUID | None = None,
    process_id: UUID | None = None,
    person_id: UUID | None = None,
    reason: str,
) -> Proposal:
    """Keep a change of a case, a chain's version, a whole process or a person, until another confirms it.

    The caller guards who may, and holds what it is about. Raises CommentNeeded, ProposedAlready.
    """
    if actor.person_id is None:
        raise HrOnly
    about = _about(case_id, version_id, process_id, person_id)
    if waiting := session.scalar(select(Proposal).where(about, Proposal.kind == kind, _IS_WAITING)):
        raise ProposedAlready(by=waiting.made_by_name)
    made = Proposal(
        id=new_id(),
        kind=kind,
        case_id=case_id,
        version_id=version_id,
        process_id=process_id,
        person_id=person_id,
        body=dict(body),
        reason=_said(reason),
        made_by=actor.person_id,
        made_by_name=actor.name,
        made_at=clock.now(session),
        state=ProposalState.WAITING,
    )
    session.add(made)
    session.flush()
    record(session, actor, [told("made", made, {"reason": made.reason})])
    return made


def confirm(session: Session, actor: Actor, proposal: Proposal, *, said: str = "") -> Proposal:
    """Mark a locked proposal as confirmed; what it does is the caller's. Raises what must_confirm raises."""
    must_confirm(actor, proposal)
    return _answered(session, actor, proposal, ProposalState.CONFIRMED, said.strip())


def must_confirm(actor: Actor, proposal: Proposal, interests: Interests | None = None) -> None:
    """Another of HR, or an administrator, with no interest in the case; nor may who proposed it have one.

    Raises what must_answer raises; Conflicted.
    """
    must_answer(actor, proposal, interests)
    if interests is not None and interests.conflict_of(proposal.made_by):
        raise Conflicted(name=proposal.made_by_name)


def must_answer(actor: Actor, proposal: Proposal, interests: Interests | None) -> None:
    """Another of HR, or an administrator, with no interest in the case; about a person, administrators alone.

    Raises AnsweredAlready, HrOnly, NotAllowed, OwnProposal, AboutYourself; the conflict of interest.
    """
    if proposal.answered_at is not None:
        raise AnsweredAlready(by=proposal.answered_by_name, at=proposal.answered_at)
    if actor.person_id is None or not actor.has(*CONFIRMERS):
        raise HrOnly
    if proposal.person_id is not None and not actor.has(Role.ADMIN):
        raise NotAllowed
    if actor.person_id == proposal.made_by:
        raise OwnProposal
    if actor.person_id == proposal.person_id:
        raise AboutYourself
    if interests is not None and (conflict := interests.conflict_of(actor.person_id)):
        raise conflict


def in_conflict(proposal: Proposal, interests: Interests) -> str:
    """Who of those who proposed and confirmed something may have no say in a case; empty when nobody."""
    if interests.conflict_of(proposal.made_by):
        return proposal.made_by_name
    return (proposal.answered_by_name or "") if interests.conflict_of(proposal.answered_by) else ""


def turn_down(
    session: Session, actor: Actor, proposal: Proposal, interests: Interests | None, *, reason: str
) -> Proposal:
    """Mark a locked proposal as turned down; about a case, by its interests. It never takes effect.

    Raises what must_answer raises; CommentNeeded.
    """
    must_answer(actor, proposal, interests)
    return _answered(session, actor, proposal, ProposalState.TURNED_DOWN, _said(reason))


def take_back(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """Withdraw one's own proposal. Raises NoSuchProposal, AnsweredAlready, NotYourProposal."""
    proposal = locked(session, proposal_id)
    if proposal.answered_at is not None:
        raise AnsweredAlready(by=proposal.answered_by_name, at=proposal.answered_at)
    if actor.person_id != proposal.made_by:
        raise NotYourProposal
    return _answered(session, actor, proposal, ProposalState.TAKEN_BACK, "")


def locked(session: Session, proposal_id: UUID, kind: ProposalKind | None = None) -> Proposal:
    """Lock a proposal for its answer. Whoever changes its case holds that first. Raises NoSuchProposal."""
    found = select(Proposal).where(Proposal.id == proposal_id).with_for_update()
    proposal = session.scalar(found, execution_options={"populate_existing": True})
    if proposal is None or (kind is not None and proposal.kind != kind):
        raise NoSuchProposal
    return proposal


def case_of(session: Session, proposal_id: UUID, kind: ProposalKind) -> UUID:
    """Which case a proposal is about: to be locked before it. Raises NoSuchProposal."""
    return _subject(session, Proposal.case_id, proposal_id, kind)


def process_of(session: Session, proposal_id: UUID, kind: ProposalKind) -> UUID:
    """Which process a proposal is about: to be locked before it. Raises NoSuchProposal."""
    return _subject(session, Proposal.process_id, proposal_id, kind)


def proposals(session: Session, actor: Actor, *, waiting: bool = True, limit: int = 100) -> list[Proposal]:
    """What waits for a second person, the oldest first; or all, the latest first. For HR and its overseers;
    what is about a person, for administrators alone.

    Raises HrOnly.
    """
    must_oversee(actor)
    query = select(Proposal).outerjoin(Case, Case.id == Proposal.case_id)
    if not (actor.is_system or actor.has(Role.ADMIN)):
        query = query.where(Proposal.person_id.is_(None))
    if waiting:
        alive = or_(Proposal.case_id.is_(None), Case.settled_at.is_(None))
        query = query.where(Proposal.state == ProposalState.WAITING, alive).order_by(Proposal.id)
    return list(session.scalars((query if waiting else query.order_by(Proposal.id.desc())).limit(limit)))


def must_oversee(actor: Actor) -> None:
    """Who may know what waits. Raises HrOnly."""
    if not (actor.is_system or actor.has(*CONFIRMERS, Role.OPERATOR, Role.AUDITOR)):
        raise HrOnly


def about_case(session: Session, case_id: UUID) -> list[Proposal]:
    """What waits for a second person on a case."""
    found = select(Proposal).where(Proposal.case_id == case_id, Proposal.state == ProposalState.WAITING)
    return list(session.scalars(found.order_by(Proposal.id)))


def about_process(session: Session, process_id: UUID) -> list[Proposal]:
    """What waits for a second person on a process as a whole, or on a case of it."""
    of_it = or_(Proposal.process_id == process_id, Case.process_id == process_id)
    alive = or_(Proposal.case_id.is_(None), Case.settled_at.is_(None))
    found = select(Proposal).outerjoin(Case, Case.id == Proposal.case_id).where(_IS_WAITING, of_it, alive)
    return list(session.scalars(found.order_by(Proposal.id)))


def about_processes(session: Session, process_ids: Collection[UUID]) -> Mapping[UUID, Proposal]:
    """What waits for a second person on any of these as a whole, by process."""
    found = select(Proposal).where(_IS_WAITING, Proposal.process_id.in_(process_ids))
    return {p.process_id: p for p in session.scalars(found.order_by(Proposal.id)) if p.process_id}


def drop(session: Session, actor: Actor, process_id: UUID) -> None:
    """End what waits on a process as a whole: it is over, so there is nothing left to confirm."""
    waiting = select(Proposal).where(Proposal.process_id == process_id, _IS_WAITING).with_for_update()
    for proposal in session.scalars(waiting, execution_options={"populate_existing": True}).all():
        _answered(session, actor, proposal, ProposalState.TAKEN_BACK, "")


def latest(session: Session, version_id: UUID, kind: ProposalKind) -> Proposal | None:
    """The latest proposal about a chain's version."""
    found = select(Proposal).where(Proposal.version_id == version_id, Proposal.kind == kind)
    return session.scalar(found.order_by(Proposal.id.desc()).limit(1))


def told(happened: str, proposal: Proposal, personal: Mapping[str, Any]) -> Event:
    """In the stream of the case, the process or the chain's version; what was written is erasable."""
    facts: dict[str, Any] = {
        "proposal": proposal.id,
        "kind": str(proposal.kind),
        "by": proposal.made_by,
        "answered_by": proposal.answered_by,
    }
    if proposal.case_id is not None:
        facts |= {"case": proposal.case_id}
        return Event(f"proposal.{happened}", proposal.case_id, "case", facts, dict(personal))
    if proposal.process_id is not None:
        facts |= {"process": proposal.process_id}
        return Event(f"proposal.{happened}", proposal.process_id, "process", facts, dict(personal))
    if proposal.person_id is not None:  # a history of its own: what it proposes may empty the person's
        facts |= {"person": proposal.person_id}
        opens = happened == "made"
        return Event(f"proposal.{happened}", proposal.id, "proposal", facts, dict(personal), opens=opens)
    facts |= {"version": proposal.version_id}
    return Event(f"proposal.{happened}", proposal.version_id or proposal.id, "chain", facts, dict(personal))


def _answered(
    session: Session, actor: Actor, proposal: Proposal, state: ProposalState, said: str
) -> Proposal:
    now = clock.now(session)
    proposal.state, proposal.answer, proposal.answered_at = state, said, now
    proposal.answered_by, proposal.answered_by_name = actor.person_id, actor.name
    if proposal.kind == ProposalKind.VERSION and state != ProposalState.CONFIRMED:
        session.get_one(ChainVersion, proposal.version_id).called_off_at = now
    session.flush()
    record(session, actor, [told(state.replace("-", "_"), proposal, {"reason": said})])
    return proposal


def _subject(
    session: Session, column: InstrumentedAttribute[UUID | None], proposal_id: UUID, kind: ProposalKind
) -> UUID:
    found = session.scalar(select(column).where(Proposal.id == proposal_id, Proposal.kind == kind))
    if found is None:
        raise NoSuchProposal
    return found


def _about(
    case_id: UUID | None, version_id: UUID | None, process_id: UUID | None, person_id: UUID | None
) -> ColumnElement[bool]:
    if case_id:
        return Proposal.case_id == case_id
    if person_id:
        return Proposal.person_id == person_id
    return Proposal.version_id == version_id if version_id else Proposal.process_id == process_id


def _said(reason: str) -> str:
    if not (said := reason.strip()):
        raise CommentNeeded
    return said
