"""The HR records: units, posts and who holds them, careers, calendars, accounts."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base


class Calendar(Base):
    """When a unit works; holidays and joint leave are its days, Ramadan one of its seasons."""

    __tablename__ = "calendar"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    zone: Mapped[str]
    week: Mapped[dict[str, Any]]
    """Working spans of each weekday: {"0": [["07:30", "12:00"], ["13:00", "16:00"]], ...}."""
    seasons: Mapped[list[Any]]
    """Other weeks for a while: [{"first": "2026-02-18", "last": "2026-03-19", "week": {...}}]."""


class FreeDay(Base):
    """A holiday or a day of joint leave."""

    __tablename__ = "free_day"
    __table_args__ = (CheckConstraint("kind IN ('holiday','joint-leave','local')", name="kind"),)

    calendar_id: Mapped[UUID] = mapped_column(ForeignKey(Calendar.id), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]


class Unit(Base):
    """A unit of the office, in a tree."""

    __tablename__ = "unit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    calendar_id: Mapped[UUID] = mapped_column(ForeignKey(Calendar.id))


class Position(Base):
    """A post. `key` is how chains name it within its unit: `head` (kepala unit), `ppk`."""

    __tablename__ = "position"
    __table_args__ = (
        CheckConstraint("kind IN ('structural','functional','executive')", name="kind"),
        Index(
            "uq_position_unit_key", "unit_id", "key", unique=True, postgresql_where=text("key IS NOT NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey(Unit.id))
    title: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str | None]
    echelon: Mapped[str | None]


class Employee(Base):
    """A civil servant and what the office knows of the career; the history tables hold what led here."""

    __tablename__ = "employee"
    __table_args__ = (
        CheckConstraint("status IN ('PNS','PPPK','CPNS')", name="status"),
        CheckConstraint("gender IN ('M','F')", name="gender"),
        CheckConstraint(
            "left_for IN ('retired','died','moved','resigned','dismissed','other') AND left_on IS NOT NULL"
            " OR left_for IS NULL",
            name="left_for",
        ),
        Index("ix_employee_unit_id", "unit_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    nip: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    front_title: Mapped[str] = mapped_column(default="")
    back_title: Mapped[str] = mapped_column(default="")
    gender: Mapped[str]
    born_on: Mapped[date]
    status: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="id")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey(Unit.id))
    rank: Mapped[str | None]
    """Golongan/ruang such as III/b; None for those without one."""
    rank_since: Mapped[date | None]
    education: Mapped[str | None]
    """Level as in the education ceiling table (SD ... S3)."""
    appointed_on: Mapped[date | None]
    left_on: Mapped[date | None]
    """The first day of no longer being here."""
    left_for: Mapped[str | None]
    """Why, where the office said so: retired, died, moved, resigned, dismissed, other."""
    wanted_login: Mapped[str | None] = mapped_column(unique=True)
    """The login that the imported file asks for, until an account is made; empty: the NIP."""
    wanted_roles: Mapped[list[str]] = mapped_column(default=list)

    unit: Mapped[Unit] = relationship(lazy="raise")


class Holding(Base):
    """Who holds a post, by which right, from when to when; acting ones by an order."""

    __tablename__ = "holding"
    __table_args__ = (
        CheckConstraint("capacity IN ('definitive','plt','plh')", name="capacity"),
        CheckConstraint("capacity = 'definitive' OR order_number <> ''", name="acting_by_order"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index("ix_holding_position", "position_id"),
        Index("ix_holding_employee", "employee_id"),
        # one definitive holder at a time
        Index(
            "uq_holding_definitive",
            "position_id",
            unique=True,
            postgresql_where=text("capacity = 'definitive' AND ends_on IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position_id: Mapped[UUID] = mapped_column(ForeignKey(Position.id))
    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    capacity: Mapped[str]
    order_number: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    scope: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any], server_default=text("'{}'"))
    """What an acting holder's order covers, all if empty: {"chains": [], "stages": [], "up_to_rank": 12}."""


class RankHeld(Base):
    """A rank in a career, with the decree that gave it."""

    __tablename__ = "rank_held"
    __table_args__ = (UniqueConstraint("employee_id", "rank"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    rank: Mapped[str]
    since: Mapped[date]
    decree_number: Mapped[str]


class Schooling(Base):
    """A finished education; the highest one sets the employee's level."""

    __tablename__ = "schooling"
    __table_args__ = (UniqueConstraint("employee_id", "level", "field"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    level: Mapped[str]
    field: Mapped[str] = mapped_column(default="")
    school: Mapped[str] = mapped_column(default="")
    finished_in: Mapped[int | None]


class Appraisal(Base):
    """A year's performance predicate."""

    __tablename__ = "appraisal"

    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    predicate: Mapped[str]


class Discipline(Base):
    """A disciplinary measure and how long it weighs."""

    __tablename__ = "discipline"
    __table_args__ = (
        CheckConstraint("level IN ('light','moderate','severe')", name="level"),
        UniqueConstraint("employee_id", "decree_number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    level: Mapped[str]
    decree_number: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Leave(Base):
    """Days away."""

    __tablename__ = "leave"
    __table_args__ = (
        UniqueConstraint("employee_id", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint(
            "kind IN ('annual','long','sick','maternity','important','unpaid','other')", name="kind"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Document(Base):
    """That a document is in the person's file, with its number and date."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("employee_id", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id))
    kind: Mapped[str]
    """As chains and rules name it: sk-cpns, sk-pns, last-rank-decree, diploma, exam-certificate ..."""
    number: Mapped[str]
    dated: Mapped[date | None]


class AccountState(StrEnum):
    ACTIVE = "active"
    LOCKED = "locked"
    CLOSED = "closed"


class Account(Base):
    """How a person logs in, and in which roles."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("state IN ('active','locked','closed')", name="state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id), unique=True)
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    roles: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default=AccountState.ACTIVE)
    must_change: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    lock_reason: Mapped[str] = mapped_column(default="", server_default="")
    """Why HR or an administrator locked it; empty while it is not."""
    known_email: Mapped[str] = mapped_column(default="", server_default="")
    """The mail address that its owner saw at the last login; empty before the first."""


class LoginSession(Base):
    """A server-side session; the browser holds a random token, we its hash."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    """By which a page names it: the hash of a token is nobody's business."""
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id), index=True)
    csrf: Mapped[str]
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    address: Mapped[str]
    agent: Mapped[str]
    language: Mapped[str]
    way: Mapped[str] = mapped_column(default="password", server_default="password")
    """How it was opened: by password or through an identity provider."""
    proved_at: Mapped[datetime | None]
    """When the second factor was last shown in it; None: never."""


class LoginAttempt(Base):
    """Failed logins of one door (a login, an address, or both), known by a hash alone."""

    __tablename__ = "login_attempt"

    door: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime]
    free_at: Mapped[datetime]
    """No further try is looked at before this moment."""
