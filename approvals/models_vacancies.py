"""The table of who left a post without its holder."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class PostEmptied(Base):
    """Somebody recorded that a post's holder left; gone when the post has a holder again."""

    __tablename__ = "post_emptied"

    position_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Who recorded it: they don't decide in the holder's place."""
    at: Mapped[datetime]
