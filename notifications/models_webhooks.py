"""Webhooks: where other systems want to hear of what happens, and what is on its way to them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class EndpointState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"  # by somebody
    DISABLED = "disabled"  # by us, after it failed for too long or said that it is gone


class DeliveryState(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"


def _one_of(values: type[StrEnum]) -> str:
    return f"state IN ({', '.join(repr(str(v)) for v in values)})"


class Endpoint(Base):
    """An address of another system, and what it is told."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (CheckConstraint(_one_of(EndpointState), name="state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    types: Mapped[list[str]]
    """The kinds of events it hears of."""
    personal: Mapped[bool]
    """Whether it is told names and what people wrote; else ids, codes and references alone."""
    generation: Mapped[int] = mapped_column(default=1)
    """Which secret signs: it is derived from this, the id and the installation's secret, and kept nowhere."""
    rotated_at: Mapped[datetime | None]
    """When the secret was renewed; the one before signs too for a day."""
    state: Mapped[str] = mapped_column(default=EndpointState.ACTIVE)
    failures: Mapped[int] = mapped_column(default=0)
    """Attempts in a row that failed."""
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    made_at: Mapped[datetime]
    made_by_name: Mapped[str]


class Delivery(Base):
    """One event for one endpoint, with its text exactly as it is signed and sent."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint(_one_of(DeliveryState), name="state"),
        UniqueConstraint("endpoint_id", "event_id"),
        # what is sent next, and whether something of the same stream goes before it
        Index(
            "ix_webhook_delivery_next",
            "endpoint_id",
            "stream_id",
            "position",
            postgresql_where=text("state IN ('queued','leased')"),
        ),
        Index("ix_webhook_delivery_endpoint", "endpoint_id", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey(Endpoint.id))
    event_id: Mapped[UUID]
    stream_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(BigInteger)
    """Its event's position in the log: of one stream the lower goes first."""
    type: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default=DeliveryState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    """By the database's own clock, like a mail's."""
    leased_by: Mapped[str | None]
    status: Mapped[int | None]
    """What the endpoint answered last."""
    last_error: Mapped[str | None]
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Follower(Base):
    """How far somebody has read the log, by position."""

    __tablename__ = "webhook_follower"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
