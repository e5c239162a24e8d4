"""Which version of a case somebody has seen."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from approvals.models import Case
from core.database import Base


class CaseLook(Base):
    """The version of a case that somebody saw last, and the one before it that they had seen."""

    __tablename__ = "case_look"

    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    looked_at: Mapped[datetime]
    """When they first saw that version."""
    before: Mapped[int | None]
    before_at: Mapped[datetime | None]
