"""Candidates of a promotion cycle with what screening found, and the decrees that end it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from flows.process.models import Process


class Screening(StrEnum):
    MEETS = "meets"
    FAILS = "fails"
    INCOMPLETE = "incomplete"
    EXCLUDED = "excluded"  # by HR, after it met the rules


class Candidate(Base):
    """An employee looked at in a cycle: what each rule found, and the case if one was opened."""

    __tablename__ = "promotion_candidate"
    __table_args__ = (
        CheckConstraint(f"outcome IN ({', '.join(repr(str(s)) for s in Screening)})", name="outcome"),
        UniqueConstraint("process_id", "number"),
        Index("ix_promotion_candidate_outcome", "process_id", "outcome", "number"),
        Index("ix_promotion_candidate_employee_id", "employee_id"),
    )

    process_id: Mapped[UUID] = mapped_column(ForeignKey(Process.id), primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    """Counts up within the cycle, in the order of unit and name."""
    name: Mapped[str]
    nip: Mapped[str]
    unit_id: Mapped[UUID]
    unit_name: Mapped[str]
    rank_from: Mapped[str | None]
    rank_to: Mapped[str | None]
    """None for those without a rank, or at the highest."""
    outcome: Mapped[str]
    findings: Mapped[list[Any]]
    """For each rule that concerned the person: {rule, met: yes|no|missing, missing: [...]}, as names; put
    into words by explaining.py from the cycle's rulebook and the facts."""
    facts: Mapped[dict[str, Any]]
    """What the rules read, as it was on the day of screening."""
    screened_at: Mapped[datetime]
    case_id: Mapped[UUID | None] = mapped_column(unique=True)
    note: Mapped[str | None]
    """Why HR added or excluded the person."""
    problem: Mapped[str | None]
    """What the records answered when the decree was to be entered: no decree was issued then."""


class DecreeKind(StrEnum):
    GRANT = "grant"
    CORRECTION = "correction"
    REVOCATION = "revocation"


class RulebookVersion(Base):
    """The text of the rules that some cycle was screened by."""

    __tablename__ = "promotion_rulebook"

    hash: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    first_used_at: Mapped[datetime]


class Decree(Base):
    """A signed decision on a promotion: numbered, never edited; corrected or revoked by a new one only."""

    __tablename__ = "promotion_decree"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        # one promotion a person a cycle; what corrects or revokes it follows in a line, never in a fork
        Index(
            "uq_promotion_decree_grant",
            "process_id",
            "employee_id",
            unique=True,
            postgresql_where=text("replaces_id IS NULL"),
        ),
        UniqueConstraint("replaces_id"),
        CheckConstraint("kind IN ('grant','correction','revocation')", name="kind"),
        CheckConstraint("(kind = 'grant') = (replaces_id IS NULL)", name="replaces"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    process_id: Mapped[UUID] = mapped_column(ForeignKey(Process.id))
    case_id: Mapped[UUID] = mapped_column(unique=True)
    employee_id: Mapped[UUID]
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    """The unguessable part of its public verification address."""
    name: Mapped[str]
    nip: Mapped[str]
    rank_from: Mapped[str]
    rank_to: Mapped[str]
    effective_on: Mapped[date]
    signed_by: Mapped[UUID]
    signed_by_name: Mapped[str]
    signed_as: Mapped[str]
    """The post by which it was signed."""
    signed_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    consideration_number: Mapped[str]
    """Number of the civil-service agency's technical consideration."""
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    pdf_sha256: Mapped[str]
    kind: Mapped[str] = mapped_column(default=DecreeKind.GRANT, server_default=DecreeKind.GRANT)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("promotion_decree.id"))
    """The decree that it corrects or revokes: that one has no effect any more."""
    reason: Mapped[str] = mapped_column(default="", server_default="")
    """Why it corrects or revokes."""
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Of a correction: by field what was and what is, {from, to}."""
