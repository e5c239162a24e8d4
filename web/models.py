"""What the pages count to turn away those who ask too often; shared by all web processes."""

from datetime import datetime

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
