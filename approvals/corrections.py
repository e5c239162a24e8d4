"""Corrections of a case's facts by the office: who enters them does not decide by them, and what turns the
case's way needs a second person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import proposals, versions
from approvals.authority import must_be_hr, must_say
from approvals.dossier import Dossier, lock_case
from approvals.errors import CaseChanged
from approvals.machine import Move, check_facts
from approvals.models import Case
from approvals.models_proposals import Proposal, ProposalKind
from approvals.moving import Cause, about, move
from approvals.obstacles import AskedToDecide, FactsFixed
from approvals.rerouting import turned
from approvals.versions import Before
from core import clock
from core.actor import Actor
from core.events import record


def correct_data(
    session: Session,
    actor: Actor,
    case_id: UUID,
    data: Mapping[str, Any],
    *,
    seen_version: int,
    reason: str,
) -> Proposal | None:
    """Correct facts of an open case: its version counts up, and who saw the old one is asked to look again.

    Whoever corrects a case does not decide it any more. A correction that turns which stages the case goes
    through, whom they ask, or what a rule answers, is only proposed by that: it is returned, and waits for
    another. HR only, and not where one has a conflict of interest. Raises NoSuchCase, CaseSealed,
    CaseSettled, HrOnly, ConflictOfInterest, FactsFixed, AskedToDecide, CaseChanged, CommentNeeded,
    ProposedAlready, BadCondition when a stage's condition could no longer be answered.
    """
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    must_be_hr(dossier, actor)
    if dossier.case.is_fixed:
        raise FactsFixed
    _must_not_be_asked(dossier, actor)
    _must_be_fresh(dossier, seen_version)
    reason = must_say(reason)
    case = dossier.case
    after = {**case.data, **data}
    check_facts(dossier.definition.stages, after)
    _bar(dossier, actor)
    if stages := turned(dossier.definition, case.data, after):
        body = {"data": dict(data), "seen": seen_version, "stages": [stage.name for stage in stages]}
        kind = ProposalKind.CORRECTION
        return proposals.propose(session, actor, kind, body, case_id=case.id, reason=reason)
    _carry_out(session, actor, dossier, data, reason, by=actor)
    return None


def confirm(session: Session, actor: Actor, proposal_id: UUID) -> Case:
    """Confirm a correction that another proposed: now it is made.

    Raises NoSuchProposal, NoSuchCase, CaseSealed, CaseSettled, AnsweredAlready, HrOnly, OwnProposal,
    Conflicted, ConflictOfInterest, CaseChanged when the case's facts are others by now.
    """
    kind = ProposalKind.CORRECTION
    dossier = lock_case(session, proposals.case_of(session, proposal_id, kind))
    dossier.must_be_alive()
    proposal = proposals.locked(session, proposal_id, kind)
    proposals.must_confirm(actor, proposal, dossier.interests)
    _must_be_fresh(dossier, proposal.body["seen"])
    proposals.confirm(session, actor, proposal)
    author = Actor(proposal.made_by, proposal.made_by_name)
    _carry_out(session, actor, dossier, proposal.body["data"], proposal.reason, by=author)
    return dossier.case


def _carry_out(
    session: Session, actor: Actor, dossier: Dossier, data: Mapping[str, Any], reason: str, *, by: Actor
) -> None:
    """`by` entered it; the actor is they, or whoever confirmed it."""
    case = dossier.case
    before, now = Before.of(session, case), clock.now(session)
    case.data = {**case.data, **data}
    check_facts(dossier.definition.stages, case.data)
    move(session, dossier, Cause(Move.CORRECT), directory=None, now=now)
    versions.keep(session, by, case, before, now=now, reason=reason)
    facts = {"version": case.version, "keys": sorted(data), "by": by.person_id}
    record(session, actor, [about(case, "case.corrected", reason, **facts)])


def _must_not_be_asked(dossier: Dossier, actor: Actor) -> None:
    """Raises AskedToDecide where a task of the case waits for them, and for nobody else."""
    me = actor.person_id
    for task in dossier.tasks:
        if task.ended_at is None and (task.assignee_id == me or task.candidates == [me]):
            raise AskedToDecide


def _must_be_fresh(dossier: Dossier, seen: int) -> None:
    if seen != dossier.case.version:
        raise CaseChanged(seen=seen, version=dossier.case.version)


def _bar(dossier: Dossier, actor: Actor) -> None:
    """From now on the case is decided by others: its open tasks, and those to come."""
    if actor.person_id is None:
        return
    case = dossier.case
    case.corrected_by = sorted({*case.corrected_by, actor.person_id})
    for task in dossier.tasks:
        if task.ended_at is None:
            task.barred = sorted({*task.barred, actor.person_id})
