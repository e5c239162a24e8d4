"""Deciding a later stage before the case is there: it counts when it comes there, if nothing changed.

Whoever moves a case only says that a decision made ahead is due; this room hears that, in the same
transaction, and decides by the usual verb with all its guards. So the mover need not know how to decide.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.candidates import Wanted, assign
from approvals.decisions import Verdict, decide, must_be_complete
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case
from approvals.entitlement import Warrant, right
from approvals.errors import AlreadyClaimed, CaseChanged, NotPossibleNow, NotYours, UnknownDecision
from approvals.instruments import warrants
from approvals.models import Case, CaseState, DecisionAhead, DecisionKind, Task
from approvals.moving import about
from approvals.obstacles import AheadAlready, NoSuchAhead, NotToDecideAhead
from approvals.opening import rank_of
from approvals.receiving import must_work_here
from approvals.stage import Stage
from core import clock
from core.actor import Actor
from core.errors import MufakatError
from core.events import Recorded, Subscriber, record
from core.ids import new_id

AHEAD = frozenset({DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RETURN})


def decide_ahead(
    session: Session, actor: Actor, case_id: UUID, stage: str, verdict: Verdict, *, directory: Directory
) -> DecisionAhead:
    """Decide a later stage that one person decides, as whoever could if the case were there now.

    Raises NoSuchCase, CaseSealed, CaseSettled, NotPossibleNow, NotToDecideAhead, AheadAlready, NotYours,
    ConflictOfInterest; and what the verdict lacks: UnknownDecision, CaseChanged, ReasonNeeded, CommentNeeded,
    ChecklistIncomplete.
    """
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    case = dossier.case
    if case.state != CaseState.OPEN:
        raise NotPossibleNow(state=case.state)
    if stage not in {one.name for one in stages_ahead(dossier)}:
        raise NotToDecideAhead
    if earlier := _known(session, case_id, stage):
        if earlier.request_key == verdict.request_key and earlier.decider_id == actor.person_id:
            return earlier
        raise AheadAlready(by=earlier.decider_name)
    task = _as_if_there(session, dossier, dossier.definition.stage(stage), actor, directory=directory)
    if verdict.kind not in AHEAD:
        raise UnknownDecision(kind=verdict.kind)
    must_be_complete(dossier, task, verdict)
    made = _made(session, actor, case, stage, verdict)
    case.decided_ahead = sorted({*case.decided_ahead, stage})
    session.flush()
    said = about(
        case,
        "case.decided_ahead",
        made.comment,
        stage=stage,
        kind=made.kind,
        by=actor.person_id,
        version=made.case_version,
    )
    record(session, actor, [said])
    return made


def take_back(session: Session, actor: Actor, case_id: UUID, stage: str) -> Case:
    """Take back what one decided ahead, before it counts. Raises NoSuchCase, NoSuchAhead."""
    dossier = lock_case(session, case_id)
    made = _known(session, case_id, stage)
    if made is None or actor.person_id is None or made.decider_id != actor.person_id:
        raise NoSuchAhead
    _drop(session, dossier.case, made)
    session.flush()
    said = about(dossier.case, "case.ahead_withdrawn", stage=stage, by=actor.person_id)
    record(session, actor, [said])
    return dossier.case


def stages_ahead(dossier: Dossier) -> list[Stage]:
    """The later stages of a case that can be decided ahead."""
    if dossier.case.state != CaseState.OPEN or dossier.case.stage is None:
        return []
    later = dossier.definition.following(dossier.case.stage)
    return [s for s in later if s.kind == "people" and not s.sign and not s.is_panel]


def made_ahead(session: Session, case_id: UUID) -> list[DecisionAhead]:
    """What was decided ahead of a case, and has not counted yet."""
    found = select(DecisionAhead).where(DecisionAhead.case_id == case_id)
    return list(session.scalars(found.order_by(DecisionAhead.id)))


def may_decide_ahead(
    session: Session, actor: Actor, dossier: Dossier, stage: Stage, *, directory: Directory
) -> bool:
    """Whether somebody could decide a later stage now."""
    if stage.name in dossier.case.decided_ahead:
        return False
    try:
        _as_if_there(session, dossier, stage, actor, directory=directory)
    except MufakatError:
        return False
    return True


def subscriber(directory: Callable[[Session], Directory]) -> Subscriber:
    """Hears that a stage begins which was decided ahead, and lets that count."""

    def hear(session: Session, recorded: Sequence[Recorded]) -> None:
        for event in recorded:
            if event.name == "case.ahead_due":
                count(session, event.facts["case"], event.facts["stage"], directory=directory(session))

    return hear


def count(session: Session, case_id: UUID, stage: str, *, directory: Directory) -> None:
    """Let a decision made ahead count at the stage that began, or drop it and say why."""
    dossier = lock_case(session, case_id)
    made = _known(session, case_id, stage)
    task = next((t for t in dossier.tasks if t.ended_at is None and t.stage == stage), None)
    if made is None or task is None:
        return
    _drop(session, dossier.case, made)
    session.flush()
    actor = Actor(made.decider_id, made.decider_name, directory.roles_of(made.decider_id), made.via)
    verdict = Verdict(
        kind=made.kind,
        seen_version=made.case_version,
        request_key=made.request_key,
        code=made.code,
        comment=made.comment,
        checklist=made.checklist,
    )
    try:
        with session.begin_nested():
            if made.case_version != dossier.case.version:
                raise CaseChanged(seen=made.case_version, version=dossier.case.version)
            must_work_here(made.decider_id, directory)
            decide(session, actor, task.id, verdict, directory=directory)
    except MufakatError as refused:
        dropped = about(
            dossier.case,
            "case.ahead_dropped",
            stage=stage,
            task=task.id,
            by=made.decider_id,
            why=refused.code,
            assignee=task.assignee_id,
            queue=task.queue,
            candidates=task.candidates,
            due_at=task.due_at,
        )
        record(session, actor, [dropped])


def _as_if_there(
    session: Session, dossier: Dossier, stage: Stage, actor: Actor, *, directory: Directory
) -> Task:
    """The task that the stage would hold if it began now. Raises NotYours, ConflictOfInterest."""
    case, now = dossier.case, clock.now(session)
    barred = dossier.interests.barred_from(stage)
    if actor.person_id and (conflict := barred.get(actor.person_id)):
        raise conflict
    dossier.interests.must_have_answered(actor.person_id)
    rank, chain = rank_of(case.data), dossier.definition.chain
    wanted = Wanted(
        stage.wanted[0],
        case.unit_id,
        stage.acting,
        list(barred),
        about=dossier.about_with(()),
        chain=chain,
        stage=stage.name,
        rank=rank,
    )
    (found,) = assign([wanted], directory, now)
    if found.unfilled:
        raise NotYours
    # never stored: only held against the same rule as the task that will be
    task = Task(
        stage=stage.name,
        round=case.round,
        state=found.state,
        queue=found.queue,
        candidates=None if found.candidates is None else [*found.candidates],
        position_id=found.position_id,
        assignee_id=found.assignee_id,
        chain=chain,
        rank=rank,
        part="",
        seat=0,
    )
    post = directory.post(found.position_id, now) if found.position_id else None

    def received() -> Sequence[Warrant]:
        return warrants(session, actor, now, directory=directory)

    try:
        right(task, stage, actor, barred, post, warrants=received)
    except AlreadyClaimed as exc:
        raise NotYours from exc
    return task


def _known(session: Session, case_id: UUID, stage: str) -> DecisionAhead | None:
    found = select(DecisionAhead).where(DecisionAhead.case_id == case_id, DecisionAhead.stage == stage)
    return session.scalar(found)


def _made(session: Session, actor: Actor, case: Case, stage: str, verdict: Verdict) -> DecisionAhead:
    if actor.person_id is None:
        raise NotYours
    reasoned = verdict.kind in (DecisionKind.REJECT, DecisionKind.RETURN)
    made = DecisionAhead(
        id=new_id(),
        case_id=case.id,
        stage=stage,
        kind=str(verdict.kind),
        decider_id=actor.person_id,
        decider_name=actor.name,
        roles=sorted(actor.roles),
        code=verdict.code if reasoned else None,
        comment=verdict.comment.strip(),
        checklist=sorted(verdict.checklist),
        case_version=verdict.seen_version,
        request_key=verdict.request_key,
        via=actor.via,
        made_at=clock.now(session),
    )
    session.add(made)
    return made


def _drop(session: Session, case: Case, made: DecisionAhead) -> None:
    session.delete(made)
    case.decided_ahead = [one for one in case.decided_ahead if one != made.stage]
