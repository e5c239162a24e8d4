"""What is not kept: used-up codes, and what old messages said about people."""

from datetime import datetime

from sqlalchemy import and_, delete, or_, update
from sqlalchemy.orm import Session

from notifications.models import MailReturn, Message, MessageState, OneTimeCode

OVER = (MessageState.BUNDLED, MessageState.MOOT, MessageState.KEPT)
"""States of messages that were never sent by themselves, and will not be."""


def purge_codes(session: Session, before: datetime) -> int:
    """Delete the codes that expired before a moment; returns how many."""
    gone = session.scalars(
        delete(OneTimeCode)
        .where(OneTimeCode.expires_at < before)
        .returning(OneTimeCode.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def forget_facts(session: Session, before: datetime) -> int:
    """Erase what messages of before a moment said, and keep that they were sent or why not; returns how many.

    They can't be sent again afterwards. What still waits is left alone.
    """
    emptied = session.scalars(
        update(Message)
        .where(
            or_(
                and_(Message.state == MessageState.SENT, Message.sent_at < before),
                and_(Message.state.in_(OVER), Message.created_at < before),
            ),
            Message.facts != {},
        )
        .values(facts={})
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len(emptied.all())


def forget_returns(session: Session, before: datetime) -> int:
    """Delete the reports about letters that came back before a moment; returns how many."""
    gone = session.scalars(
        delete(MailReturn)
        .where(MailReturn.at < before)
        .returning(MailReturn.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
