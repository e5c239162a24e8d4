"""Documents in a case's file: added, replaced, removed, each as a new version of the case.

Whoever has the case's task open is asked to look again after every change. Older versions and what was
removed are kept, and their bytes can still be read by whoever may see the case.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from approvals import access, versions
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case
from approvals.errors import CommentNeeded, NoSuchCase, NotPossibleNow
from approvals.file_errors import (
    DocumentErased,
    DocumentGone,
    DocumentTooLarge,
    FileFull,
    NoSuchDocument,
    NotYourDocument,
    NotYourFile,
    TitleNeeded,
    UnknownMedia,
)
from approvals.file_models import CaseDocument, ErasedContent
from approvals.machine import Move, may_move
from approvals.models import Case, CaseState, Decision, Task
from approvals.moving import Cause, move
from approvals.versions import Before
from core import clock, filestore
from core.actor import Actor, Role
from core.events import Event, record
from core.ids import new_id
from core.media import Media, recognise

LARGEST = 15 * 1024 * 1024
LONGEST_TITLE = 200
MOST = 100
KEY = r"[a-z0-9]+(-[a-z0-9]+)*"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it was sent: what its sender calls it, and its bytes."""

    name: str
    content: bytes

    def read(self) -> Media:
        """What it is, by its content. Raises DocumentTooLarge, UnknownMedia."""
        if len(self.content) > LARGEST:
            raise DocumentTooLarge(name=self.name, limit=LARGEST // 1024 // 1024)
        if media := recognise(self.content):
            return media
        raise UnknownMedia(name=self.name)


def add(
    session: Session,
    actor: Actor,
    case_id: UUID,
    file: Incoming,
    *,
    title: str,
    key: str = "",
    directory: Directory,
) -> CaseDocument:
    """Put a document into a case's file; `key` is what a checklist calls it.

    A key that is in the file already is replaced, if its document is the actor's to replace. Raises
    NoSuchCase, CaseSealed, CaseSettled, NotPossibleNow, NotYourFile, NotYourDocument, TitleNeeded, FileFull,
    DocumentTooLarge, UnknownMedia.
    """
    media = file.read()
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise TitleNeeded(limit=LONGEST_TITLE)
    dossier, everything = _opened(session, actor, case_id, directory)
    present = versions.present_documents(session, case_id)
    key = key if re.fullmatch(KEY, key) else f"other-{new_id().hex[-8:]}"
    if key in present:
        _must_be_own(_newest(session, case_id, key), actor, everything)
        return _put(session, actor, dossier, _Put(file, media, key, title.strip(), "replaced"))
    if len(present) >= MOST:
        raise FileFull(limit=MOST)
    return _put(session, actor, dossier, _Put(file, media, key, title.strip(), "added"))


def replace(
    session: Session,
    actor: Actor,
    document_id: UUID,
    file: Incoming,
    *,
    reason: str = "",
    directory: Directory,
) -> CaseDocument:
    """Put a newer version of a document into the file; the older one is kept.

    Raises NoSuchDocument, DocumentGone, and what add raises.
    """
    media = file.read()
    dossier, old = _own(session, actor, document_id, directory)
    return _put(session, actor, dossier, _Put(file, media, old.key, old.title, "replaced", reason.strip()))


def remove(
    session: Session, actor: Actor, document_id: UUID, *, reason: str, directory: Directory
) -> CaseDocument:
    """Take a document out of the file, for a reason; it is kept in the file's history.

    Raises NoSuchDocument, DocumentGone, CommentNeeded, and what add raises.
    """
    dossier, document = _own(session, actor, document_id, directory)
    if not reason.strip():
        raise CommentNeeded
    before, now = Before.of(session, dossier.case), clock.now(session)
    document.removed_at = now
    _count_up(session, actor, dossier, before, document=document, what="removed", reason=reason.strip())
    return document


def documents(session: Session, case_id: UUID) -> list[CaseDocument]:
    """Every version of every document of a case, the newest of each first; what was removed too."""
    found = select(CaseDocument).where(CaseDocument.case_id == case_id)
    return list(session.scalars(found.order_by(CaseDocument.key, CaseDocument.version.desc())))


@dataclass(frozen=True, slots=True)
class Liberty:
    """What somebody may do to a case's file now."""

    add: bool = False
    everything: bool = False
    person_id: UUID | None = None

    def may_change(self, document: CaseDocument) -> bool:
        """Whether they may replace or remove a document."""
        return self.add and (self.everything or document.added_by == self.person_id)


def liberty(session: Session, actor: Actor, case: Case) -> Liberty:
    """What somebody who sees a case may do to its file, to show it; each verb asks again."""
    if case.sealed_at or not may_move(CaseState(case.state), Move.FILE):
        return Liberty()
    tasks = session.scalars(select(Task).where(Task.case_id == case.id, Task.ended_at.is_(None))).all()
    decided = session.scalar(select(Decision.id).where(Decision.case_id == case.id).limit(1)) is not None
    right = _right_to(case, tasks, decided, actor)
    return Liberty(right is not None, right is True, actor.person_id)


def find(session: Session, actor: Actor, document_id: UUID, *, directory: Directory) -> CaseDocument:
    """A document that the actor may see. Raises NoSuchDocument, whichever is the reason."""
    document = session.get(CaseDocument, document_id)
    if document is None:
        raise NoSuchDocument
    try:
        access.must_see(session, actor, document.case_id, directory=directory)
    except NoSuchCase as exc:
        raise NoSuchDocument from exc
    return document


def content(document: CaseDocument) -> bytes:
    """A document's bytes, checked against its hash. Raises DocumentErased, FileMissing, FileDamaged."""
    if not document.sha256:
        raise DocumentErased
    return filestore.read(document.sha256)


def referred_to(session: Session, hashes: Collection[str]) -> Sequence[str]:
    """Which of these contents some document has, in whatever version."""
    found = select(CaseDocument.sha256).where(CaseDocument.sha256.in_(hashes)).distinct()
    return session.scalars(found).all()


def remove_erased(session: Session) -> int:
    """Remove the bytes that were erased and that no file has any more; returns how many contents are gone.

    What was stored again within a day may belong to a transaction that goes on: it is looked at later.
    """
    asked = session.scalars(select(ErasedContent.sha256).with_for_update(skip_locked=True)).all()
    kept = set(filestore.remove(asked, lambda hashes: referred_to(session, hashes)))
    done = [digest for digest in asked if digest not in kept]
    session.execute(delete(ErasedContent).where(ErasedContent.sha256.in_(done)))
    return len(done)


def _opened(session: Session, actor: Actor, case_id: UUID, directory: Directory) -> tuple[Dossier, bool]:
    """The case locked, and whether the actor may change everything in its file or only what is theirs."""
    access.must_see(session, actor, case_id, directory=directory)
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    if not may_move(CaseState(dossier.case.state), Move.FILE):
        raise NotPossibleNow(state=dossier.case.state)
    everything = _right_to(dossier.case, dossier.tasks, bool(dossier.decisions), actor)
    if everything is None:
        raise NotYourFile
    return dossier, everything


def _right_to(case: Case, tasks: Iterable[Task], decided: bool, actor: Actor) -> bool | None:
    """True for all of the file, False for what one added oneself, None for nothing."""
    me = actor.person_id
    if me is None:
        return None
    owner = me in (case.subject_id, case.requester_id)
    if me in (*case.tied, *case.judged) and not owner:
        return None
    if actor.has(Role.HR) and not owner:
        return True
    if case.state == CaseState.RETURNED:
        return True if me == case.returned_to else None
    decides = any(t.assignee_id == me for t in tasks if t.ended_at is None)
    return False if decides or (owner and not decided) else None


def _own(
    session: Session, actor: Actor, document_id: UUID, directory: Directory
) -> tuple[Dossier, CaseDocument]:
    document = find(session, actor, document_id, directory=directory)
    dossier, everything = _opened(session, actor, document.case_id, directory)
    newest = _newest(session, document.case_id, document.key)
    if newest.id != document_id or newest.removed_at is not None:
        raise DocumentGone
    _must_be_own(newest, actor, everything)
    return dossier, newest


def _must_be_own(document: CaseDocument, actor: Actor, everything: bool) -> None:
    if not everything and document.added_by != actor.person_id:
        raise NotYourDocument


def _newest(session: Session, case_id: UUID, key: str) -> CaseDocument:
    found = select(CaseDocument).where(CaseDocument.case_id == case_id, CaseDocument.key == key)
    newest = found.order_by(CaseDocument.version.desc()).limit(1)
    return session.scalars(newest, execution_options={"populate_existing": True}).one()


@dataclass(frozen=True, slots=True)
class _Put:
    """A file on its way into a case's."""

    file: Incoming
    media: Media
    key: str
    title: str
    what: Literal["added", "replaced"]
    reason: str = ""


def _put(session: Session, actor: Actor, dossier: Dossier, put: _Put) -> CaseDocument:
    """Store the bytes, then the row that refers to them: what fails in between leaves a file, no row."""
    if actor.person_id is None:
        raise NotYourFile
    case, now = dossier.case, clock.now(session)
    before = Before.of(session, case)
    of_key = (CaseDocument.case_id == case.id, CaseDocument.key == put.key)
    document = CaseDocument(
        id=new_id(),
        case_id=case.id,
        key=put.key,
        version=(session.scalar(select(func.max(CaseDocument.version)).where(*of_key)) or 0) + 1,
        title=put.title,
        file_name=put.file.name,
        media_type=put.media.media_type,
        size=len(put.file.content),
        sha256=filestore.put(put.file.content),
        added_by=actor.person_id,
        added_by_name=actor.name,
        added_at=now,
        removed_at=None,
    )
    session.add(document)
    _count_up(session, actor, dossier, before, document=document, what=put.what, reason=put.reason)
    return document


def _count_up(
    session: Session,
    actor: Actor,
    dossier: Dossier,
    before: Before,
    *,
    document: CaseDocument,
    what: str,
    reason: str,
) -> None:
    """The file is another one now: a new version of the case, and what its stream says of it."""
    case = dossier.case
    move(session, dossier, Cause(Move.FILE), directory=None, now=clock.now(session))
    versions.keep(session, actor, case, before, now=clock.now(session), reason=reason or document.title)
    facts = {
        "case": case.id,
        "version": case.version,
        "document": document.id,
        "key": document.key,
        "number": document.version,
        "size": document.size,
        "media_type": document.media_type,
        "by": actor.person_id,
    }
    # a hash tells whoever has a like file that this was it: it goes with the content, when the law says so
    personal = {"title": document.title, "file_name": document.file_name, "sha256": document.sha256}
    said = personal | ({"comment": reason} if reason else {})
    record(session, actor, [Event(f"case.document_{what}", case.id, "case", facts, said)])
