"""What people do with tasks and cases beside deciding: each form calls one verb."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import (
    ahead,
    consultations,
    corrections,
    drafts,
    handing,
    meetings,
    panel_members,
    pausing,
    steering,
)
from approvals.decisions import Verdict
from approvals.directory import Directory
from approvals.dossier import read_case, read_task
from approvals.drafts import Draft
from approvals.panel_members import Part
from core.actor import Actor, Role
from core.errors import MufakatError
from personnel import finding
from web import pages
from web.correcting import corrected
from web.deeds import Refused
from web.deps import CurrentActor, DbSession, People
from web.errors import BadAddress
from web.routes import cases as case_pages
from web.routes import tasks as task_pages
from web.routes.tasks import Typed
from web.typed import begins, day_or_none
from web.words import N_

router = APIRouter()


class Said(BaseModel):
    """What any of these forms says; each has some of these fields."""

    to: str = ""
    to_id: UUID | None = None
    reason: str = ""
    until: str = ""
    whole: bool = False
    code: str = ""
    stage: str = ""
    seen: str = ""
    part: Part = "member"
    ticked: list[str] = []
    seen_version: int = 0
    request_key: str = ""

    @property
    def chosen(self) -> UUID:
        """Who was chosen from a list. Raises NoSuchPerson."""
        if self.to_id is None:
            raise finding.NoSuchPerson(said="")
        return self.to_id

    @property
    def goes_on_at(self) -> datetime | None:
        """Raises BadDay."""
        found = day_or_none(self.until)
        return begins(found) if found else None

    def verdict(self) -> Verdict:
        """Of a form whose choice names the decision with its reason."""
        kind, _, code = self.code.partition(":")
        return Verdict(
            kind=kind,
            code=code or None,
            seen_version=self.seen_version,
            request_key=self.request_key,
            comment=self.reason,
            checklist=self.ticked,
        )


Deed = Callable[[Session, Actor, UUID, Said, Directory], object]


def _add(session: Session, actor: Actor, task_id: UUID, said: Said, people: Directory) -> object:
    case_id, whom = read_task(session, task_id)[0].case.id, finding.one(session, said.to).id
    return panel_members.add_approver(
        session, actor, case_id, whom, part=said.part, reason=said.reason, directory=people
    )


def _end_meeting(session: Session, actor: Actor, task_id: UUID, said: Said, people: Directory) -> object:
    case_id = read_task(session, task_id)[0].case.id
    return meetings.end_meeting(session, actor, case_id, comment=said.reason, directory=people)


def _redo_from_task(session: Session, actor: Actor, task_id: UUID, said: Said, people: Directory) -> object:
    case_id = read_task(session, task_id)[0].case.id
    return _redo(session, actor, case_id, said, people)


def _redo(session: Session, actor: Actor, case_id: UUID, said: Said, people: Directory) -> object:
    return steering.redo(
        session, actor, case_id, to=said.stage, reason=said.reason, seen=said.seen, directory=people
    )


def _correct(session: Session, actor: Actor, case_id: UUID, said: Said, people: Directory) -> object:
    """Change one fact, named by its place."""
    data = corrected(read_case(session, case_id).case.data, said.code, said.to)
    return corrections.correct_data(
        session, actor, case_id, data, seen_version=said.seen_version, reason=said.reason
    )


OF_TASK: dict[str, tuple[Deed, str, bool]] = {
    "consult": (
        lambda s, a, id_, said, people: consultations.consult(
            s, a, id_, finding.one(s, said.to).id, question=said.reason, directory=people
        ),
        N_("Your question is sent; you hear by email when it is answered."),
        True,
    ),
    "delegate": (
        lambda s, a, id_, said, people: handing.delegate(
            s, a, id_, said.chosen, reason=said.reason, with_draft=said.whole, directory=people
        ),
        N_("The task is handed on."),
        False,
    ),
    "reassign": (
        lambda s, a, id_, said, people: handing.reassign(
            s, a, id_, said.chosen, reason=said.reason, directory=people
        ),
        N_("The task is reassigned."),
        False,
    ),
    "escalate": (
        lambda s, a, id_, said, people: handing.escalate(s, a, id_, reason=said.reason, directory=people),
        N_("The task is passed up."),
        False,
    ),
    "suspend": (
        lambda s, a, id_, said, people: pausing.suspend_task(
            s, a, id_, reason=said.reason, until=said.goes_on_at
        ),
        N_("The task is put aside."),
        True,
    ),
    "resume": (
        lambda s, a, id_, said, people: pausing.resume_task(s, a, id_),
        N_("The task is taken up again."),
        True,
    ),
    "redo": (_redo_from_task, N_("The case is sent back."), False),
    "end-meeting": (_end_meeting, N_("The meeting is ended."), False),
    "add": (_add, N_("The approver is added and told."), True),
    "remove": (
        lambda s, a, id_, said, people: panel_members.remove_approver(
            s, a, id_, said.chosen, reason=said.reason, directory=people
        ),
        N_("The approver is taken out; where votes are counted, once somebody else confirms it."),
        False,
    ),
}
"""By the name of its form: the verb, what is said afterwards, and whether the task stays in sight."""

OF_CASE: dict[str, tuple[Deed, str]] = {
    "suspend": (
        lambda s, a, id_, said, people: pausing.suspend_case(
            s, a, id_, code=said.code, reason=said.reason, until=said.goes_on_at, directory=people
        ),
        N_("The case is suspended."),
    ),
    "resume": (
        lambda s, a, id_, said, people: pausing.resume_case(s, a, id_, reason=said.reason, directory=people),
        N_("The case goes on."),
    ),
    "skip": (
        lambda s, a, id_, said, people: steering.skip(
            s, a, id_, stage=said.seen, reason=said.reason, directory=people
        ),
        N_("The stage is passed over."),
    ),
    "redo": (_redo, N_("The case is sent back.")),
    "cancel": (
        lambda s, a, id_, said, people: steering.cancel(s, a, id_, reason=said.reason),
        N_("Proposed: the case is cancelled once somebody else confirms it."),
    ),
    "correct": (
        _correct,
        N_("Corrected; where it turns the case's way, once somebody else confirms it."),
    ),
    "ahead": (
        lambda s, a, id_, said, people: ahead.decide_ahead(
            s, a, id_, said.seen, said.verdict(), directory=people
        ),
        N_("Decided ahead; it counts when the case comes there."),
    ),
    "take-back": (
        lambda s, a, id_, said, people: ahead.take_back(s, a, id_, said.seen),
        N_("What you decided ahead is taken back."),
    ),
}


@router.post("/tasks/{task_id}/draft")
def put_aside(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    task_id: UUID,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Keep what is written so far."""
    draft = Draft(
        comment=typed.comment,
        checklist=typed.checklist,
        return_code=typed.return_code,
        reject_code=typed.reject_code,
    )
    try:
        with session.begin_nested():
            drafts.save_draft(session, actor, task_id, draft)
    except MufakatError as error:
        return task_pages.shown(request, session, actor, people, task_id, typed, error)
    return pages.go(f"/tasks/{task_id}", N_("What you wrote is kept; only you see it."))


@router.post("/tasks/{task_id}/do/{deed}")
def with_task(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    task_id: UUID,
    deed: str,
    said: Annotated[Said, Form()],
) -> Response:
    """Do something with a task."""
    if deed not in OF_TASK:
        raise BadAddress
    verb, word, stays = OF_TASK[deed]
    if refused := _tried(verb, session, actor, task_id, said, people, deed):
        return task_pages.shown(request, session, actor, people, task_id, refused=refused)
    away = (
        f"/cases/{read_task(session, task_id)[0].case.id}" if actor.has(Role.HR, Role.OPERATOR) else "/inbox"
    )
    return pages.go(f"/tasks/{task_id}" if stays else away, word)


@router.post("/cases/{case_id}/do/{deed}")
def with_case(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    deed: str,
    said: Annotated[Said, Form()],
) -> Response:
    """Do something with a case."""
    if deed not in OF_CASE:
        raise BadAddress
    verb, word = OF_CASE[deed]
    if refused := _tried(verb, session, actor, case_id, said, people, deed):
        return case_pages.shown(request, session, actor, people, case_id, refused=refused)
    return pages.go(f"/cases/{case_id}", word)


def _tried(
    verb: Deed, session: Session, actor: Actor, id_: UUID, said: Said, people: Directory, deed: str
) -> Refused | None:
    """Do it; or why not, with what was typed and nothing of the attempt left behind."""
    try:
        with session.begin_nested():
            verb(session, actor, id_, said, people)
    except MufakatError as error:
        return Refused(deed, error, said.model_dump(mode="json"))
    return None
