"""The one clock. A rehearsal moves it by a row in the database; a real office cannot."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import CheckConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database import Base
from core.settings import settings


class ClockOffset(Base):
    """How far a rehearsal's clock runs ahead; one row, ignored outside a rehearsal."""

    __tablename__ = "clock_offset"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    seconds: Mapped[float] = mapped_column(default=0.0)


def now(session: Session) -> datetime:
    """This moment, aware, in UTC; in a rehearsal moved by its offset."""
    real = datetime.now(UTC)
    if not settings().rehearsal:
        return real
    return real + timedelta(seconds=session.scalar(select(ClockOffset.seconds)) or 0.0)


def move(session: Session, by: timedelta) -> datetime:
    """Move a rehearsal's clock forward and return its new time. Raises RuntimeError in a real office."""
    if not settings().rehearsal:
        raise RuntimeError("only a rehearsal's clock can be moved")
    seconds = by.total_seconds()
    session.execute(
        insert(ClockOffset)
        .values(id=1, seconds=seconds)
        .on_conflict_do_update(index_elements=["id"], set_={"seconds": ClockOffset.seconds + seconds})
    )
    return now(session)
