"""The outbox and the one-time codes that let an addressee decide from an email."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class MessageState(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"


class Message(Base):
    """One email to one person: facts and a template's name; rendered when the courier sends it."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(str(s)) for s in MessageState)})", name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint("(state = 'leased') = (leased_by IS NOT NULL)", name="leased"),
        UniqueConstraint("event_id", "recipient_id", "template"),
        # what the courier takes next: queued ones, and leased ones whose courier died
        Index(
            "ix_message_next", "priority", "next_at", postgresql_where=text("state IN ('queued','leased')")
        ),
        Index("ix_message_recipient", "recipient_id", "created_at"),
        Index("ix_message_dead", "created_at", postgresql_where=text("state = 'dead'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    recipient_id: Mapped[UUID]
    address: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    template: Mapped[str]
    facts: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=MessageState.QUEUED)
    priority: Mapped[int] = mapped_column(SmallInteger, default=1)
    """Lower goes first: a code that somebody waits for is not kept behind a launch's thousands."""
    next_at: Mapped[datetime]
    """When it may be taken (queued), or taken from a courier that died (leased). By the database's own clock,
    never the rehearsal's: leases and retries are about machines, and moving an office's time must not make a
    second courier send what the first is sending."""
    leased_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class OneTimeCode(Base):
    """That a code was mailed to somebody; good once and not for long. The code itself is kept nowhere: it is
    derived from this id, the purpose and the installation's secret."""

    __tablename__ = "one_time_code"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    purpose: Mapped[str]
    """What it opens, such as `task:<id>`."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_one_time_code_person", "person_id", "purpose", "made_at"),)
