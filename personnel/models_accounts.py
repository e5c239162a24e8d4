"""What belongs to accounts beside the login: codes, second factors, and who looked at whose record."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from personnel.models import Account, Employee


class Purpose(StrEnum):
    ACTIVATION = "activation"
    RESET = "reset"


class Channel(StrEnum):
    MAIL = "mail"
    LETTER = "letter"


class AccountCode(Base):
    """That somebody was given a code to set a password with. The code itself is kept nowhere: it is derived
    from this id and the installation's secret, so that neither this table nor the outbox tells it."""

    __tablename__ = "account_code"
    __table_args__ = (
        CheckConstraint("purpose IN ('activation','reset')", name="purpose"),
        CheckConstraint("channel IN ('mail','letter')", name="channel"),
        Index("ix_account_code_account", "account_id", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    purpose: Mapped[str]
    channel: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Used, or taken back by a newer one or by a change of the account."""


class ResetRequest(Base):
    """That somebody typed a login under "forgot my password". Written alike whether the login exists or not;
    what comes of it is done later, where nobody can measure it."""

    __tablename__ = "reset_request"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str]
    address: Mapped[str]
    asked_at: Mapped[datetime]


class SecondFactor(Base):
    """The secret that an account shares with an app on a phone, sealed by the installation's secret."""

    __tablename__ = "second_factor"

    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id), primary_key=True)
    sealed: Mapped[str]
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """Since when it counts: the first code from the app was right."""
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """The time step of the last code that was accepted: none up to it is accepted again."""


class RecoveryCode(Base):
    """One of the codes for somebody whose phone is gone; its hash."""

    __tablename__ = "recovery_code"

    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class RecordView(Base):
    """That somebody looked at another person's record on a day: first, last and how often."""

    __tablename__ = "record_view"
    __table_args__ = (Index("ix_record_view_day", "day"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    viewer_id: Mapped[UUID] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    """Which page: record, candidate, case, export."""
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
