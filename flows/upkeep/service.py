"""Nightly housekeeping: what is past its time goes, what the calendar moved is handed over."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from core import clock
from flows.process.handovers import hand_over_due
from flows.process.models import Heartbeat
from notifications import retention
from personnel import attempts, logins

KEEP_MAIL_TEXT = timedelta(days=365)
"""So long after it was sent, a mail's facts are kept for sending it again."""
KEEP_HEARTBEATS = timedelta(days=2)


def end_old_sessions(session: Session) -> int:
    return logins.forget(session, clock.now(session))


def forget_login_attempts(session: Session) -> int:
    return attempts.forget(session, clock.now(session))


def purge_codes(session: Session) -> int:
    return retention.purge_codes(session, clock.now(session))


def forget_mail_texts(session: Session) -> int:
    return retention.forget_facts(session, clock.now(session) - KEEP_MAIL_TEXT)


def forget_heartbeats(session: Session) -> int:
    """Services that have not been heard of for days; by real time, also in a rehearsal."""
    gone = session.execute(delete(Heartbeat).where(Heartbeat.at < datetime.now(UTC) - KEEP_HEARTBEATS))
    return gone.rowcount if isinstance(gone, CursorResult) else 0


DUTIES: Mapping[str, Callable[[Session], int]] = {
    "hand over": hand_over_due,
    "end old sessions": end_old_sessions,
    "forget login attempts": forget_login_attempts,
    "purge codes": purge_codes,
    "forget mail texts": forget_mail_texts,
    "forget heartbeats": forget_heartbeats,
}
"""Each is a transaction of its own, and returns how much it did; doing one again is harmless."""
