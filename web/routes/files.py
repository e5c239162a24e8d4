"""A case's file: its documents, its versions, the remarks on it, and HR's word on what the clock did."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import access, comments, documents, versions
from approvals.directory import Directory
from approvals.file_errors import NoSuchDocument
from approvals.ratifying import ratify_expiry
from core.actor import Actor
from core.errors import Invalid, MufakatError
from web import casefiles, downloads, limiting, pages, uploads
from web.deeds import Refused
from web.deps import CurrentActor, DbSession, People
from web.routes import cases as case_pages
from web.routes import tasks as task_pages
from web.words import N_

router = APIRouter(prefix="/cases/{case_id}")
Upload = Annotated[UploadFile | None, File()]
Text = Annotated[str, Form()]


@router.post("/documents")
def add(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    file: Upload = None,
    title: Text = "",
    key: Text = "",
    line: Text = "",
    next: Text = "",
) -> Response:
    """Put a document into the file; `line` is said by the list of what is still needed."""
    limiting.hit(limiting.UPLOAD, str(actor.person_id))
    try:
        with session.begin_nested():
            sent = uploads.document(file)
            name = title or sent.name.rpartition(".")[0][: documents.LONGEST_TITLE]
            documents.add(session, actor, case_id, sent, title=name, key=key, directory=people)
    except MufakatError as error:
        form = Refused(f"line-{key}" if line else "upload", error, {"title": title, "key": key})
        return _again(request, session, actor, people, case_id, next, form)
    return pages.go(_back(case_id, next, "complete" if line else "file"), N_("The document is in the file."))


@router.post("/documents/{document_id}/replacement")
def replace(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    document_id: UUID,
    file: Upload = None,
    reason: Text = "",
    next: Text = "",
) -> Response:
    """Put a newer version of a document into the file."""
    limiting.hit(limiting.UPLOAD, str(actor.person_id))
    try:
        with session.begin_nested():
            sent = uploads.document(file)
            documents.replace(session, actor, document_id, sent, reason=reason, directory=people)
    except MufakatError as error:
        form = Refused(f"new-{document_id}", error, {"reason": reason})
        return _again(request, session, actor, people, case_id, next, form)
    return pages.go(_back(case_id, next), N_("The document is replaced; its older version is kept."))


@router.post("/documents/{document_id}/remove")
def remove(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    document_id: UUID,
    reason: Text = "",
    next: Text = "",
) -> Response:
    """Take a document out of the file."""
    try:
        with session.begin_nested():
            documents.remove(session, actor, document_id, reason=reason, directory=people)
    except MufakatError as error:
        form = Refused(f"gone-{document_id}", error, {})
        return _again(request, session, actor, people, case_id, next, form)
    return pages.go(_back(case_id, next), N_("The document is out of the file; the history keeps it."))


@router.get("/documents/{document_id}")
def download(
    session: DbSession, actor: CurrentActor, people: People, case_id: UUID, document_id: UUID
) -> Response:
    """A document's bytes, checked, to be saved; for whoever may see its case."""
    found = documents.find(session, actor, document_id, directory=people)
    if found.case_id != case_id:
        raise NoSuchDocument
    return downloads.document(found)


@router.get("/versions")
def history(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    old: int = 0,
    new: int = 0,
) -> Response:
    """Every version of the case, and what differs between two of them."""
    case = access.must_see(session, actor, case_id, directory=people)
    new = new or case.version
    old = old or max(1, new - 1)
    language = pages.visit_of(request).language
    return pages.show(
        request,
        "cases/versions.html",
        case=case,
        versions=versions.versions(session, case),
        old=old,
        new=new,
        difference=casefiles.difference_view(session, case, old, new, language),
    )


@router.post("/remarks")
def remark(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    text: Text = "",
    reply_to: Annotated[UUID | None, Form()] = None,
    document_id: Annotated[UUID | None, Form()] = None,
    seen_by_subject: Text = "",
    next: Text = "",
) -> Response:
    """Remark on the case, on a document of it, or answer a remark."""
    limiting.hit(limiting.REMARK, str(actor.person_id))
    try:
        with session.begin_nested():
            comments.comment(
                session,
                actor,
                case_id,
                text,
                reply_to=reply_to,
                document_id=document_id,
                internal=not seen_by_subject,
                directory=people,
            )
    except MufakatError as error:
        form = Refused(f"answer-{reply_to}" if reply_to else "remark", error, {"text": text})
        return _again(request, session, actor, people, case_id, next, form)
    return pages.go(_back(case_id, next, "remarks"), N_("Your remark is there."))


@router.post("/remarks/{comment_id}/edit")
def edit_remark(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    comment_id: UUID,
    text: Text = "",
    next: Text = "",
) -> Response:
    """Write a remark of one's own anew."""
    try:
        with session.begin_nested():
            comments.edit(session, actor, comment_id, text, directory=people)
    except MufakatError as error:
        return _refused(request, case_id, next, error)
    return pages.go(_back(case_id, next, "remarks"), N_("Your remark is changed."))


@router.post("/remarks/{comment_id}/withdraw")
def withdraw_remark(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    comment_id: UUID,
    next: Text = "",
) -> Response:
    """Take a remark of one's own back."""
    try:
        with session.begin_nested():
            comments.withdraw_comment(session, actor, comment_id, directory=people)
    except MufakatError as error:
        return _refused(request, case_id, next, error)
    return pages.go(_back(case_id, next, "remarks"), N_("Your remark is withdrawn."), kind="plain")


@router.post("/ratify")
def ratify(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    answer: Text = "",
    reason: Text = "",
) -> Response:
    """Say that a case whose term ran out has expired, or give it a new term."""
    try:
        with session.begin_nested():
            expired = _expired(answer)
            ratify_expiry(session, actor, case_id, expired=expired, reason=reason, directory=people)
    except MufakatError as error:
        return _refused(request, case_id, "", error)
    word = (
        N_("Proposed: the case has expired once somebody else confirms it.")
        if expired
        else N_("The case has a new term.")
    )
    return pages.go(f"/cases/{case_id}", word)


def _expired(answer: str) -> bool:
    if answer not in ("expired", "goes-on"):
        raise UnknownAnswer
    return answer == "expired"


class UnknownAnswer(Invalid):
    """Choose one of the two: the case has expired, or it goes on. Nothing was changed."""


def _back(case_id: UUID, address: str, place: str = "file") -> str:
    """The page that the form was on, at the part that it belongs to."""
    own = pages.own_page(address) if address else "/"
    return f"{f'/cases/{case_id}' if own == '/' else own}#{place}"


def _again(
    request: Request,
    session: Session,
    actor: Actor,
    people: Directory,
    case_id: UUID,
    address: str,
    form: Refused,
) -> Response:
    """The page that the form was on, with what is wrong beside its field; a file has to be chosen anew."""
    if task := re.fullmatch(r"/tasks/([0-9a-f-]{36})", address):
        return task_pages.shown(request, session, actor, people, UUID(task[1]), form=form)
    return case_pages.shown(request, session, actor, people, case_id, form=form)


def _refused(request: Request, case_id: UUID, address: str, error: MufakatError) -> Response:
    return pages.go(_back(case_id, address, "main"), pages.said(request, error), "bad")
