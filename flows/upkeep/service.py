"""Nightly housekeeping: what is past its time goes, what the calendar moved is handed over."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from approvals.agreement import disagreements
from core import clock, upkeep
from core.ledger import verifying
from core.upkeep import Chore
from flows.process.handovers import hand_over_due
from flows.process.models import Heartbeat
from notifications import retention, webhooks
from personnel import attempts, logins, looking, resetting
from personnel.days import office_day

KEEP_MAIL_TEXT = timedelta(days=365)
"""So long after it was sent, a mail's facts are kept for sending it again."""
KEEP_CODES = timedelta(days=90)
"""So long after its end, it is kept that an account was given a code; the log keeps it for ever."""
KEEP_LOOKS = timedelta(days=5 * 366)
"""So long it is kept who looked at whose record: the PDP law wants processing recorded and sets no term
(UU 27/2022 art. 31); five years is this project's choice."""
KEEP_DELIVERIES = timedelta(days=30)
"""What was sent to other systems, and what they never took."""
KEEP_HEARTBEATS = timedelta(days=2)
KEEP_UPKEEP = timedelta(days=400)
"""More than a year of copies, trials and checks; the last of each is kept for good."""


def end_old_sessions(session: Session) -> int:
    return logins.forget(session, clock.now(session))


def forget_login_attempts(session: Session) -> int:
    return attempts.forget(session, clock.now(session))


def purge_account_codes(session: Session) -> int:
    return resetting.forget(session, clock.now(session) - KEEP_CODES)


def forget_looks(session: Session) -> int:
    return looking.forget(session, office_day(clock.now(session)) - KEEP_LOOKS)


def purge_codes(session: Session) -> int:
    return retention.purge_codes(session, clock.now(session))


def forget_mail_texts(session: Session) -> int:
    return retention.forget_facts(session, clock.now(session) - KEEP_MAIL_TEXT)


def forget_deliveries(session: Session) -> int:
    return webhooks.forget(session, clock.now(session) - KEEP_DELIVERIES)


def forget_mail_returns(session: Session) -> int:
    return retention.forget_returns(session, clock.now(session) - KEEP_MAIL_TEXT)


def forget_heartbeats(session: Session) -> int:
    """Services that have not been heard of for days; by real time, also in a rehearsal."""
    gone = session.execute(delete(Heartbeat).where(Heartbeat.at < datetime.now(UTC) - KEEP_HEARTBEATS))
    return gone.rowcount if isinstance(gone, CursorResult) else 0


def forget_upkeep(session: Session) -> int:
    return upkeep.forget(session, KEEP_UPKEEP)


def prove_the_log(session: Session) -> int:
    """Verify the whole log, so that nobody finds out months later that it was altered.

    Returns in how many places it was; that is noted for the operators' page, and no failure of the duty.
    """
    report = verifying.verify(session, domains=[disagreements])
    upkeep.note(session, Chore.PROOF, well=report.sound, **report.brief())
    return report.flaws


DUTIES: Mapping[str, Callable[[Session], int]] = {
    "hand over": hand_over_due,
    "end old sessions": end_old_sessions,
    "forget login attempts": forget_login_attempts,
    "purge account codes": purge_account_codes,
    "purge codes": purge_codes,
    "forget looks": forget_looks,
    "forget mail texts": forget_mail_texts,
    "forget mail returns": forget_mail_returns,
    "forget deliveries": forget_deliveries,
    "forget heartbeats": forget_heartbeats,
    "forget upkeep": forget_upkeep,
    "prove the log": prove_the_log,
}
"""Each is a transaction of its own, and returns how much it did; doing one again is harmless."""

ONE_VIEW = frozenset({"prove the log"})
"""What reads for long, and sees nothing of what is written meanwhile: its transaction is REPEATABLE READ."""
