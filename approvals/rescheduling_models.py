"""What was asked to be reckoned anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class Rescheduling(Base):
    """Deadlines of units' cases that are to be reckoned anew, because a calendar changed."""

    __tablename__ = "rescheduling"
    __table_args__ = (Index("ix_rescheduling_open", "id", postgresql_where=text("done_at IS NULL")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    why: Mapped[str]
    """The code of what happened, such as `calendar.days_freed`."""
    asked_at: Mapped[datetime]
    cursor: Mapped[UUID | None]
    """The case up to which the present look has come."""
    looked_through: Mapped[bool] = mapped_column(default=False)
    looked_at: Mapped[datetime | None]
    """When the first look was over, by the database's own clock."""
    missed: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    """Cases that somebody had when they were to be changed."""
    changed: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
