"""Tokens by which programs come in: somebody's own, or a named system's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from personnel.models import Account


class ApiToken(Base):
    """What a token may and until when; the token itself is kept nowhere, only its hash."""

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("(account_id IS NULL) <> (system IS NULL)", name="whose"),
        CheckConstraint("expires_at > made_at", name="dates"),
        Index("ix_api_token_account_id", "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str]
    """How it begins, so that people recognise it in a configuration."""
    name: Mapped[str]
    """What it is for, in its maker's words."""
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey(Account.id))
    """Whose it is; None for a system's."""
    system: Mapped[str | None]
    """The system that it lets in, as it is called in the log."""
    scopes: Mapped[list[str]]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    made_by_name: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """When it was used last, to the minute."""
    revoked_at: Mapped[datetime | None]
