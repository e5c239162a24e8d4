"""What else is known of people: their ties to each other, and what they have proof to be able to do."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from personnel.models import Employee


class Relation(Base):
    """A declared tie between two people. It has no direction: the smaller id comes first.

    Personal data: for the two and HR alone.
    """

    __tablename__ = "relation"
    __table_args__ = (
        CheckConstraint("kind IN ('household','family','competitor')", name="kind"),
        CheckConstraint("person_id < other_id", name="ordered"),
        CheckConstraint("settled IN ('','confirmed','struck')", name="settled"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index("ix_relation_person_id", "person_id"),
        Index("ix_relation_other_id", "other_id"),
        # declared once
        Index(
            "uq_relation_open",
            "person_id",
            "other_id",
            "kind",
            unique=True,
            postgresql_where=text("ends_on IS NULL AND settled <> 'struck'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    other_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    kind: Mapped[Literal["household", "family", "competitor"]] = mapped_column(Text)
    about: Mapped[str] = mapped_column(default="")
    """Of competitors: the post that both want."""
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    declared_by: Mapped[UUID | None]
    declared_at: Mapped[datetime]
    admitted: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)), server_default="{}")
    """Who of the two said themselves that it is so: it keeps them from deciding on the other."""
    denied: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)), server_default="{}")
    """Who of the two said that it is not; HR settles it."""
    settled: Mapped[str] = mapped_column(server_default="confirmed")
    """Empty until HR settles it: confirmed, which binds both, or struck. Older ones counted as declared."""
    settled_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]


class Capability(Base):
    """Proof of an ability, such as an assessor's certificate: its code, number, and how long it counts."""

    __tablename__ = "capability"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
        UniqueConstraint("employee_id", "code", "number"),
        Index("ix_capability_code", "code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    code: Mapped[str]
    number: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
