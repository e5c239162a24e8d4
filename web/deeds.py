"""What somebody may do with a task or a case beside deciding it: forms, laid out by one template."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.orm import Session

from approvals import ahead, steering
from approvals.authority import must_be_above
from approvals.directory import Directory
from approvals.dossier import Dossier, read_case, read_task
from approvals.expiry import EXPIRED
from approvals.handover import Pending
from approvals.models import Case, CaseState, DecisionAhead, Task, TaskState
from approvals.panels import CONVENER, is_meeting
from approvals.receiving import receivers
from approvals.stage import Stage
from approvals.titles import SUSPENSION_REASONS, Titles
from core import clock
from core.actor import Actor, Role
from core.errors import MufakatError
from web.correcting import facts
from web.dossiers import TaskPage
from web.words import N_

Kind = Literal["text", "line", "choice", "person", "day", "tick", "ticks"]
Option = tuple[str, Titles | str]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: its name, what it is called, and what may be chosen."""

    name: str
    label: str
    kind: Kind = "text"
    options: Sequence[Option] = ()
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done: one form with one button."""

    key: str
    title: str
    address: str
    fields: Sequence[Field] = ()
    hint: str = ""
    about: Titles | str = ""
    """What it is about, behind its title, such as a stage."""
    hidden: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Refused:
    """A deed that was refused, with what was typed: its form stays open."""

    key: str
    error: MufakatError
    typed: Mapping[str, Any]


def fault_of(problem: MufakatError | None, *refused: Refused | None) -> MufakatError | None:
    """What a page has to answer for, if anything."""
    return problem or next((one.error for one in refused if one), None)


REASON = Field("reason", N_("Reason"))
UNTIL = Field("until", N_("Goes on by itself on (may stay empty)"), "day", needed=False)
PERSON = Field("to", N_("Name or NIP"), "person")
PARTS: Sequence[Option] = (
    ("member", Titles(id="Anggota", en="Member")),
    ("chair", Titles(id="Ketua", en="Chair")),
    ("secretary", Titles(id="Sekretaris", en="Secretary")),
)


def of_task(session: Session, actor: Actor, page: TaskPage, *, directory: Directory) -> list[Deed]:
    """What somebody may do with a task, while its case is at that stage."""
    dossier, task = read_task(session, page.task.id)
    here = (dossier.case.stage, dossier.case.round)
    if (task.stage, task.round) != here:
        return []
    return [*_TaskDeeds(session, actor, dossier, task, page.refusal is None, directory).all()]


def of_case(session: Session, actor: Actor, case: Case, *, directory: Directory) -> list[Deed]:
    """What somebody may do with a case that is not settled."""
    if case.settled_at is not None:
        return []
    return [*_CaseDeeds(session, actor, read_case(session, case.id), directory).all()]


@dataclass(frozen=True, slots=True)
class _TaskDeeds:
    session: Session
    actor: Actor
    dossier: Dossier
    task: Task
    may_decide: bool
    directory: Directory

    def all(self) -> Iterator[Deed]:
        if self.dossier.case.state != CaseState.OPEN:
            return
        task, stage = self.task, self.dossier.stage_of(self.task)
        if task.ended_at is not None:
            # whoever chaired and has voted still ends the meeting
            yield from self._panel(stage)
            return
        if self.may_decide:
            question = Field("reason", N_("Your question"))
            yield self._deed("consult", N_("Ask a colleague"), PERSON, question, hint=CONSULTS)
        if task.part != CONVENER:
            yield from self._handing()
            yield from self._pausing()
        if (self.may_decide or self.is_hr) and (back := steering.ways_back(self.dossier)):
            stages = [(s.name, s.title) for s in back]
            to = Field("stage", N_("Back to"), "choice", stages)
            seen = {"seen": self.dossier.case.stage or ""}
            yield self._deed("redo", N_("Send back to an earlier stage"), to, REASON, hint=REDOES, **seen)
        yield from self._panel(stage)

    def _handing(self) -> Iterator[Deed]:
        task, now = self.task, clock.now(self.session)
        in_hand = task.state in (TaskState.ALLOCATED, TaskState.STARTED)
        above = self._is_above(now)
        if not (self.is_mine or above):
            yield from self._escalating()
            return
        found = receivers(self.session, self.dossier, task, directory=self.directory, now=now)
        to = Field("to_id", N_("To whom"), "choice", [(str(p.id), p.name) for p in found])
        if found and self.is_mine and in_hand:
            whole = Field("whole", N_("With what I wrote so far"), "tick", needed=False)
            yield self._deed("delegate", N_("Hand to somebody else"), to, REASON, whole)
        if found and above:
            yield self._deed("reassign", N_("Reassign"), to, REASON, hint=REASSIGNS)
        yield from self._escalating()

    def _escalating(self) -> Iterator[Deed]:
        pending = Pending(self.task, self.dossier.case, self.dossier.stage_of(self.task))
        if pending.target and (self.is_mine or self.oversees):
            yield self._deed("escalate", N_("Pass up to the superior"), REASON)

    def _pausing(self) -> Iterator[Deed]:
        if not (self.is_mine or self.is_hr):
            return
        if self.task.state == TaskState.SUSPENDED:
            yield self._deed("resume", N_("Take up again"))
        elif self.task.assignee_id:
            yield self._deed("suspend", N_("Put aside for a while"), REASON, UNTIL, hint=SUSPENDS)

    def _panel(self, stage: Stage) -> Iterator[Deed]:
        chairs = self._leads("chair")
        if is_meeting(stage) and (chairs or self._leads("secretary")):
            comment = Field("reason", N_("Note for the minutes"), needed=False)
            yield self._deed("end-meeting", N_("End the meeting"), comment, hint=ENDS)
        if (self.is_hr or chairs) and _may_add(stage, self.task):
            yield self._deed("add", N_("Add an approver"), *_adding(stage))
        if (
            self.is_hr
            and self.task.ended_at is None
            and self.task.part != CONVENER
            and (whom := self._removable(stage))
        ):
            who = Field("to_id", N_("Whom"), "choice", whom)
            yield self._deed("remove", N_("Take an approver out"), who, REASON)

    def _removable(self, stage: Stage) -> list[Option]:
        ids = [self.task.assignee_id] if stage.is_panel else [*(self.task.candidates or ())]
        people = self.directory.people([id_ for id_ in ids if id_])
        return [(str(id_), person.name) for id_, person in people.items()]

    def _is_above(self, now: Any) -> bool:
        try:
            must_be_above(self.dossier, self.task, self.actor, directory=self.directory, now=now)
        except MufakatError:
            return False
        return True

    def _leads(self, part: str) -> bool:
        said = [d for d in self.dossier.decisions if d.round == self.task.round]
        voted = any((d.decider_id, d.part) == (self.actor.person_id, part) for d in said)
        return voted or (self.is_mine and self.task.part == part)

    @property
    def is_mine(self) -> bool:
        return self.actor.person_id is not None and self.task.assignee_id == self.actor.person_id

    @property
    def is_hr(self) -> bool:
        return self.actor.has(Role.HR) and not self.dossier.interests.conflict_of(self.actor.person_id)

    @property
    def oversees(self) -> bool:
        return self.is_hr or self.actor.has(Role.OPERATOR)

    def _deed(self, key: str, title: str, *fields: Field, hint: str = "", **hidden: str) -> Deed:
        return Deed(key, title, f"/tasks/{self.task.id}/do/{key}", fields, hint, hidden=hidden)


@dataclass(frozen=True, slots=True)
class _CaseDeeds:
    session: Session
    actor: Actor
    dossier: Dossier
    directory: Directory

    def all(self) -> Iterator[Deed]:
        case = self.dossier.case
        mine = self.dossier.interests.conflict_of(self.actor.person_id) is not None
        if self.actor.has(Role.HR, Role.OPERATOR) and not mine:
            yield from self._pausing(case)
        if self.actor.has(Role.HR) and not mine:
            yield self._deed("cancel", N_("Cancel the case"), REASON, hint=CANCELS)
            yield from self._correcting(case)
        if self.actor.has(Role.HR) and not mine and case.state == CaseState.OPEN:
            yield from self._steering(case)
        if case.state == CaseState.OPEN and self.actor.person_id and not mine:
            yield from self._ahead()

    def _pausing(self, case: Case) -> Iterator[Deed]:
        if case.state in (CaseState.OPEN, CaseState.RETURNED):
            code = Field("code", N_("Kind of reason"), "choice", [*SUSPENSION_REASONS.items()])
            yield self._deed("suspend", N_("Suspend the case"), code, REASON, UNTIL, hint=STOPS)
        elif case.state == CaseState.SUSPENDED and case.suspension != EXPIRED:
            yield self._deed("resume", N_("Let the case go on"), REASON)

    def _correcting(self, case: Case) -> Iterator[Deed]:
        known: list[Option] = [(path, f"{path}: {value}") for path, value in facts(case.data)]
        if case.state in (CaseState.OPEN, CaseState.RETURNED) and known and not case.is_fixed:
            fact, value = Field("code", N_("Fact"), "choice", known), Field("to", N_("Correct value"), "line")
            seen = {"seen_version": str(case.version)}
            yield self._deed("correct", N_("Correct a fact"), fact, value, REASON, hint=CORRECTS, **seen)

    def _steering(self, case: Case) -> Iterator[Deed]:
        stage = self.dossier.definition.stage(case.stage or "")
        seen = {"seen": stage.name}
        if stage.skippable and not stage.sign:
            yield self._deed("skip", N_("Pass over the stage"), REASON, about=stage.title, **seen)
        if back := steering.ways_back(self.dossier):
            to = Field("stage", N_("Back to"), "choice", [(s.name, s.title) for s in back])
            yield self._deed("redo", N_("Send back to an earlier stage"), to, REASON, hint=REDOES, **seen)

    def _ahead(self) -> Iterator[Deed]:
        known = {made.stage: made for made in ahead.made_ahead(self.session, self.dossier.case.id)}
        for stage in ahead.stages_ahead(self.dossier):
            if (made := known.get(stage.name)) and self._is_theirs(made):
                back = N_("Take back what you decided ahead")
                yield self._deed("take-back", back, about=stage.title, seen=stage.name)
            elif ahead.may_decide_ahead(
                self.session, self.actor, self.dossier, stage, directory=self.directory
            ):
                yield self._deciding_ahead(stage)

    def _deciding_ahead(self, stage: Stage) -> Deed:
        says: list[Option] = [("approve", Titles(id="Setuju", en="Approve"))]
        for kind, word in (("return", RETURN), ("reject", REJECT)):
            for code, title in self.dossier.definition.reasons_for(kind, stage.name).items():
                both = Titles(id=f"{word.id}: {title.id}", en=f"{word.en}: {title.en}")
                says.append((f"{kind}:{code}", both))
        fields = [Field("code", N_("Your decision"), "choice", says)]
        if stage.checklist:
            fields.append(Field("ticked", N_("Checked"), "ticks", [*stage.checklist.items()], needed=False))
        fields.append(Field("reason", N_("Note (needed to return or reject)"), needed=False))
        hidden = {"seen": stage.name, "seen_version": str(self.dossier.case.version)}
        hidden["request_key"] = secrets.token_urlsafe(18)
        return self._deed("ahead", N_("Decide ahead"), *fields, hint=AHEAD, about=stage.title, **hidden)

    def _is_theirs(self, made: DecisionAhead) -> bool:
        return made.decider_id == self.actor.person_id

    def _deed(
        self, key: str, title: str, *fields: Field, hint: str = "", about: Titles | str = "", **hidden: str
    ) -> Deed:
        return Deed(key, title, f"/cases/{self.dossier.case.id}/do/{key}", fields, hint, about, hidden)


CONSULTS = N_("The task stays with you. Your colleague sees the case until they have answered.")
REASSIGNS = N_("Whoever has it loses it, with what they wrote so far.")
SUSPENDS = N_("Its deadline stands: reminders and escalation go on.")
REDOES = N_("What was decided stays in the record; everything from that stage on is decided again.")
ENDS = N_("Whoever has not voted was not there. This can't be undone.")
STOPS = N_("Nobody can decide it meanwhile, and its deadlines stand still; the law's deadline does not.")
CANCELS = N_(
    "Once somebody else confirms it, it ends without a decision; the person is told why."
    " This can't be undone."
)
CORRECTS = N_(
    "Whoever decides is asked to look again, and you decide it no more. Where it turns the case's way,"
    " somebody else confirms it first."
)
AHEAD = N_("It counts when the case comes there, if nothing in the case has changed by then.")
RETURN = Titles(id="Kembalikan", en="Return")
REJECT = Titles(id="Tolak", en="Reject")


def _may_add(stage: Stage, task: Task) -> bool:
    if stage.sign or stage.decide.rule == "sequence":
        return False
    return stage.is_panel or task.position_id is None


def _adding(stage: Stage) -> list[Field]:
    part = [Field("part", N_("As"), "choice", PARTS)] if is_meeting(stage) else []
    return [PERSON, *part, REASON]
