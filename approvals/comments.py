"""Remarks on a case, on its stage or on one of its documents: threads, edited as new versions, withdrawn.

An internal remark is for those who work on the case: its subject and its requester never see it, whatever
else they may be in the office.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from approvals import access
from approvals.directory import Directory
from approvals.errors import NoSuchCase
from approvals.file_errors import BadRemark, NoSuchRemark, NotYourRemark, NotYoursToRemark, RemarkChanged
from approvals.file_models import CaseComment, CaseDocument, CommentMark
from approvals.models import Case
from core import clock
from core.actor import Actor
from core.events import Event, record
from core.ids import new_id

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Thread:
    """A remark and the answers to it, oldest first; each as it reads now."""

    first: CaseComment
    answers: Sequence[CaseComment]
    document: CaseDocument | None

    @property
    def internal(self) -> bool:
        return self.first.internal


def comment(
    session: Session,
    actor: Actor,
    case_id: UUID,
    text: str,
    *,
    reply_to: UUID | None = None,
    document_id: UUID | None = None,
    internal: bool = True,
    directory: Directory,
) -> CaseComment:
    """Remark on a case, or answer in a thread, which stays as internal as it began.

    Remarks of whom the case is about are never internal. Raises NoSuchCase, NotYoursToRemark, NoSuchRemark,
    BadRemark.
    """
    case = _case(session, actor, case_id, directory)
    first = _visible(session, actor, case, reply_to) if reply_to else None
    if document_id and not _has_document(session, case, document_id):
        raise NoSuchRemark
    id_ = new_id()
    made = CaseComment(
        id=id_,
        case_id=case_id,
        thread_id=first.thread_id if first else id_,
        version=1,
        document_id=first.document_id if first else document_id,
        stage=case.stage,
        internal=first.internal if first else internal and not _concerns(case, actor),
        text=_checked(text),
        author_id=actor.person_id,
        author_name=actor.name,
        written_at=clock.now(session),
    )
    session.add(made)
    session.flush()
    record(session, actor, [_event("case.commented", made)])
    return made


def edit(session: Session, actor: Actor, comment_id: UUID, text: str, *, directory: Directory) -> CaseComment:
    """Write a remark of one's own anew; what it said before is kept.

    Raises NoSuchRemark, NotYourRemark, RemarkChanged, BadRemark, NotYoursToRemark.
    """
    old = _own(session, actor, comment_id, directory)
    kept = ("case_id", "thread_id", "document_id", "stage", "internal", "author_id")
    new = CaseComment(
        id=new_id(),
        version=old.version + 1,
        text=_checked(text),
        author_name=actor.name,
        written_at=clock.now(session),
        **{name: getattr(old, name) for name in kept},
    )
    session.add(new)
    session.flush()
    old.replaced_by = new.id
    session.flush()
    record(session, actor, [_event("case.comment_edited", new, before=old.id)])
    return new


def withdraw_comment(
    session: Session, actor: Actor, comment_id: UUID, *, directory: Directory
) -> CaseComment:
    """Take a remark of one's own back: that there was one stays visible, what it said does not.

    Raises NoSuchRemark, NotYourRemark, RemarkChanged, NotYoursToRemark.
    """
    old = _own(session, actor, comment_id, directory)
    old.withdrawn_at = clock.now(session)
    session.flush()
    facts = {"case": old.case_id, "remark": old.id, "thread": old.thread_id, "internal": old.internal}
    record(
        session,
        actor,
        [Event("case.comment_withdrawn", old.case_id, "case", facts | {"by": actor.person_id})],
    )
    return old


def threads(session: Session, actor: Actor, case: Case) -> list[Thread]:
    """The remarks on a case that somebody who sees the case may read, oldest thread first."""
    found = select(CaseComment).where(CaseComment.case_id == case.id, CaseComment.replaced_by.is_(None))
    if _concerns(case, actor):
        found = found.where(CaseComment.internal.is_(False))
    remarks = session.scalars(found).all()
    if not remarks:
        return []
    begun = _beginnings(session, remarks)
    by_thread: dict[UUID, list[CaseComment]] = {}
    for one in sorted(remarks, key=lambda c: (begun[c.id], c.id)):
        by_thread.setdefault(one.thread_id, []).append(one)
    files = _documents(session, remarks)
    return [
        Thread(first, answers, files.get(first.document_id) if first.document_id else None)
        for first, *answers in by_thread.values()
    ]


def hears(session: Session, case: Case, thread_id: UUID, internal: bool) -> set[UUID]:
    """Whom a remark concerns besides who has the tasks: who wrote in its thread, and whose case it is."""
    found = select(CaseComment.author_id).where(CaseComment.thread_id == thread_id).distinct()
    owners = {p for p in (case.subject_id, case.requester_id) if p}
    return set(session.scalars(found)) - owners | (set() if internal else owners)


def mark_told(session: Session, case_id: UUID, people: Iterable[UUID]) -> set[UUID]:
    """Mark people as told of remarks on a case; returns those who were not waiting to look already."""
    rows = [{"case_id": case_id, "person_id": p, "told_at": clock.now(session)} for p in people]
    if not rows:
        return set()
    told = insert(CommentMark).values(rows).on_conflict_do_nothing().returning(CommentMark.person_id)
    return set(session.scalars(told))


def looked(session: Session, actor: Actor, case_id: UUID) -> None:
    """Somebody sees the remarks of a case: of the next one they are told again."""
    mine = (CommentMark.case_id == case_id, CommentMark.person_id == actor.person_id)
    if session.scalar(select(CommentMark.case_id).where(*mine)):
        session.execute(delete(CommentMark).where(*mine))


def _case(session: Session, actor: Actor, case_id: UUID, directory: Directory) -> Case:
    case = access.must_see(session, actor, case_id, directory=directory)
    if not access.takes_part(session, actor, case, directory=directory):
        raise NotYoursToRemark
    return case


def _concerns(case: Case, actor: Actor) -> bool:
    return actor.person_id in (case.subject_id, case.requester_id)


def _visible(session: Session, actor: Actor, case: Case, comment_id: UUID) -> CaseComment:
    found = session.get(CaseComment, comment_id)
    if found is None or found.case_id != case.id or (found.internal and _concerns(case, actor)):
        raise NoSuchRemark
    return found


def _own(session: Session, actor: Actor, comment_id: UUID, directory: Directory) -> CaseComment:
    """The remark locked, if it is the actor's and stands as it is."""
    wanted = select(CaseComment).where(CaseComment.id == comment_id).with_for_update()
    found = session.scalar(wanted, execution_options={"populate_existing": True})
    if found is None:
        raise NoSuchRemark
    try:
        case = _case(session, actor, found.case_id, directory)
    except NoSuchCase as exc:
        raise NoSuchRemark from exc
    _visible(session, actor, case, comment_id)
    if found.author_id != actor.person_id:
        raise NotYourRemark
    if found.replaced_by or found.withdrawn_at:
        raise RemarkChanged
    return found


def _has_document(session: Session, case: Case, document_id: UUID) -> bool:
    found = session.get(CaseDocument, document_id)
    return found is not None and found.case_id == case.id


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not 0 < len(text) <= LONGEST:
        raise BadRemark(limit=LONGEST)
    return text


def _beginnings(session: Session, remarks: Sequence[CaseComment]) -> Mapping[UUID, datetime]:
    """When each remark was first written, whatever its version now."""
    edited = [c for c in remarks if c.version > 1]
    begun = {c.id: c.written_at for c in remarks}
    if not edited:
        return begun
    threads = {c.thread_id for c in edited}
    older = session.scalars(
        select(CaseComment).where(CaseComment.thread_id.in_(threads), CaseComment.replaced_by.is_not(None))
    )
    before = {c.replaced_by: c for c in older}
    for one in edited:
        first = one
        while earlier := before.get(first.id):
            first = earlier
        begun[one.id] = first.written_at
    return begun


def _documents(session: Session, remarks: Sequence[CaseComment]) -> Mapping[UUID, CaseDocument]:
    ids = {c.document_id for c in remarks if c.document_id}
    if not ids:
        return {}
    return {d.id: d for d in session.scalars(select(CaseDocument).where(CaseDocument.id.in_(ids)))}


def _event(name: str, made: CaseComment, **more: Any) -> Event:
    facts = {
        "case": made.case_id,
        "remark": made.id,
        "thread": made.thread_id,
        "document": made.document_id,
        "stage": made.stage,
        "internal": made.internal,
        "number": made.version,
        "by": made.author_id,
    }
    return Event(name, made.case_id, "case", facts | more, {"text": made.text})
