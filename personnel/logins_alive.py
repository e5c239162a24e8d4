"""Which of many sessions have not ended: asked at once for all whose pages are open."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from personnel.logins import quiet
from personnel.models import Account, AccountState, LoginSession


def still_open(session: Session, hashes: Collection[str]) -> set[str]:
    """Which of these sessions, by what is kept of their tokens, have not ended; of an open account's."""
    at = clock.now(session)
    query = (
        select(LoginSession.token_hash)
        .join(Account, Account.id == LoginSession.account_id)
        .where(
            LoginSession.token_hash.in_(hashes),
            LoginSession.ends_at > at,
            LoginSession.seen_at > at - quiet(),
            Account.state == AccountState.ACTIVE,
        )
    )
    return set(session.scalars(query))
