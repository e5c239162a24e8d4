"""What the web itself keeps: counts that turn away who asks too often, and what requests were answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class Hits(Base):
    """How often one key was hit in its window."""

    __tablename__ = "web_hits"
    __table_args__ = (Index("ix_web_hits_expires_at", "expires_at"), {"prefixes": ["UNLOGGED"]})

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime]


class RequestKey(Base):
    """What a request with an Idempotency-Key was answered, so that the same request again gets the same."""

    __tablename__ = "web_request_key"
    __table_args__ = (Index("ix_web_request_key_made_at", "made_at"),)

    token_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    """Of the method, the address and the body that came with it."""
    status: Mapped[int | None]
    location: Mapped[str | None]
    body: Mapped[str | None]
    made_at: Mapped[datetime]
