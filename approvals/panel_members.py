"""Approvers beside those whom the chain names: a seat more or less in a panel, or to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals import proposals
from approvals.authority import must_be_hr, must_be_of_others, must_say
from approvals.candidacy import ByName, ByRole
from approvals.crowds import Crowds
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case, lock_task
from approvals.errors import HrOnly, NotPossibleNow
from approvals.meetings import Said, lose_seat
from approvals.models import Case, CaseState, Decision, Task, TaskState
from approvals.models_proposals import Proposal, ProposalKind
from approvals.moving import about, cancel_task
from approvals.obstacles import (
    AddsThemselves,
    ChairOnly,
    Conflicted,
    LastApprover,
    NotAddable,
    SeatedAlready,
    SitsThere,
)
from approvals.opening import open_stages
from approvals.panels import CONVENER, PanelSeat, is_crowd, panel
from approvals.receiving import must_work_here
from approvals.stage import Stage
from core import clock
from core.actor import Actor
from core.directory import Person
from core.events import Event, record

Part = Literal["chair", "secretary", "member"]


def add_approver(
    session: Session,
    actor: Actor,
    case_id: UUID,
    person_id: UUID,
    *,
    reason: str,
    part: Part = "member",
    directory: Directory,
) -> Case:
    """Give somebody a seat in the panel at which a case is, or a part in what one of several decides.

    Where a panel was short, it begins as soon as it is complete. HR, or the panel's chair. Raises NoSuchCase,
    CaseSealed, CaseSettled, NotPossibleNow, ChairOnly, OwnCase, OwnRequest, CommentNeeded, Gone,
    AddsThemselves, Conflicted, SeatedAlready, NotAddable.
    """
    place = _Place.of(lock_case(session, case_id))
    _must_lead(place, actor)
    comment, now = must_say(reason), clock.now(session)
    person = must_work_here(person_id, directory)
    if person.id == actor.person_id:
        raise AddsThemselves
    if person.id in place.dossier.interests.barred_from(place.stage):
        raise Conflicted(name=person.name)
    if place.stage.sign:
        raise NotAddable
    if place.stage.is_panel:
        events = _seat(session, place, person, part, directory=directory, now=now)
        facts = {"stage": place.stage.name, "person": person.id, "part": part, "by": actor.person_id}
        events = [about(place.dossier.case, "panel.member_added", comment, **facts), *events]
    else:
        events = [_choose_from(place, person, actor, directory=directory, comment=comment)]
    session.flush()
    record(session, actor, events)
    return place.dossier.case


def remove_approver(
    session: Session, actor: Actor, task_id: UUID, person_id: UUID, *, reason: str, directory: Directory
) -> Case | Proposal:
    """Take an undecided seat, or a part in what one of several decides, from somebody.

    Where seats are counted against each other, fewer of them may decide by themselves: that is only proposed,
    and another confirms it. HR only, and nobody who sits there: a panel does not choose who votes. Raises
    NoSuchTask, CaseSealed, CaseSettled, NotPossibleNow, HrOnly, OwnCase, OwnRequest, SitsThere,
    CommentNeeded, NotAddable, LastApprover, ProposedAlready.
    """
    dossier, task = lock_task(session, task_id)
    place = _Place.of(dossier)
    must_be_hr(dossier, actor)
    _must_not_sit(place, actor)
    comment, now = must_say(reason), clock.now(session)
    _must_be_removable(place, task, person_id)
    if place.stage.decide.is_panel:
        name = directory.people([person_id])[person_id].name
        body = {"task": str(task.id), "person": str(person_id), "name": name, "stage": task.stage}
        kind = ProposalKind.REMOVAL
        return proposals.propose(session, actor, kind, body, case_id=dossier.case.id, reason=comment)
    if place.stage.is_panel:
        events = _unseat(session, place, task, actor.person_id, comment, directory=directory, now=now)
    else:
        events = [_choose_without(task, person_id, actor, comment)]
    session.flush()
    record(session, actor, events)
    return dossier.case


def confirm_removing(session: Session, actor: Actor, proposal_id: UUID, *, directory: Directory) -> Case:
    """Confirm that somebody loses their undecided seat, as another proposed. A panel that is short without
    them is convened anew.

    Raises NoSuchProposal, NoSuchTask, CaseSealed, CaseSettled, NotPossibleNow, AnsweredAlready, HrOnly,
    OwnProposal, Conflicted, ConflictOfInterest, SitsThere, NotAddable, LastApprover.
    """
    kind = ProposalKind.REMOVAL
    dossier = lock_case(session, proposals.case_of(session, proposal_id, kind))
    place = _Place.of(dossier)
    proposal = proposals.locked(session, proposal_id, kind)
    proposals.must_confirm(actor, proposal, dossier.interests)
    _must_not_sit(place, actor)
    task = next((t for t in dossier.tasks if t.id == UUID(proposal.body["task"])), None)
    if task is None:
        raise NotPossibleNow(state=dossier.case.state)
    _must_be_removable(place, task, UUID(proposal.body["person"]))
    proposals.confirm(session, actor, proposal)
    now, reason, by = clock.now(session), proposal.reason, proposal.made_by
    events = _unseat(session, place, task, by, reason, directory=directory, now=now)
    session.flush()
    record(session, actor, events)
    return dossier.case


@dataclass(frozen=True, slots=True)
class _Place:
    """The stage at which a case is: its open seats, this round's votes, and what HR is asked."""

    dossier: Dossier
    stage: Stage
    seats: Sequence[Task]
    decisions: Sequence[Decision]
    convener: Task | None

    @classmethod
    def of(cls, dossier: Dossier) -> "_Place":
        """Raises CaseSealed, CaseSettled, NotPossibleNow."""
        dossier.must_be_alive()
        case = dossier.case
        stage = next((s for s in dossier.definition.stages if s.name == case.stage), None)
        if case.state != CaseState.OPEN or stage is None or stage.is_external:
            raise NotPossibleNow(state=case.state)
        here = [t for t in dossier.tasks if t.ended_at is None and t.stage == stage.name]
        said = [d for d in dossier.decisions if (d.stage, d.round) == (stage.name, case.round)]
        convener = next((t for t in here if t.part == CONVENER), None)
        return cls(dossier, stage, [t for t in here if t.part != CONVENER], said, convener)

    def takes_part(self, person_id: UUID) -> bool:
        seated = any(t.assignee_id == person_id for t in self.seats)
        return seated or any(d.decider_id == person_id for d in self.decisions)

    def is_led_by(self, actor: Actor) -> bool:
        """Whether somebody is, or was when voting, the chair of its panel."""
        sits = any(t.assignee_id == actor.person_id and t.part == "chair" for t in self.seats)
        return sits or any(d.decider_id == actor.person_id and d.part == "chair" for d in self.decisions)


def _must_not_sit(place: _Place, actor: Actor) -> None:
    """Raises SitsThere."""
    if place.stage.is_panel and actor.person_id is not None and place.takes_part(actor.person_id):
        raise SitsThere


def _must_be_removable(place: _Place, task: Task, person_id: UUID) -> None:
    """Raises NotPossibleNow, NotAddable, LastApprover."""
    if task.ended_at is not None or task.part == CONVENER or task.stage != place.stage.name:
        raise NotPossibleNow(state=place.dossier.case.state)
    if not place.stage.is_panel:
        return
    if task.assignee_id != person_id:
        raise NotAddable
    if not place.stage.decide.is_panel and not place.dossier.waiting(task):
        raise LastApprover


def _unseat(
    session: Session,
    place: _Place,
    task: Task,
    by: UUID | None,
    comment: str,
    *,
    directory: Directory,
    now: datetime,
) -> list[Event]:
    facts = {"stage": task.stage, "person": task.assignee_id, "part": task.part, "by": by}
    gone = [
        about(place.dossier.case, "panel.member_removed", comment, **facts),
        cancel_task(task, "removed", now),
    ]
    return [*gone, *lose_seat(session, place.dossier, task, directory=directory, now=now)]


def _must_lead(place: _Place, actor: Actor) -> None:
    if actor.person_id and place.is_led_by(actor):
        must_be_of_others(place.dossier, actor)
        return
    try:
        must_be_hr(place.dossier, actor)
    except HrOnly as exc:
        raise ChairOnly from exc


def _seat(
    session: Session, place: _Place, person: Person, part: Part, *, directory: Directory, now: datetime
) -> list[Event]:
    """The seat's task; where the panel never began, its own seats'; and the end of what HR was asked."""
    if place.takes_part(person.id):
        raise SeatedAlready(name=person.name)
    if place.stage.decide.rule == "sequence":
        raise NotAddable
    said = Said(place.dossier, place.stage, tuple(place.decisions))
    opening = said.opening()
    own = _never_asked(place, said, directory, now)
    number = max([_last_seat(session, place), *(seat.number for seat in own)]) + 1
    added = PanelSeat(ByName(person=str(person.id)), part, number)
    seats = (*(s for s in own if s.candidate != added.candidate), added)
    asked = replace(opening, exactly=seats)
    events = open_stages(session, [asked], directory=directory, now=now)[place.dossier.case.id]
    total = len(place.seats) + len(seats) + len([v for v in said.votes if v.kind != "recuse"])
    if place.convener and total >= max(place.stage.decide.needed(total), 1):
        events.append(cancel_task(place.convener, "complete", now))
    return events


def _never_asked(place: _Place, said: Said, directory: Directory, now: datetime) -> tuple[PanelSeat, ...]:
    """The panel's own seats, where it was too short from the start to ask them."""
    if not place.convener or place.seats or place.decisions:
        return ()
    opening = said.opening()
    crowds = Crowds.ask([c for c in place.stage.wanted if is_crowd(c)], directory, now)
    return panel(place.stage, opening.about, crowds, opening.barred).seats


def _last_seat(session: Session, place: _Place) -> int:
    case = place.dossier.case
    of = (Task.case_id == case.id, Task.stage == place.stage.name, Task.round == case.round)
    return session.scalar(select(func.max(Task.seat)).where(*of)) or 0


def _choose_from(place: _Place, person: Person, actor: Actor, *, directory: Directory, comment: str) -> Event:
    """Offer the one task of a stage to somebody more, by name beside those who may take it already."""
    task = next(iter(place.seats), None)
    if task is None or task.position_id is not None:
        raise NotAddable
    able = _may_take(place, task, directory)
    if person.id in able:
        raise SeatedAlready(name=person.name)
    task.candidates, task.queue = [*able, person.id], None
    if not able:
        task.candidates, task.assignee_id, task.state = None, person.id, TaskState.ALLOCATED
        # what HR wrote or began meanwhile is not theirs to read
        task.draft = task.started_at = task.claimed_at = None
        task.suspended_from = task.suspended_at = task.suspended_until = None
    elif task.claimed_at is None and task.state == TaskState.ALLOCATED:
        task.assignee_id, task.state = None, TaskState.OFFERED
    return _changed("task.approver_added", task, person.id, actor, comment)


def _may_take(place: _Place, task: Task, directory: Directory) -> list[UUID]:
    """Who may take the task as it is; nobody, where HR has it only because nobody was found."""
    if task.candidates is not None:
        return [*task.candidates]
    if task.queue is None:
        return [task.assignee_id] if task.assignee_id else []
    wanted = place.stage.wanted_at(task.seat)
    if not isinstance(wanted, ByRole) or task.queue != f"role:{wanted.role}":
        return []
    return [p.id for p in directory.with_role(wanted.role) if p.active and p.id not in task.barred]


def _choose_without(task: Task, person_id: UUID, actor: Actor, comment: str) -> Event:
    if task.candidates is None:
        raise NotAddable
    left = [one for one in task.candidates if one != person_id]
    if len(left) == len(task.candidates) or task.assignee_id == person_id:
        raise NotAddable
    if not left:
        raise LastApprover
    task.candidates = left
    return _changed("task.approver_removed", task, person_id, actor, comment)


def _changed(name: str, task: Task, person_id: UUID, actor: Actor, comment: str) -> Event:
    facts = {
        "task": task.id,
        "case": task.case_id,
        "stage": task.stage,
        "person": person_id,
        "by": actor.person_id,
        "to": task.assignee_id,
        "state": task.state,
        "queue": task.queue,
        "candidates": task.candidates,
        "position": task.position_id,
        "due_at": task.due_at,
    }
    return Event(name, task.case_id, "case", facts, {"comment": comment})
