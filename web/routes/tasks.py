"""A task: looked at, taken, given back, decided."""

import secrets
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import consultations, decisions, drafts, looking, tasks
from approvals.decisions import Verdict
from approvals.declining import may_decline
from approvals.directory import Directory
from approvals.errors import CaseChanged
from approvals.models import DecisionKind, Task
from approvals.next_task import done
from core.actor import Actor
from core.errors import MufakatError
from web import casefiles, deeds, dossiers, pages, veil
from web.deeds import Refused, fault_of
from web.deps import CurrentActor, DbSession, People
from web.errors import status_of
from web.following import after_deciding, goes_on
from web.inbox_view import View
from web.words import N_

router = APIRouter(prefix="/tasks")

DECIDED = {
    DecisionKind.APPROVE: N_("Approved: {name} ({reference})."),
    DecisionKind.RETURN: N_("Returned for repair: {name} ({reference})."),
    DecisionKind.REJECT: N_("Rejected: {name} ({reference})."),
    DecisionKind.ABSTAIN: N_("Abstained: {name} ({reference})."),
    DecisionKind.RECUSE: N_("You stepped aside: {name} ({reference})."),
}


class Typed(BaseModel):
    """What the form of a decision says. Each button sends its own `decision`."""

    decision: str = ""
    return_code: str = ""
    reject_code: str = ""
    comment: str = ""
    checklist: list[str] = []
    then: str = ""
    """Whether the sender wants more tasks of the same kind."""
    view: str = ""
    """The part of the inbox that they came from."""
    seen_version: int = 0
    request_key: str = ""

    def verdict(self) -> Verdict:
        codes = {DecisionKind.RETURN: self.return_code, DecisionKind.REJECT: self.reject_code}
        return Verdict(
            kind=self.decision,
            seen_version=self.seen_version,
            request_key=self.request_key,
            code=next((code for kind, code in codes.items() if kind == self.decision), None) or None,
            comment=self.comment,
            checklist=self.checklist,
        )


@router.get("/{task_id}")
def look(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    task_id: UUID,
    then: str = "",
    view: str = "",
) -> Response:
    """The task with everything that is needed to decide it."""
    return shown(request, session, actor, people, task_id, Typed(then=then, view=view))


@router.post("/{task_id}/claim")
def claim(session: DbSession, actor: CurrentActor, people: People, task_id: UUID) -> Response:
    """Take an offered task."""
    with veil.of_task(session, actor, task_id, people):
        tasks.claim(session, actor, task_id)
    return pages.go(f"/tasks/{task_id}", N_("The task is yours now."))


@router.post("/{task_id}/release")
def release(session: DbSession, actor: CurrentActor, people: People, task_id: UUID) -> Response:
    """Give a taken task back to its queue."""
    with veil.of_task(session, actor, task_id, people):
        tasks.release(session, actor, task_id)
    return pages.go("/inbox", N_("The task is back with your colleagues."), kind="plain")


@router.post("/{task_id}/decide")
def decide(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    task_id: UUID,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Decide, and go on to the next task; what stands in the way is shown with what was typed."""
    if problem := tried(session, actor, people, task_id, typed):
        return shown(request, session, actor, people, task_id, typed, problem)
    did, part = done(session, actor, task_id, directory=people), View.read(typed.view)
    where = after_deciding(session, actor, did, then=typed.then, part=part, directory=people)
    word = DECIDED[DecisionKind(typed.decision)]
    session.commit()
    return pages.go(where, word, reference=did.reference, name=did.subject_name)


def tried(
    session: Session, actor: Actor, people: Directory, task_id: UUID, typed: Typed
) -> MufakatError | None:
    """Decide; or the reason why not, with nothing of the attempt left behind.

    Nothing else has been done in this transaction, so all of it is given up.
    """
    try:
        decisions.decide(session, actor, task_id, typed.verdict(), directory=people)
    except MufakatError as error:
        session.rollback()
        return error
    return None


def shown(
    request: Request,
    session: Session,
    actor: Actor,
    people: Directory,
    task_id: UUID,
    typed: Typed | None = None,
    problem: MufakatError | None = None,
    action: str = "",
    refused: Refused | None = None,
    form: Refused | None = None,
    since: int = 0,
) -> Response:
    """The page of a task; after a refused decision with its reason, and with what was typed.

    `since` is the version of the case that a mail told of: what has changed is shown.
    """
    language = pages.visit_of(request).language
    page = dossiers.task_page(session, actor, task_id, directory=people, language=language)
    difference, before = None, looking.look(session, actor, page.case)
    if typed and isinstance(problem, CaseChanged):
        difference = casefiles.difference_view(session, page.case, typed.seen_version, None, language)
    elif before and page.refusal is None:
        difference = casefiles.difference_view(session, page.case, before.version, None, language)
    elif 0 < since < page.case.version:
        difference = casefiles.difference_view(session, page.case, since, None, language)
    return pages.show(
        request,
        "tasks/task.html",
        status_of(at_fault) if (at_fault := fault_of(problem, refused, form)) else 200,
        page=page.page,
        case=page.case,
        task=page.task,
        asked=page,
        action=action or f"/tasks/{task_id}",
        typed=typed if typed and problem else kept(page.task, actor, typed or Typed()),
        part=View.read(typed.view if typed else ""),
        deeds=[] if action else deeds.of_task(session, actor, page, directory=people),
        refused=refused,
        refusal_said=pages.said(request, refused.error) if refused else "",
        form=form,
        form_said=pages.said(request, form.error) if form else "",
        questions=consultations.about_task(session, task_id),
        problem=pages.said(request, problem) if problem else "",
        wrong=problem.code if problem else "",
        difference=difference,
        looked_at=None if problem or before is None else before.at,
        mailed=bool(action),
        goes_on=goes_on(page.task) and not action,
        declinable=may_decline(page.task, actor, binding=page.stage.binding),
        refusal=pages.said(request, page.refusal) if page.refusal else "",
        request_key=secrets.token_urlsafe(18),
    )


def kept(task: Task, actor: Actor, typed: Typed) -> Typed:
    """What somebody wrote before and did not send."""
    draft = drafts.draft_of(task, actor)
    return typed.model_copy(update=asdict(draft)) if draft else typed
