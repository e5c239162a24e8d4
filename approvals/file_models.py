"""A case's file: what its data were, its documents, and what people remarked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from approvals.models import Case
from core.database import Base


class CaseVersion(Base):
    """The data of a case as they were up to a change, so that the difference can be shown."""

    __tablename__ = "case_version"

    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
    documents: Mapped[dict[str, Any]]
    """The document versions of that file: {key: version}."""
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    made_by_name: Mapped[str]
    reason: Mapped[str]


class CaseDocument(Base):
    """A version of a document in a case's file; its bytes lie in a store outside the web's reach."""

    __tablename__ = "case_document"
    __table_args__ = (UniqueConstraint("case_id", "key", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    key: Mapped[str]
    """What it is, as checklists name it; free documents get a key of their own."""
    version: Mapped[int]
    title: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    """Empty once its content was erased by order of the law."""
    added_by: Mapped[UUID]
    added_by_name: Mapped[str]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """When it was taken out of the file; its bytes are kept."""


class ErasedContent(Base):
    """Bytes that a case's file lost by order of the law: to be removed as soon as no other file has them."""

    __tablename__ = "erased_content"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]


class CaseComment(Base):
    """A remark on a case, on one of its documents, or an answer to another; edited as new versions."""

    __tablename__ = "case_comment"
    __table_args__ = (Index("ix_case_comment_case_id", "case_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    thread_id: Mapped[UUID]
    """The first comment of its thread; its own id when it is that."""
    version: Mapped[int] = mapped_column(default=1)
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey(CaseDocument.id))
    stage: Mapped[str | None]
    internal: Mapped[bool] = mapped_column(default=False, server_default=false())
    """For those who work on the case alone: whom it is about does not see it."""
    text: Mapped[str]
    author_id: Mapped[UUID]
    author_name: Mapped[str]
    written_at: Mapped[datetime]
    replaced_by: Mapped[UUID | None]
    """The newer version of it."""
    withdrawn_at: Mapped[datetime | None]


class CommentMark(Base):
    """Somebody was told of remarks on a case and has not looked since: they are not told again meanwhile."""

    __tablename__ = "comment_mark"

    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]
