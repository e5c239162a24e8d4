"""What follows from a decision: the stage is settled, waits for its other seats, or lacks people to go on."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case
from approvals.errors import NotChair, NotPossibleNow, PanelShort
from approvals.interests import Decided
from approvals.machine import Move
from approvals.models import CaseState, Decision, DecisionKind, Task
from approvals.moving import Cause, about, move
from approvals.opening import Opening, open_stages
from approvals.panels import CONVENER, is_meeting
from approvals.stage import Stage
from approvals.titles import NOT_CARRIED
from approvals.voting import Count, Standing, Vote, standing
from core import clock
from core.actor import Actor
from core.events import Event, record

MOVES = {Standing.APPROVE: Move.APPROVE, Standing.REJECT: Move.REJECT, Standing.RETURN: Move.RETURN}


def follow(
    session: Session, dossier: Dossier, task: Task, decision: Decision, *, directory: Directory, now: datetime
) -> list[Event]:
    """What a decision that is not written yet brings about at its stage; returns what to record."""
    stage = dossier.stage_of(task)
    said = Said(dossier, stage, (*_of_round(dossier, stage), decision))
    asks_next = decision.kind not in (DecisionKind.REJECT, DecisionKind.RETURN)
    return _go_on(session, said, task, asks_next=asks_next, directory=directory, now=now)


def lose_seat(
    session: Session, dossier: Dossier, task: Task, *, directory: Directory, now: datetime
) -> list[Event]:
    """What follows when a panel's seat, ended already, can't be decided by its sitter any more.

    As if they had stepped aside: the others settle it, or it lacks people to go on. Returns what to record.
    """
    stage = dossier.stage_of(task)
    said = Said(dossier, stage, _of_round(dossier, stage))
    return _go_on(session, said, task, asks_next=True, directory=directory, now=now)


def _go_on(
    session: Session, said: "Said", task: Task, *, asks_next: bool, directory: Directory, now: datetime
) -> list[Event]:
    dossier, stage = said.dossier, said.stage
    if stage.decide.rule == "sequence" and asks_next:
        opening = said.opening(first_seat=task.seat + 1)
        along = dossier.changes
        begun = open_stages(session, [opening], directory=directory, now=now, along=along)
        if asked := begun[dossier.case.id]:
            return asked
    others = dossier.waiting(task)
    waiting = [t for t in others if t.part != CONVENER]
    found = standing(stage.decide, said.votes, len(waiting))
    if found is Standing.PENDING or (found is Standing.SHORT and len(waiting) < len(others)):
        return []
    if found is Standing.SHORT:
        # a panel needs members; where one person decides, it goes to the next who may
        opening = said.opening(convene=stage.decide.is_panel)
        along = dossier.changes
        return open_stages(session, [opening], directory=directory, now=now, along=along)[dossier.case.id]
    return said.settle(session, found, len(waiting), directory=directory, now=now)


def end_meeting(
    session: Session, actor: Actor, case_id: UUID, *, comment: str = "", directory: Directory
) -> Standing:
    """End a committee's meeting with those who voted; whoever did not was not there. Chair or secretary only.

    Raises NoSuchCase, CaseSealed, CaseSettled, NotPossibleNow, NotChair, the conflict of interest of who
    stepped aside or is tied by now, PanelShort when attendance is short.
    """
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    stage = next((s for s in dossier.definition.stages if s.name == dossier.case.stage), None)
    if stage is None or not is_meeting(stage) or dossier.case.state != CaseState.OPEN:
        raise NotPossibleNow(state=dossier.case.state)
    said = Said(dossier, stage, _of_round(dossier, stage))
    waiting = [t for t in dossier.tasks if t.ended_at is None and t.part != CONVENER]
    if not _leads(actor, said.decisions, waiting):
        raise NotChair
    if conflict := dossier.interests.conflict_of(actor.person_id):
        raise conflict
    found = standing(stage.decide, said.votes, len(waiting), closed=True)
    if found not in MOVES:
        count = Count.of(said.votes, len(waiting))
        raise PanelShort(present=count.present, needed=stage.decide.needed(count.seats))
    now = clock.now(session)
    ended = about(dossier.case, "panel.closed", comment.strip(), stage=stage.name, absent=len(waiting))
    events = [ended, *said.settle(session, found, len(waiting), directory=directory, now=now)]
    session.flush()
    record(session, actor, events)
    return found


def must_convene(dossier: Dossier) -> PanelShort:
    """Why a panel that is short can't be decided."""
    stage = dossier.definition.stage(dossier.case.stage or "")
    here = [t for t in dossier.tasks if t.ended_at is None and t.part != CONVENER]
    count = Count.of(dossier.votes(stage.name), len(here))
    return PanelShort(present=count.seats, needed=max(stage.decide.needed(count.seats), 1))


class Said:
    """What was said at a stage in its case's present round."""

    def __init__(self, dossier: Dossier, stage: Stage, decisions: Sequence[Decision]) -> None:
        self.dossier = dossier
        self.stage = stage
        self.decisions = decisions
        self.votes = [Vote(DecisionKind(d.kind), d.part) for d in decisions]

    @property
    def by(self) -> tuple[Decided, ...]:
        return tuple(
            Decided(d.stage, d.decider_id, d.kind == DecisionKind.RECUSE, d.acting_for_id)
            for d in self.decisions
        )

    def settle(
        self, session: Session, found: Standing, waiting: int, *, directory: Directory, now: datetime
    ) -> list[Event]:
        """Move the case as the vote says."""
        code, comment = self._reason(found)
        events = [self._counted(found, waiting)] if self.stage.decide.is_panel else []
        cause = Cause(MOVES[found], code, comment, self.by)
        return events + move(session, self.dossier, cause, directory=directory, now=now)

    def opening(self, *, first_seat: int = 0, convene: bool = False) -> Opening:
        """The stage again, for its next seat, or for others than those who stepped aside."""
        case = self.dossier.case
        barred = self.dossier.interests.and_decided(self.by).barred_from(self.stage)
        return Opening(
            case.id,
            case.unit_id,
            case.round,
            self.stage,
            frozenset(barred),
            chain=self.dossier.definition.chain,
            about=self.dossier.about_with(self.by),
            first_seat=first_seat,
            convene=convene,
        )

    def _reason(self, found: Standing) -> tuple[str | None, str]:
        """The chair's reason for it, or the one that most gave; of equals, the first."""
        agreeing = [d for d in self.decisions if d.kind == found.value and d.code]
        agreeing = [d for d in agreeing if d.part == "chair"] or agreeing
        if found is Standing.APPROVE:
            return None, self.decisions[-1].comment if self.decisions else ""
        if not agreeing:
            return NOT_CARRIED, ""
        code = Counter(d.code for d in agreeing).most_common(1)[0][0]
        return code, next(d.comment for d in reversed(agreeing) if d.code == code)

    def _counted(self, found: Standing, waiting: int) -> Event:
        count = Count.of(self.votes, waiting)
        return about(
            self.dossier.case,
            "panel.decided",
            stage=self.stage.name,
            round=self.dossier.case.round,
            outcome=found.value,
            seats=count.seats,
            approve=count.approve,
            reject=count.reject,
            returned=count.returned,
            abstain=count.abstain,
            recused=len(self.votes) - count.present,
            waiting=count.waiting,
        )


def _of_round(dossier: Dossier, stage: Stage) -> tuple[Decision, ...]:
    here = (stage.name, dossier.case.round)
    return tuple(d for d in dossier.decisions if (d.stage, d.round) == here)


def _leads(actor: Actor, decisions: Sequence[Decision], waiting: Sequence[Task]) -> bool:
    leading = ("chair", "secretary")
    voted = any(d.decider_id == actor.person_id and d.part in leading for d in decisions)
    return voted or any(t.assignee_id == actor.person_id and t.part in leading for t in waiting)
