"""What was done to keep an installation safe, and how that ended: copies, trials of them, checks of the log.

Plain notes for whoever looks after the machine, not history: what the log promises does not rest on them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, delete, inspect, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database import Base
from core.ids import new_id


class Chore(StrEnum):
    COPY = "copy"  # the database was written into a file
    TRIAL = "trial"  # such a file was put back beside the database, and its log verified
    RETURN = "return"  # the database was replaced by such a file
    PROOF = "proof"  # the whole log was verified
    HOUSEKEEPING = "housekeeping"  # the nightly duties
    DOCTOR = "doctor"  # everything that an installation needs was looked at


class Upkeep(Base):
    """One time that something was done for an installation's safety."""

    __tablename__ = "upkeep"
    __table_args__ = (
        CheckConstraint(f"chore IN ({', '.join(repr(str(c)) for c in Chore)})", name="chore"),
        Index("ix_upkeep_latest", "chore", text("at DESC")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    chore: Mapped[str]
    at: Mapped[datetime]
    """When it ended, by this machine's own clock: copies are as old as they are, also in a rehearsal."""
    well: Mapped[bool]
    facts: Mapped[dict[str, Any]]
    """Files, sizes, counts, what was found; nothing about people."""


def note(session: Session, chore: Chore, *, well: bool = True, **facts: object) -> Upkeep:
    """Remember that something was done, and how it ended; the facts as JSON can hold them."""
    noted = Upkeep(id=new_id(), chore=chore, at=datetime.now(UTC), well=well, facts=dict(facts))
    session.add(noted)
    session.flush()
    return noted


def note_if_known(session: Session, chore: Chore, *, well: bool = True, **facts: object) -> bool:
    """The same on a database that may be older than this table; tells whether it was noted."""
    known = inspect(session.connection()).has_table(Upkeep.__tablename__)
    if known:
        note(session, chore, well=well, **facts)
    return known


def latest(session: Session) -> Mapping[Chore, Upkeep]:
    """The last time of each chore; what was never done is missing."""
    newest = select(Upkeep).distinct(Upkeep.chore).order_by(Upkeep.chore, Upkeep.at.desc(), Upkeep.id.desc())
    return {Chore(row.chore): row for row in session.scalars(newest)}


def copy_is_late(copy: Upkeep | None, now: datetime, hours: float) -> bool:
    """Whether a newer copy should be there, by real time; with 0 hours copies are made by other means."""
    return bool(hours) and (copy is None or copy.at + timedelta(hours=hours) < now)


def forget(session: Session, age: timedelta) -> int:
    """Delete notes that are so old, but for the last of each chore; returns how many."""
    kept = [row.id for row in latest(session).values()]
    old = delete(Upkeep).where(Upkeep.at < datetime.now(UTC) - age, Upkeep.id.not_in(kept))
    return len(session.scalars(old.returning(Upkeep.id)).all())
