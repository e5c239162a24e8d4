"""A launched process, the memory of its steps and gates, and what people asked the keeper to do."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class ProcessState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = frozenset({ProcessState.COMPLETED, ProcessState.CANCELLED})


class IntentKind(StrEnum):
    LAUNCH = "launch"
    RESTART = "restart"
    RESUME = "resume"
    PAUSE = "pause"
    CANCEL = "cancel"


class Process(Base):
    """A launched cycle: what people asked for (desired), and what its flow run shows (observed)."""

    __tablename__ = "process"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(str(s)) for s in ProcessState)})", name="state"),
        CheckConstraint("(state IN ('completed','cancelled')) = (ended_at IS NOT NULL)", name="ended"),
        Index("ix_process_alive", "state", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """Which process it is, such as `promotion`."""
    title: Mapped[str]
    reference: Mapped[str] = mapped_column(unique=True)
    """A short name for people and case numbers, such as KP-2026-12."""
    owner_unit_id: Mapped[UUID | None]
    params: Mapped[dict[str, Any]]
    """As its kind's parameters read them; checked before the process was created."""
    story: Mapped[int] = mapped_column(default=1)
    """The version of the flow it was launched on and stays on."""
    state: Mapped[str]
    start_at: Mapped[datetime]
    created_by: Mapped[UUID]
    created_by_name: Mapped[str]
    created_at: Mapped[datetime]
    launched_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]]
    error: Mapped[str | None]
    """The last line of what failed, for the operator."""

    # desired: only the keeper moves these
    fence: Mapped[int] = mapped_column(default=0)
    """Counts up at each start; a step with another number is a zombie's and is refused."""
    run_id: Mapped[UUID | None]
    crashes: Mapped[int] = mapped_column(default=0)
    """Starts in a row that died before getting anywhere; any finished piece of work sets it back."""
    retry_at: Mapped[datetime | None]
    """Not started again before this moment, after a crash."""
    # alive: renewed by the running flow itself. Like retry_at it is by the database's own clock, never by the
    # office's, which a rehearsal moves
    lease_until: Mapped[datetime | None]
    # observed: mirrored from the flow server, so that the web never asks it
    run_name: Mapped[str | None]
    run_state: Mapped[str | None]
    run_seen_at: Mapped[datetime | None]


class Step(Base):
    """The memory of one step: how far it is, and once finished, finished for ever."""

    __tablename__ = "process_step"

    process_id: Mapped[UUID] = mapped_column(ForeignKey(Process.id), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    fence: Mapped[int]
    """The start that worked on it last."""
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]]
    error: Mapped[str | None]


class Gate(Base):
    """A place where the flow waits for people or for a date."""

    __tablename__ = "process_gate"
    __table_args__ = (CheckConstraint("kind IN ('settled','date')", name="kind"),)

    process_id: Mapped[UUID] = mapped_column(ForeignKey(Process.id), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    opens_at: Mapped[datetime | None]
    """The date of a `date` gate."""
    waiting_since: Mapped[datetime]
    passed_at: Mapped[datetime | None]


class Intent(Base):
    """What a person asked to happen to a process; the keeper carries it out, once."""

    __tablename__ = "process_intent"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(str(k)) for k in IntentKind)})", name="kind"),
        CheckConstraint("state IN ('pending','done','refused')", name="state"),
        Index("ix_process_intent_pending", "asked_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    process_id: Mapped[UUID] = mapped_column(ForeignKey(Process.id))
    kind: Mapped[str]
    reason: Mapped[str]
    asked_by: Mapped[UUID | None]
    asked_by_name: Mapped[str]
    asked_as: Mapped[list[str]]
    """The roles they had when they asked; it is carried out by these."""
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]
    """Who agreed, where it takes two: whoever confirmed what the asker had proposed."""
    state: Mapped[str] = mapped_column(default="pending")
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]


class Heartbeat(Base):
    """When each of our long-running services last said it is well, and what it counts."""

    __tablename__ = "heartbeat"
    __table_args__ = (UniqueConstraint("service", "instance"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service: Mapped[str]
    instance: Mapped[str]
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
