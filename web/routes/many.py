"""Many tasks at once: chosen in the inbox, shown once more, decided one by one, answered line by line."""

import secrets
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

import wiring
from approvals.decisions import Verdict
from approvals.directory import Directory
from approvals.errors import CommentNeeded, ReasonNeeded, UnknownDecision
from approvals.models import DecisionKind
from core.actor import Actor
from core.errors import MufakatError
from web import many, pages
from web.deps import CurrentActor, DbSession, People
from web.errors import status_of
from web.inbox_view import View
from web.many import Choice

router = APIRouter(prefix="/inbox/many")
SEEN = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9]{1,9}$"
KINDS = (DecisionKind.APPROVE, DecisionKind.RETURN, DecisionKind.REJECT)


class Picked(BaseModel):
    """What was chosen in the inbox."""

    task: list[UUID] = Field(default=[], max_length=many.MOST)
    everything: str = ""
    view: str = ""


class Said(BaseModel):
    """One decision on many tasks; `seen` holds each with the version that was shown, as task:version."""

    seen: list[Annotated[str, Field(pattern=SEEN)]] = Field(default=[], max_length=many.MOST)
    decision: str = ""
    return_code: str = ""
    reject_code: str = ""
    comment: str = Field(default="", max_length=4000)
    batch: str = Field(default="", max_length=40)
    view: str = ""

    @property
    def versions(self) -> dict[UUID, int]:
        pairs = (one.partition(":") for one in self.seen)
        return {UUID(task): int(version) for task, _, version in pairs}

    @property
    def code(self) -> str | None:
        codes = {DecisionKind.RETURN: self.return_code, DecisionKind.REJECT: self.reject_code}
        return next((code for kind, code in codes.items() if kind == self.decision), None) or None

    def verdict(self, task_id: UUID, version: int) -> Verdict:
        """The same of each; sent again it is the same request, so that nothing is decided twice."""
        return Verdict(
            kind=self.decision,
            seen_version=version,
            request_key=f"{self.batch}:{task_id}",
            code=self.code,
            comment=self.comment,
        )

    def lacks(self) -> MufakatError | None:
        """What is missing for all of them, before any is decided."""
        if self.decision not in KINDS or not self.batch:
            return UnknownDecision(kind=self.decision)
        if self.decision != DecisionKind.APPROVE and not self.code:
            return ReasonNeeded(code=self.code)
        if self.decision != DecisionKind.APPROVE and not self.comment.strip():
            return CommentNeeded()
        return None


@router.post("")
def choose(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    picked: Annotated[Picked, Form()],
) -> Response:
    """Show once more what was chosen; nothing is changed yet."""
    view = View.read(picked.view)
    if picked.everything:
        choice = many.choose_all(session, actor, view, directory=people)
    else:
        choice = many.choose(session, actor, picked.task, directory=people)
    return shown(request, choice, Said(view=view.query(), batch=secrets.token_urlsafe(18)))


@router.post("/decide")
def decide(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    said: Annotated[Said, Form()],
) -> Response:
    """Decide them, and tell of each what became of it."""
    if problem := said.lacks():
        return _again(request, session, actor, people, said, problem)
    session.commit()  # each is decided in a transaction of its own; this one must hold nothing
    answers = many.decide_each(actor, said.versions, said.verdict, wiring.directory)
    refused = [(one, pages.said(request, one.refusal)) for one in answers if one.refusal]
    return pages.show(
        request,
        "inbox/many_done.html",
        decision=said.decision,
        decided=[one for one in answers if not one.refusal],
        refused=refused,
        view=View.read(said.view),
    )


def _again(
    request: Request, session: Session, actor: Actor, people: Directory, said: Said, problem: MufakatError
) -> Response:
    choice = many.choose(session, actor, list(said.versions), directory=people)
    return shown(request, choice, said, problem)


def shown(request: Request, choice: Choice, said: Said, problem: MufakatError | None = None) -> Response:
    """What was chosen, with the form that decides it."""
    return pages.show(
        request,
        "inbox/many.html",
        status_of(problem) if problem else 200,
        choice=choice,
        said=said,
        view=View.read(said.view),
        problem=pages.said(request, problem) if problem else "",
        wrong=problem.code if problem else "",
        most=many.MOST,
    )
