"""The table of what one of HR proposed and another must confirm before it takes effect."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from approvals.models import Case, ChainVersion
from core.database import Base


class ProposalKind(StrEnum):
    """What can be proposed."""

    VERSION = "version"
    TAKE_OVER = "take-over"
    CORRECTION = "correction"
    REMOVAL = "removal"
    CANCELLATION = "cancellation"
    EXCLUSION = "exclusion"
    PROCESS_CANCELLATION = "process-cancellation"
    ERASURE = "erasure"


class ProposalState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    TURNED_DOWN = "turned-down"
    TAKEN_BACK = "taken-back"


_WAITING = text("state = 'waiting'")


class Proposal(Base):
    """A change that one person alone could misuse: it takes effect when somebody else confirms it."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(str(k)) for k in ProposalKind)})", name="kind"),
        CheckConstraint("state IN ('waiting','confirmed','turned-down','taken-back')", name="state"),
        CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("num_nonnulls(case_id, version_id, process_id, person_id) = 1", name="about_one"),
        CheckConstraint("answered_by <> made_by OR state = 'taken-back'", name="by_another"),
        # one at a time about the same; and the list of what waits
        Index("uq_proposal_case", "case_id", "kind", unique=True, postgresql_where=_WAITING),
        Index("uq_proposal_version", "version_id", "kind", unique=True, postgresql_where=_WAITING),
        Index("uq_proposal_process", "process_id", "kind", unique=True, postgresql_where=_WAITING),
        Index("uq_proposal_person", "person_id", "kind", unique=True, postgresql_where=_WAITING),
        Index("ix_proposal_case_id", "case_id"),
        Index("ix_proposal_version_id", "version_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey(Case.id))
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey(ChainVersion.id))
    process_id: Mapped[UUID | None]
    """Of what is proposed about a whole process: an id of another room."""
    person_id: Mapped[UUID | None]
    """Of what is proposed about a person as such, not about a case of theirs."""
    body: Mapped[dict[str, Any]]
    """What it would do: the facts of a correction, the way of a take-over, whose seat."""
    reason: Mapped[str]
    made_by: Mapped[UUID]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=ProposalState.WAITING)
    answered_by: Mapped[UUID | None]
    answered_by_name: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    """What whoever turned it down, or confirmed it, said."""
