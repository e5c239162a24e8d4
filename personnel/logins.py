"""Server-side sessions: the browser holds a random token, we its hash; they end by quiet and by age."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role
from core.questions import ask
from core.settings import settings
from personnel.directory import office_day
from personnel.models import Account, AccountState, Employee, LoginSession
from personnel.names import full_name

OLDEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""A session's last sign of life is not written more often than this."""


def open_session(
    session: Session,
    account: Account,
    address: str,
    agent: str,
    language: str = "",
    *,
    way: str = "password",
    proved: bool = False,
) -> str:
    """Begin a session of an account that has just been authenticated; returns the token for the browser.

    `way` it was opened: password or oidc; `proved`: the second factor was shown just now.
    """
    token, at = secrets.token_urlsafe(32), clock.now(session)
    if not language:
        language = session.scalars(select(Employee.language).where(Employee.id == account.employee_id)).one()
    session.add(
        LoginSession(
            token_hash=hash_of(token),
            account_id=account.id,
            csrf=secrets.token_urlsafe(32),
            opened_at=at,
            seen_at=at,
            ends_at=at + OLDEST,
            address=address[:100],
            agent=agent[:300],
            language=language,
            way=way,
            proved_at=at if proved else None,
        )
    )
    session.flush()
    return token


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Whose session it is, as every page asks; plain values."""

    id: UUID
    """The session's."""
    account_id: UUID
    csrf: str
    language: str
    must_change: bool
    actor: Actor


def read_session(session: Session, token: str, *, attended: bool = True) -> LoggedIn | None:
    """Whose session a token opens; None once it has ended, the account is closed or the person has left.

    What a page asks for by itself, with nobody there perhaps, is not `attended`: it keeps no session alive.
    """
    rows = ask(session, _SESSION, token_hash=(known := hash_of(token)))
    if not rows:
        return None
    row, at = rows[0], clock.now(session)
    left = row.left_on is not None and row.left_on <= office_day(at)
    if left or at >= row.ends_at or at - row.seen_at >= quiet():
        return None
    if attended and at - row.seen_at >= SEEN_EVERY:
        session.execute(update(LoginSession).where(LoginSession.token_hash == known).values(seen_at=at))
    name = full_name(row.front_title, row.name, row.back_title)
    actor = Actor(row.employee_id, name, frozenset({*row.roles, str(Role.EMPLOYEE)}), "web")
    return LoggedIn(row.id, row.account_id, row.csrf, row.language, row.must_change, actor)


_SESSION = (
    select(
        LoginSession.id,
        LoginSession.account_id,
        LoginSession.csrf,
        LoginSession.language,
        LoginSession.seen_at,
        LoginSession.ends_at,
        Account.roles,
        Account.must_change,
        Account.employee_id,
        Employee.front_title,
        Employee.name,
        Employee.back_title,
        Employee.left_on,
    )
    .join(Account, Account.id == LoginSession.account_id)
    .join(Employee, Employee.id == Account.employee_id)
    .where(LoginSession.token_hash == bindparam("token_hash"), Account.state == AccountState.ACTIVE)
)


def close_session(session: Session, token: str) -> str:
    """End a session; returns by which way it was opened, nothing for one that is gone already."""
    ended = delete(LoginSession).where(LoginSession.token_hash == hash_of(token))
    return session.scalar(ended.returning(LoginSession.way)) or ""


def close_all(session: Session, account_id: UUID) -> None:
    """End every session of an account."""
    session.execute(delete(LoginSession).where(LoginSession.account_id == account_id))


def sessions_of(session: Session, account_id: UUID) -> list[LoginSession]:
    """An account's sessions, the last used first."""
    query = select(LoginSession).where(LoginSession.account_id == account_id)
    return list(session.scalars(query.order_by(LoginSession.seen_at.desc())))


def forget(session: Session, at: datetime) -> int:
    """Delete the sessions that have ended; returns how many. For upkeep."""
    ended = or_(LoginSession.ends_at <= at, LoginSession.seen_at <= at - quiet())
    return len(session.scalars(delete(LoginSession).where(ended).returning(LoginSession.token_hash)).all())


def quiet() -> timedelta:
    """How long a session may go without a request."""
    return timedelta(hours=settings().web.session_hours)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
