"""A case's file: its documents and the remarks on it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from approvals import access, comments, documents
from approvals.comments import Thread
from approvals.errors import CaseSealed, CaseSettled, CommentNeeded, NoSuchCase
from approvals.file_errors import (
    BadRemark,
    DocumentGone,
    DocumentTooLarge,
    FileFull,
    NoSuchDocument,
    NoSuchRemark,
    NotYourDocument,
    NotYourFile,
    NotYourRemark,
    NotYoursToRemark,
    RemarkChanged,
    TitleNeeded,
    UnknownMedia,
)
from approvals.file_models import CaseComment, CaseDocument
from core.media import MEDIA_TYPES
from web import downloads, limiting, uploads, veil
from web.api import paging
from web.api.caller import CasesReader, CasesWriter
from web.api.once import OnlyOnce
from web.api.paging import Cursor, Limit, Page
from web.api.problems import KeyReused, refusals
from web.api.shapes import A_MOMENT, AN_ID, Shape
from web.deps import DbSession, People
from web.uploads import NoFile

router = APIRouter(prefix="/cases/{case_id}", tags=["files"])
Text = Annotated[str, Field(max_length=4000)]


class DocumentOut(Shape):
    """A version of a document in a case's file."""

    id: UUID = Field(examples=[AN_ID])
    key: str = Field(examples=["diploma"], description="What it is, as checklists name it.")
    version: int = Field(examples=[1])
    title: str = Field(examples=["Ijazah S1"])
    file_name: str = Field(examples=["ijazah.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(examples=[120_345])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    added_by_name: str = Field(examples=["Ahmad Fauzi Nasution, S.E."])
    added_at: datetime = Field(examples=[A_MOMENT])
    removed_at: datetime | None

    @classmethod
    def of(cls, made: CaseDocument) -> "DocumentOut":
        return cls(**{name: getattr(made, name) for name in cls.model_fields})


class Reasoned(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Salah unggah."}]})

    reason: Text


class Remark(Shape):
    """A remark on a case as it reads now; its text is gone once it is withdrawn."""

    id: UUID = Field(examples=[AN_ID])
    thread_id: UUID = Field(examples=[AN_ID])
    document_id: UUID | None
    internal: bool = Field(description="For those who work on the case alone.")
    text: str = Field(examples=["Nomor SK tidak sama dengan lampiran."])
    author_id: UUID = Field(examples=[AN_ID])
    author_name: str = Field(examples=["Sri Wahyuni"])
    written_at: datetime = Field(examples=[A_MOMENT])
    edited: bool
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, said: CaseComment) -> "Remark":
        return cls(
            id=said.id,
            thread_id=said.thread_id,
            document_id=said.document_id,
            internal=said.internal,
            text="" if said.withdrawn_at else said.text,
            author_id=said.author_id,
            author_name=said.author_name,
            written_at=said.written_at,
            edited=said.version > 1,
            withdrawn_at=said.withdrawn_at,
        )


class ThreadOut(Shape):
    """A remark and the answers to it, oldest first."""

    first: Remark
    answers: list[Remark]

    @classmethod
    def of(cls, thread: Thread) -> "ThreadOut":
        return cls(first=Remark.of(thread.first), answers=[Remark.of(answer) for answer in thread.answers])


class Remarked(BaseModel):
    """A remark; an answer stays as internal as its thread began."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Mohon lampirkan SK terakhir."}]}
    )

    text: Text
    reply_to: UUID | None = None
    document_id: UUID | None = None
    internal: bool = True


class Edited(BaseModel):
    """A remark written anew."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "Sudah sesuai."}]})

    text: Text


@router.get("/documents", responses=refusals(NoSuchCase))
def list_documents(
    session: DbSession, people: People, caller: CasesReader, case_id: UUID
) -> Page[DocumentOut]:
    """Every version of every document, the newest of each first, removed ones too; one page."""
    access.must_see(session, caller.actor, case_id, directory=people)
    return Page(items=[DocumentOut.of(made) for made in documents.documents(session, case_id)])


@router.get(
    "/documents/{document_id}",
    response_class=Response,
    responses={
        200: {
            "description": "The document's bytes, checked against their hash.",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES},
        },
        **refusals(NoSuchDocument),
    },
)
def download(
    session: DbSession, people: People, caller: CasesReader, case_id: UUID, document_id: UUID
) -> Response:
    """A document's bytes."""
    found = documents.find(session, caller.actor, document_id, directory=people)
    if found.case_id != case_id:
        raise NoSuchDocument
    return downloads.document(found)


@router.post(
    "/documents",
    status_code=201,
    responses=refusals(
        NoSuchCase,
        CaseSealed,
        CaseSettled,
        NotYourFile,
        NotYourDocument,
        NoFile,
        TitleNeeded,
        FileFull,
        DocumentTooLarge,
        UnknownMedia,
        KeyReused,
    ),
)
def add_document(
    session: DbSession,
    people: People,
    caller: CasesWriter,
    once: OnlyOnce,
    case_id: UUID,
    file: Annotated[UploadFile, File()],
    title: Annotated[str, Form(max_length=documents.LONGEST_TITLE)] = "",
    key: Annotated[str, Form(max_length=100)] = "",
) -> DocumentOut:
    """Put a document into the file; with the key of one that is there, a newer version of it."""
    limiting.hit(limiting.UPLOAD, str(caller.person_id))

    def act() -> DocumentOut:
        sent = uploads.document(file)
        name = title or sent.name.rpartition(".")[0][: documents.LONGEST_TITLE]
        return DocumentOut.of(
            documents.add(session, caller.actor, case_id, sent, title=name, key=key, directory=people)
        )

    with veil.of_case(session, caller.actor, case_id, people):
        return once(act, 201)


@router.post(
    "/documents/{document_id}/removal",
    responses=refusals(
        NoSuchCase, NoSuchDocument, DocumentGone, CommentNeeded, NotYourFile, NotYourDocument, KeyReused
    ),
)
def remove_document(
    session: DbSession,
    people: People,
    caller: CasesWriter,
    once: OnlyOnce,
    case_id: UUID,
    document_id: UUID,
    said: Reasoned,
) -> DocumentOut:
    """Take a document out of the file, for a reason; its history keeps it."""

    def act() -> DocumentOut:
        if documents.find(session, caller.actor, document_id, directory=people).case_id != case_id:
            raise NoSuchDocument
        return DocumentOut.of(
            documents.remove(session, caller.actor, document_id, reason=said.reason, directory=people)
        )

    with veil.of_case(session, caller.actor, case_id, people):
        return once(act)


@router.get("/comments", responses=refusals(NoSuchCase))
def list_comments(
    request: Request,
    response: Response,
    session: DbSession,
    people: People,
    caller: CasesReader,
    case_id: UUID,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[ThreadOut]:
    """The remarks that the caller may read, thread by thread, oldest first."""
    case = access.must_see(session, caller.actor, case_id, directory=people)
    found = comments.threads(session, caller.actor, case)
    if after := paging.opened(cursor, UUID):
        shown = [n for n, thread in enumerate(found) if thread.first.thread_id == after[0]]
        found = found[shown[0] + 1 :] if shown else []
    return paging.page(
        request, response, found, limit, ThreadOut.of, lambda thread: (thread.first.thread_id,)
    )


@router.post(
    "/comments",
    status_code=201,
    responses=refusals(NoSuchCase, NotYoursToRemark, NoSuchRemark, BadRemark, KeyReused),
)
def remark(
    session: DbSession, people: People, caller: CasesWriter, once: OnlyOnce, case_id: UUID, said: Remarked
) -> Remark:
    """Remark on a case or one of its documents, or answer a remark."""
    limiting.hit(limiting.REMARK, str(caller.person_id))

    def act() -> Remark:
        made = comments.comment(
            session,
            caller.actor,
            case_id,
            said.text,
            reply_to=said.reply_to,
            document_id=said.document_id,
            internal=said.internal,
            directory=people,
        )
        return Remark.of(made)

    with veil.of_case(session, caller.actor, case_id, people):
        return once(act, 201)


@router.put(
    "/comments/{comment_id}",
    responses=refusals(NoSuchCase, NoSuchRemark, NotYourRemark, RemarkChanged, BadRemark, NotYoursToRemark),
)
def edit_remark(
    session: DbSession,
    people: People,
    caller: CasesWriter,
    case_id: UUID,
    comment_id: UUID,
    said: Edited,
) -> Remark:
    """Write a remark of one's own anew; the answer has its new id."""
    with veil.of_case(session, caller.actor, case_id, people):
        return _of(case_id, comments.edit(session, caller.actor, comment_id, said.text, directory=people))


@router.post(
    "/comments/{comment_id}/withdrawal",
    responses=refusals(NoSuchCase, NoSuchRemark, NotYourRemark, RemarkChanged, NotYoursToRemark, KeyReused),
)
def withdraw_remark(
    session: DbSession, people: People, caller: CasesWriter, once: OnlyOnce, case_id: UUID, comment_id: UUID
) -> Remark:
    """Take a remark of one's own back."""

    def act() -> Remark:
        return _of(case_id, comments.withdraw_comment(session, caller.actor, comment_id, directory=people))

    with veil.of_case(session, caller.actor, case_id, people):
        return once(act)


def _of(case_id: UUID, said: CaseComment) -> Remark:
    """Raises NoSuchRemark for one of another case, at which what was done is given up."""
    if said.case_id != case_id:
        raise NoSuchRemark
    return Remark.of(said)
