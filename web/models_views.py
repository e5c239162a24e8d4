"""What people keep of the way they look at their inbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class SavedView(Base):
    """A part of somebody's inbox under a name of theirs; one of them may be what opens first."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("person_id", "name"),
        Index("uq_saved_view_first", "person_id", unique=True, postgresql_where=text("opens_first")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    name: Mapped[str]
    query: Mapped[str]
    """As in the inbox's address: what it is narrowed to."""
    opens_first: Mapped[bool] = mapped_column(default=False, server_default=false())
    made_at: Mapped[datetime]
