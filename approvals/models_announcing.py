"""The table of what is announced: stages that come next and are told of before they begin."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from approvals.models import Case
from core.database import Base


class Announcement(Base):
    """A task to come: to whom it would go if its stage began now.

    It is true as long as the case is where it was when it was made (`at_stage`, `round`): nothing need be
    taken back when the case goes another way. It goes when its stage begins.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        # what comes to my groups, to me by name, to my posts
        Index("ix_announcement_queue", "queue"),
        Index("ix_announcement_assignee_id", "assignee_id"),
        Index("ix_announcement_position_id", "position_id"),
        Index("ix_announcement_candidates", "candidates", postgresql_using="gin"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id), primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True)
    at_stage: Mapped[str]
    round: Mapped[int]
    queue: Mapped[str | None]
    candidates: Mapped[list[UUID] | None] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    position_id: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None]
    acting: Mapped[list[str]]
    barred: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    announced_at: Mapped[datetime]
