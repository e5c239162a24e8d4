"""Files of personnel records: what was sent, what each row would do and did, and what is remembered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class Import(Base):
    """A file that was uploaded: its columns chosen, previewed row by row, then applied whole or dropped."""

    __tablename__ = "personnel_import"
    __table_args__ = (
        CheckConstraint("state IN ('mapping','previewed','applied','dropped','undone')", name="state"),
        CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone"),
        # what people wrote about people is not kept longer than it is needed
        CheckConstraint("content IS NULL OR state IN ('mapping','previewed')", name="content"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    sha256: Mapped[str]
    state: Mapped[str]
    uploaded_by: Mapped[UUID | None]
    uploaded_by_name: Mapped[str]
    uploaded_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    applied_by_name: Mapped[str] = mapped_column(default="", server_default=text("''"))
    undone_at: Mapped[datetime | None]
    undone_by_name: Mapped[str] = mapped_column(default="", server_default=text("''"))
    undone_for: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Why it was undone, as the person said."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The file itself, until it is applied or dropped: its columns can be chosen anew as long."""
    mapping: Mapped[list[Any]] = mapped_column(default=list[Any], server_default=text("'[]'"))
    """What each sheet is about and which column says what; see mapping.Choice."""
    counts: Mapped[dict[str, Any]]
    """Rows by action: {"create": 480, "change": 0, "same": 0, "refuse": 3, "warn": 5}; the same by sheet in
    "sheets"; names of sheets that were not understood in "skipped", headers that say nothing in "unread";
    after an undo, rows by what became of them in "undone"."""
    may_grant: Mapped[bool] = mapped_column(default=False)
    """Whether the column of roles was taken at its word: only administrators hand out every role."""

    @property
    def total(self) -> int:
        return sum(self.counts.get(action, 0) for action in ("create", "change", "same", "refuse"))


class ImportRow(Base):
    """What one row of the file would do, and why or why not."""

    __tablename__ = "personnel_import_row"
    __table_args__ = (
        CheckConstraint("action IN ('create','change','same','refuse')", name="action"),
        CheckConstraint("undone IN ('undone','partly','kept') OR undone IS NULL", name="undone"),
        Index("ix_personnel_import_row_action", "import_id", "action"),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey(Import.id, ondelete="CASCADE"), primary_key=True)
    sheet: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """The row's number as the spreadsheet shows it."""
    kind: Mapped[str]
    """What the row is about: unit, position, employee, holding, rank, appraisal ..."""
    action: Mapped[str]
    key: Mapped[str]
    label: Mapped[str]
    values: Mapped[dict[str, Any]]
    """What was understood, field by field."""
    before: Mapped[dict[str, Any]]
    """What is stored now, for the fields that would change; `after` has their new values."""
    after: Mapped[dict[str, Any]]
    cells: Mapped[dict[str, Any]]
    """A refused row as it stood in the file: {"headers": [...], "cells": [...]}."""
    problems: Mapped[list[Any]]
    """[{field, level: refuse|warn, message, facts}]; message is a text of the catalogue with {facts}."""
    undone: Mapped[str | None]
    """After an undo, what became of what the row did; None where it did nothing."""
    kept: Mapped[list[Any]] = mapped_column(default=list[Any], server_default=text("'[]'"))
    """After an undo, why something of it stayed; as `problems`."""


class ImportChange(Base):
    """One thing that an applied file made or changed, as it was before and after; by this it is undone."""

    __tablename__ = "personnel_import_change"

    import_id: Mapped[UUID] = mapped_column(ForeignKey(Import.id, ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[list[str]]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """None for what was made."""
    after: Mapped[dict[str, Any]]
    by: Mapped[list[Any]]
    """The rows that said so: [[sheet, number], ...]."""


class ImportMapping(Base):
    """Which column says what, as somebody chose it for a set of headers; so it is read the next time."""

    __tablename__ = "personnel_import_mapping"

    headers: Mapped[str] = mapped_column(primary_key=True)
    """The hash of the set of headers, however they are ordered, spaced and capitalised."""
    kind: Mapped[str]
    """What such sheets are about; empty for those that are left out."""
    columns: Mapped[dict[str, Any]]
    """By header, the field that it says; empty for none."""
    saved_by_name: Mapped[str]
    saved_at: Mapped[datetime]


class ImportName(Base):
    """What an office means by a name in its files that no unit has, as somebody chose it."""

    __tablename__ = "personnel_import_name"

    said: Mapped[str] = mapped_column(primary_key=True)
    """Without capitals, spaces and signs."""
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    saved_by_name: Mapped[str]
    saved_at: Mapped[datetime]
