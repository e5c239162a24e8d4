"""What the pages of a case and of a task show: gathered once, so that templates only lay it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import access, appeals, chains, decisions, minutes, views
from approvals.appeals import AppealRight
from approvals.directory import Directory
from approvals.dossier import read_task
from approvals.entitlement import may_claim
from approvals.errors import NoSuchCase, NoSuchTask
from approvals.models import Case, CaseState, Task, TaskState
from approvals.stage import Stage
from approvals.titles import Reasons, Titles
from approvals.views import CaseView
from core.actor import Actor
from core.conditions import condition
from core.errors import MufakatError
from flows.promotion import decree_lines
from flows.promotion import queries as promotions
from flows.promotion.models import Decree
from personnel import units
from web import history
from web.casefiles import FileView, concerns, file_view, left_in_days, may_ratify
from web.history import Told


@dataclass(frozen=True, slots=True)
class Law:
    """The law's deadline of a case: which rule, by when, or what is left while it stands still."""

    reference: str
    due_at: datetime | None
    missed: bool
    days_left: int
    nearer: bool
    """Whether it comes before the office's own deadline."""

    @classmethod
    def of(cls, view: CaseView) -> "Law | None":
        law, case = view.definition.statutory, view.case
        if law is None or case.statutory_since is None:
            return None
        own = min((t.due_at for t in view.open_tasks if t.due_at), default=None)
        due, missed = case.statutory_due_at, case.statutory_missed_at is not None
        nearer = due is not None and (own is None or due < own)
        return cls(law.reference, due, missed, left_in_days(case.statutory_left), nearer)


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with the names that belong to its ids, what screening found, and its story in sentences."""

    view: CaseView
    names: Mapping[UUID, str]
    posts: Mapping[UUID, str]
    unit: str
    story: Sequence[Told]
    repaired: Told | None
    """What was said when it was sent in again, the last time."""
    findings: Sequence[Mapping[str, Any]]
    """What screening found, rule by rule; empty for a case of another process."""
    decree: Decree | None
    decree_line: Sequence[Decree]
    """The decree with what corrected or revoked it, and what it corrects or revokes; from the first on."""
    withdraw_reasons: Reasons
    minutes: Sequence[tuple[str, int]]
    """The panels whose minutes this person may read, by stage and round."""
    file: FileView
    law: Law | None
    """The law's deadline, where the chain has one."""
    may_ratify: bool
    """Whether this person is asked what the case has become whose term ran out."""
    deliberations: bool
    """Whether they may know how each of a panel voted and what colleagues were asked; its person does not."""
    appeal: AppealRight | None
    """What its subject or requester may do against its outcome; None for others, and where nothing is."""

    @property
    def case(self) -> Case:
        return self.view.case

    @property
    def checklist(self) -> Mapping[str, Titles]:
        """Every item that some stage of the chain has on its checklist."""
        return {code: t for stage in self.view.definition.stages for code, t in stage.checklist.items()}


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task in its case: what is asked, what follows, and whether this person may decide it."""

    task: Task
    stage: Stage
    page: CasePage
    refusal: MufakatError | None
    """Why this person may not decide it now; None when they may."""
    return_reasons: Reasons
    reject_reasons: Reasons
    next_stage: Stage | None
    """Where the case goes when this is approved; None when that settles it."""
    claimable: bool
    releasable: bool

    @property
    def case(self) -> Case:
        return self.page.case


def case_page(
    session: Session, actor: Actor, case_id: UUID, *, directory: Directory, language: str
) -> CasePage:
    """The page of a case that the actor may see. Raises NoSuchCase."""
    case = access.must_see(session, actor, case_id, directory=directory)
    view = views.case_view(session, case.id)
    inside = not concerns(case, actor)
    people = directory.people(history.people_in(view))
    names = {person.id: person.name for person in people.values()}
    at_posts = {t.position_id for t in view.open_tasks if t.position_id}
    return CasePage(
        view=view,
        names=names,
        posts={id_: directory.post(id_, case.opened_at).title for id_ in at_posts},
        unit=units.names(session, [case.unit_id]).get(case.unit_id, ""),
        story=(story := history.story(view, names, language, deliberations=inside)),
        repaired=next((line for line in story if line.name == "case.resubmitted"), None),
        findings=found.findings if (found := promotions.candidate_of_case(session, case.id)) else (),
        decree=(decree := _decree(session, case)),
        decree_line=decree_lines.line_of(session, decree) if decree else (),
        withdraw_reasons=view.definition.reasons_for("withdraw"),
        file=file_view(session, actor, case, directory=directory),
        law=Law.of(view),
        may_ratify=may_ratify(actor, case),
        deliberations=inside,
        appeal=None if inside else appeals.right_to_appeal(session, case, directory=directory),
        minutes=minutes.minutes_of(session, case) if minutes.may_read(session, actor, case) else (),
    )


def task_page(
    session: Session, actor: Actor, task_id: UUID, *, directory: Directory, language: str
) -> TaskPage:
    """The page of a task whose case the actor may see. Raises NoSuchTask, also for one of another's case.

    Whoever was offered a task that a colleague took or decided is told so, by the error that says it.
    """
    dossier, task = read_task(session, task_id)
    try:
        page = case_page(session, actor, task.case_id, directory=directory, language=language)
    except NoSuchCase:
        if may_claim(task, actor):
            decisions.may_decide(session, actor, task_id, directory=directory)
        raise NoSuchTask from None
    stage = chains.stage_of(session, dossier.case.chain_version_id, task.stage)
    return TaskPage(
        task=task,
        stage=stage,
        page=page,
        refusal=_refusal(session, actor, task.id, directory),
        return_reasons=dossier.definition.reasons_for("return", stage.name),
        reject_reasons=dossier.definition.reasons_for("reject", stage.name),
        next_stage=_following(page.view, stage),
        claimable=task.state == TaskState.OFFERED and may_claim(task, actor),
        releasable=_is_held_from_queue(task, actor),
    )


def _decree(session: Session, case: Case) -> Decree | None:
    issued = promotions.decrees_of(session, case.subject_id) if case.state == CaseState.APPROVED else []
    return next((decree for decree in issued if decree.case_id == case.id), None)


def _refusal(session: Session, actor: Actor, task_id: UUID, directory: Directory) -> MufakatError | None:
    try:
        decisions.may_decide(session, actor, task_id, directory=directory)
    except MufakatError as error:
        return error
    return None


def _following(view: CaseView, stage: Stage) -> Stage | None:
    if view.case.state != CaseState.OPEN:
        return None
    facts = view.case.data
    after = view.definition.following(stage.name)
    return next((s for s in after if s.when is None or condition(s.when).holds(facts)), None)


def _is_held_from_queue(task: Task, actor: Actor) -> bool:
    open_ = task.state in (TaskState.ALLOCATED, TaskState.STARTED)
    from_many = task.queue is not None or task.candidates is not None
    return open_ and from_many and task.assignee_id == actor.person_id
