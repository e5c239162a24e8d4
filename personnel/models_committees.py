"""Committees as decrees form them, and who sits in them."""

from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from personnel.models import Employee


class Committee(Base):
    """A committee under one decree; chains know it by its key, which the next decree's takes over."""

    __tablename__ = "committee"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        CheckConstraint("order_number <> ''", name="by_decree"),
        UniqueConstraint("key", "starts_on"),
        # one without an end at a time
        Index("uq_committee_open", "key", unique=True, postgresql_where=text("ends_on IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    title_id: Mapped[str]
    title_en: Mapped[str]
    order_number: Mapped[str]
    """Of the decree (SK) that formed it."""
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class CommitteeSeat(Base):
    """Who sits in a committee, as what, from when to when."""

    __tablename__ = "committee_seat"
    __table_args__ = (
        CheckConstraint("part IN ('chair','secretary','member')", name="part"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index("ix_committee_seat_committee_id", "committee_id"),
        Index("ix_committee_seat_employee_id", "employee_id"),
        # one chair, and nobody on two seats, at a time
        Index(
            "uq_committee_seat_chair",
            "committee_id",
            unique=True,
            postgresql_where=text("part = 'chair' AND ends_on IS NULL"),
        ),
        Index(
            "uq_committee_seat_person",
            "committee_id",
            "employee_id",
            unique=True,
            postgresql_where=text("ends_on IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    committee_id: Mapped[UUID] = mapped_column(ForeignKey(Committee.id))
    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    part: Mapped[Literal["chair", "secretary", "member"]] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
