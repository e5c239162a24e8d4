"""Steering a case off its chain's usual way: a stage passed over or done again, or the whole case ended."""

from uuid import UUID

from sqlalchemy.orm import Session

from approvals import proposals
from approvals.authority import must_be_hr, must_be_of_others, must_say
from approvals.decisions import may_decide
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case
from approvals.errors import NotPossibleNow
from approvals.expiry import EXPIRED
from approvals.machine import Move, NoStage
from approvals.models import Case, CaseState, DecisionKind
from approvals.models_proposals import Proposal, ProposalKind
from approvals.moving import Cause, about, move
from approvals.obstacles import NotSkippable, NoWayBack
from approvals.stage import Stage
from core import clock
from core.actor import Actor, Role
from core.errors import MufakatError
from core.events import record


def skip(
    session: Session, actor: Actor, case_id: UUID, *, stage: str, reason: str, directory: Directory
) -> Case:
    """Pass over the stage at which a case is, where its chain allows that; another stage must follow.

    HR only, and nobody who has a conflict of interest there. `stage` is the one that was seen. Raises
    NoSuchCase, CaseSealed, CaseSettled, NotPossibleNow, HrOnly, ConflictOfInterest, NotSkippable,
    CommentNeeded.
    """
    dossier = lock_case(session, case_id)
    here = _must_be_at(dossier, stage)
    must_be_hr(dossier, actor)
    if actor.person_id and (conflict := dossier.interests.barred_from(here).get(actor.person_id)):
        raise conflict
    if not here.skippable or here.sign:
        raise NotSkippable
    cause = Cause(Move.SKIP, comment=must_say(reason))
    passed = about(dossier.case, "case.passed_over", cause.comment, stage=here.name, by=actor.person_id)
    try:
        events = move(session, dossier, cause, directory=directory, now=clock.now(session))
    except NoStage as exc:
        raise NotSkippable from exc
    session.flush()
    record(session, actor, [passed, *events])
    return dossier.case


def redo(
    session: Session, actor: Actor, case_id: UUID, *, to: str, reason: str, seen: str, directory: Directory
) -> Case:
    """Send a case back to an earlier stage that people decided, or take the votes of its panel anew.

    What was decided stays in the record; every stage from there on is decided again, in the next round.
    HR, or whoever may decide the stage at which the case is (`seen`). Raises NoSuchCase, CaseSealed,
    CaseSettled, NotPossibleNow, what keeps an approver from deciding, OwnCase, OwnRequest, NoWayBack,
    CommentNeeded.
    """
    dossier = lock_case(session, case_id)
    here = _must_be_at(dossier, seen)
    _must_decide_or_be_hr(session, dossier, actor, directory)
    if to not in {stage.name for stage in ways_back(dossier)}:
        raise NoWayBack
    cause = Cause(Move.REDO, comment=must_say(reason), to=to)
    events = move(session, dossier, cause, directory=directory, now=clock.now(session))
    facts = {"from_stage": here.name, "to_stage": to, "round": dossier.case.round, "by": actor.person_id}
    session.flush()
    record(session, actor, [about(dossier.case, "case.sent_back", cause.comment, **facts), *events])
    return dossier.case


def cancel(session: Session, actor: Actor, case_id: UUID, *, reason: str) -> Proposal:
    """Propose to end a case without a decision, because it should never have been opened: another confirms.

    HR only. Raises NoSuchCase, CaseSealed, CaseSettled, HrOnly, OwnCase, OwnRequest, CommentNeeded,
    ProposedAlready.
    """
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    must_be_hr(dossier, actor)
    kind = ProposalKind.CANCELLATION
    return proposals.propose(session, actor, kind, {}, case_id=case_id, reason=must_say(reason))


def confirm_cancelling(session: Session, actor: Actor, proposal_id: UUID) -> Case:
    """Confirm that a case ends without a decision, as another proposed: cancelled, or expired where the clock
    had stopped it.

    Raises NoSuchProposal, NoSuchCase, CaseSealed, CaseSettled, AnsweredAlready, HrOnly, OwnProposal,
    Conflicted, ConflictOfInterest, NotPossibleNow.
    """
    kind = ProposalKind.CANCELLATION
    dossier = lock_case(session, proposals.case_of(session, proposal_id, kind))
    dossier.must_be_alive()
    proposal = proposals.locked(session, proposal_id, kind)
    proposals.must_confirm(actor, proposal, dossier.interests)
    expires = bool(proposal.body.get("expired"))
    if expires and dossier.case.suspension != EXPIRED:
        raise NotPossibleNow(state=dossier.case.state)
    proposals.confirm(session, actor, proposal)
    cause = Cause(Move.CANCEL, comment=proposal.reason)
    if expires:
        cause = Cause(Move.EXPIRE, EXPIRED, proposal.reason)
    events = move(session, dossier, cause, directory=None, now=clock.now(session))
    session.flush()
    record(session, actor, events)
    return dossier.case


def ways_back(dossier: Dossier) -> list[Stage]:
    """The stages to which a case may be sent back: decided by people, with nothing signed since."""
    case, definition = dossier.case, dossier.definition
    if case.state != CaseState.OPEN or case.stage is None:
        return []
    decided = {d.stage for d in dossier.decisions if d.kind != DecisionKind.RECUSE}
    upto = _upto(definition, case.stage)
    approved = {d.stage for d in dossier.decisions if d.kind == DecisionKind.APPROVE}
    signed = [n for n, stage in enumerate(upto) if stage.sign and stage.name in approved]
    open_to = upto[signed[-1] + 1 :] if signed else upto
    voted = {d.stage for d in dossier.decisions if d.round == case.round}
    return [
        stage
        for stage in open_to
        if not stage.is_external
        and stage.name in decided
        and (stage.name != case.stage or (stage.name in voted and stage.decide.is_panel))
    ]


def _upto(definition: ChainDefinition, stage: str) -> tuple[Stage, ...]:
    return definition.stages[: definition.stages.index(definition.stage(stage)) + 1]


def _must_be_at(dossier: Dossier, stage: str) -> Stage:
    """Raises CaseSealed, CaseSettled; NotPossibleNow when the case is elsewhere by now."""
    dossier.must_be_alive()
    if dossier.case.state != CaseState.OPEN or dossier.case.stage != stage:
        raise NotPossibleNow(state=dossier.case.state)
    return dossier.definition.stage(stage)


def _must_decide_or_be_hr(session: Session, dossier: Dossier, actor: Actor, directory: Directory) -> None:
    must_be_of_others(dossier, actor)
    if actor.has(Role.HR):
        return
    refused: MufakatError = NotPossibleNow(state=dossier.case.state)
    for task in dossier.tasks:
        try:
            may_decide(session, actor, task.id, directory=directory)
        except MufakatError as error:
            refused = error
        else:
            return
    raise refused
