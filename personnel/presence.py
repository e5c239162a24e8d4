"""One's own sessions: where one is logged in, seen and ended by their owner."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from core.errors import NotFound
from core.events import Event
from personnel import history, logins
from personnel.logins import sessions_of
from personnel.models import Account, LoginSession


def sessions(session: Session, account_id: UUID) -> list[LoginSession]:
    """An account's sessions that have not ended, the last used first."""
    now = clock.now(session)
    alive = sessions_of(session, account_id)
    return [one for one in alive if one.ends_at > now and now - one.seen_at < logins.quiet()]


def revoke(session: Session, actor: Actor, account: Account, session_id: UUID) -> None:
    """End one session of one's own account. Raises NotFound for one that is gone or somebody else's."""
    ended = delete(LoginSession).where(LoginSession.id == session_id, LoginSession.account_id == account.id)
    if session.scalar(ended.returning(LoginSession.id)) is None:
        raise NotFound
    _tell(session, actor, account, 1)


def revoke_others(session: Session, actor: Actor, account: Account, but: str) -> int:
    """End all sessions of one's own account except the one whose token is given; returns how many."""
    ended = delete(LoginSession).where(
        LoginSession.account_id == account.id, LoginSession.token_hash != logins.hash_of(but)
    )
    gone = len(session.scalars(ended.returning(LoginSession.id)).all())
    if gone:
        _tell(session, actor, account, gone)
    return gone


def _tell(session: Session, actor: Actor, account: Account, sessions: int) -> None:
    facts = {"account": account.id, "sessions": sessions}
    history.record(session, actor, [Event("account.sessions_ended", account.employee_id, "person", facts)])
