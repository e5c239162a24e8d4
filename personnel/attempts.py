"""Failed logins are counted by login, by address and by both; who fails too often waits longer and longer."""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Engine, NullPool, create_engine, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import MufakatError
from core.settings import settings
from personnel.models import LoginAttempt

FORGOTTEN_AFTER = timedelta(hours=24)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=15)


class TooManyTries(MufakatError):
    """Too many failed logins. Wait {seconds} seconds and try again, or ask the administrator for a new
    password."""


@dataclass(frozen=True, slots=True)
class Door:
    """What is tried: failures are counted for each; after `free` of them each further one waits longer."""

    kind: str
    free: int
    said: str

    @property
    def key(self) -> str:
        """A hash, since people type passwords where logins belong."""
        return f"{self.kind}:{hashlib.sha256(self.said.encode()).hexdigest()}"


def doors(login: str, address: str) -> tuple[Door, ...]:
    """One person at one address gets few tries; a login or an office's shared address gets more."""
    name = login.strip().casefold()[:200]
    return Door("both", 5, f"{name} {address}"), Door("login", 30, name), Door("address", 100, address)


def wait(tries: int, free: int) -> timedelta:
    """How long to wait after so many failures."""
    over = tries - free
    return timedelta() if over <= 0 else min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(over - 1, 20))


def count(login: str, address: str, at: datetime) -> None:
    """Count a try before it is looked at, so that many at once are counted too. Raises TooManyTries.

    Committed by itself: the error that a failed try ends in rolls its caller's transaction back, and a
    count that is forgotten with it would count nothing.
    """
    with _committed() as session:
        blocked = _count(session, doors(login, address), at)
    if blocked:
        raise TooManyTries(seconds=int(blocked.total_seconds()) + 1)


def clear(login: str, address: str) -> None:
    """Forget the failures of somebody who got in; the address keeps those of others.

    Committed by itself too, so that no login waits for another one's transaction.
    """
    both, name, place = doors(login, address)
    with _committed() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.door.in_([both.key, name.key])))
        session.execute(
            update(LoginAttempt)
            .where(LoginAttempt.door == place.key, LoginAttempt.tries > 0)
            .values(tries=LoginAttempt.tries - 1)
        )


def forget(session: Session, at: datetime) -> int:
    """Delete what is too old to count; returns how many. For upkeep."""
    old = delete(LoginAttempt).where(LoginAttempt.last_at < at - FORGOTTEN_AFTER).returning(LoginAttempt.door)
    return len(session.scalars(old).all())


@contextmanager
def _committed() -> Generator[Session]:
    with Session(_connections(settings().database.url.get_secret_value())) as session, session.begin():
        yield session


@lru_cache
def _connections(url: str) -> Engine:
    # Of its own: were it the pool's, many logins at once would each hold one connection and wait for another.
    return create_engine(
        url, poolclass=NullPool, connect_args={"options": "-c timezone=UTC -c lock_timeout=10000"}
    )


def _count(session: Session, tried: tuple[Door, ...], at: datetime) -> timedelta:
    free = {door.key: door.free for door in tried}
    fresh = [{"door": key, "tries": 0, "last_at": at, "free_at": at} for key in sorted(free)]
    session.execute(insert(LoginAttempt).values(fresh).on_conflict_do_nothing())
    locked = select(LoginAttempt).where(LoginAttempt.door.in_(free)).order_by(LoginAttempt.door)
    rows = session.scalars(locked.with_for_update()).all()
    # others who tried in the same instant, and had not to wait, keep nobody out: theirs may be a later `at`
    waits = (row.free_at - at for row in rows if row.tries > free[row.door])
    blocked = max(waits, default=timedelta())
    if blocked > timedelta():
        return blocked
    for row in rows:
        row.tries = 1 if row.last_at < at - FORGOTTEN_AFTER else row.tries + 1
        row.last_at, row.free_at = at, at + wait(row.tries, free[row.door])
    return timedelta()
