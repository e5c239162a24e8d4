"""The outbox, how people want their mail, whom it does not reach, and one-time codes."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class MessageState(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"
    """Given up: it could not be delivered, or came back."""
    DEFERRED = "deferred"
    """Held back until its reader wants it: quiet hours, or the hour of their digest."""
    BUNDLED = "bundled"
    """Told within another message."""
    MOOT = "moot"
    """Not sent, and need not be: its matter was over, or its reader had switched it off."""
    KEPT = "kept"
    """Not mailed, for the address is known not to reach its reader; shown in the app instead."""


class Message(Base):
    """One email to one person: facts and a template's name; rendered when the courier sends it."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(str(s)) for s in MessageState)})", name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint("(state = 'leased') = (leased_by IS NOT NULL)", name="leased"),
        CheckConstraint("state <> 'deferred' OR due_at IS NOT NULL", name="deferred"),
        CheckConstraint("(state = 'bundled') = (told_in IS NOT NULL)", name="bundled"),
        UniqueConstraint("event_id", "recipient_id", "template"),
        # what the courier takes next: queued ones, and leased ones whose courier died
        Index(
            "ix_message_next", "priority", "next_at", postgresql_where=text("state IN ('queued','leased')")
        ),
        Index("ix_message_recipient", "recipient_id", "created_at"),
        Index("ix_message_dead", "created_at", postgresql_where=text("state = 'dead'")),
        Index("ix_message_deferred", "due_at", postgresql_where=text("state = 'deferred'")),
        # what somebody has to be shown in the app, for it did not reach them by mail
        Index(
            "ix_message_unread",
            "recipient_id",
            postgresql_where=text("state IN ('dead','kept') AND read_at IS NULL"),
        ),
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
    next_at: Mapped[datetime] = mapped_column(server_default=func.statement_timestamp())
    """When it may be taken (queued), or taken from a courier that died (leased). By the database's own clock,
    never the rehearsal's: leases and retries are about machines, and moving an office's time must not make a
    second courier send what the first is sending."""
    leased_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """Until when it is or was held back, by the office's clock: it is about a person's hours."""
    told_in: Mapped[UUID | None]
    """The message that tells of it."""
    bounces: Mapped[int] = mapped_column(server_default=text("0"))
    """How often it came back for the time being."""
    read_at: Mapped[datetime | None]
    """When its reader saw it in the app."""


class MailPreference(Base):
    """How somebody wants the mails that are not mandatory; who never said anything has no row."""

    __tablename__ = "mail_preference"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    rhythms: Mapped[dict[str, Any]]
    """By topic, where it is not the usual one."""
    digest_at: Mapped[str]
    """The hour of digests in the office's zone, such as `07:30`."""
    digest_day: Mapped[int] = mapped_column(SmallInteger)
    """The weekday of weekly ones, 0 for Monday."""
    quiet: Mapped[str]
    quiet_from: Mapped[str]
    quiet_until: Mapped[str]
    changed_at: Mapped[datetime]


class MailHold(Base):
    """That operators stopped the outgoing mail, and let it go on; one at a time."""

    __tablename__ = "mail_hold"
    __table_args__ = (
        Index(
            "uq_mail_hold_open",
            text("(lifted_at IS NULL)"),
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    placed_at: Mapped[datetime]
    placed_by_name: Mapped[str]
    reason: Mapped[str]
    lifted_at: Mapped[datetime | None]


class MailReturn(Base):
    """A report that came back about a message: a bounce, a delay, a complaint. Each is taken in once."""

    __tablename__ = "mail_return"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("kind IN ('hard', 'soft', 'delay', 'complaint')", name="kind"),
        Index("ix_mail_return_at", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    """What makes it the same report: a digest of its bytes, or the id its sender gave it."""
    kind: Mapped[str]
    message_id: Mapped[UUID | None]
    """The message it is about; None where it named none of ours."""
    address: Mapped[str]
    status: Mapped[str]
    detail: Mapped[str]
    at: Mapped[datetime]


class UnreachedPerson(Base):
    """That mail to somebody's address does not reach them; gone when HR enters another or says it is well."""

    __tablename__ = "unreached_person"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    kind: Mapped[str]
    detail: Mapped[str]
    since: Mapped[datetime]


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
