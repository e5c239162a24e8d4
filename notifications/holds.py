"""Operators stop the outgoing mail and let it go on; what is written meanwhile waits, and nothing is lost."""

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role
from core.errors import Conflict, NotAllowed
from core.events import Event, record
from core.ids import new_id
from notifications.models import MailHold
from notifications.outbox import ReasonMissing

ONE_AT_A_TIME = "mail hold"


class AlreadyHeld(Conflict):
    """The outgoing mail is stopped already; nothing was changed."""


class NotHeld(Conflict):
    """The outgoing mail is not stopped; nothing was changed."""


def held() -> ColumnElement[bool]:
    """Whether the mail is stopped, as a condition."""
    return exists(select(MailHold.id).where(MailHold.lifted_at.is_(None)))


def current(session: Session) -> MailHold | None:
    """The hold that is in force, if any."""
    return session.scalar(select(MailHold).where(MailHold.lifted_at.is_(None)))


def place(session: Session, actor: Actor, reason: str) -> MailHold:
    """Stop the outgoing mail, but for codes that somebody waits for at a door.

    What couriers have in hand at this moment still goes out. Raises NotAllowed, ReasonMissing, AlreadyHeld.
    """
    _guard(session, actor, reason)
    if current(session):
        raise AlreadyHeld
    hold = MailHold(
        id=new_id(), placed_at=clock.now(session), placed_by_name=actor.name, reason=reason.strip()
    )
    session.add(hold)
    session.flush()
    said = {"reason": hold.reason}
    record(session, actor, [Event("mail_hold.placed", hold.id, "mail_hold", {}, said, opens=True)])
    return hold


def lift(session: Session, actor: Actor, reason: str) -> MailHold:
    """Let the mail go on. Raises NotAllowed, ReasonMissing, NotHeld."""
    _guard(session, actor, reason)
    hold = current(session)
    if hold is None:
        raise NotHeld
    hold.lifted_at = clock.now(session)
    session.flush()
    record(session, actor, [Event("mail_hold.lifted", hold.id, "mail_hold", {}, {"reason": reason.strip()})])
    return hold


def _guard(session: Session, actor: Actor, reason: str) -> None:
    if not actor.has(Role.OPERATOR, Role.ADMIN):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(ONE_AT_A_TIME, 0))))
