"""What is not kept: used-up codes, and what old messages said about people."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from notifications.models import Message, MessageState, OneTimeCode


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
    """Erase what messages sent before a moment said, and keep that they were sent; returns how many.

    They can't be sent again afterwards.
    """
    emptied = session.scalars(
        update(Message)
        .where(Message.state == MessageState.SENT, Message.sent_at < before, Message.facts != {})
        .values(facts={})
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len(emptied.all())
