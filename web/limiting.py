"""Rate limits over all web processes: counted in the database, outside the request's transaction."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine, NullPool, Select, case, create_engine, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.errors import MufakatError
from core.settings import settings
from web.models import Hits

VERIFY = "verify"
LINK_CODE = "link-code"
LINK_ENTRY = "link-entry"
FORGOT = "forgot"
PASSWORD = "password"  # noqa: S105 - what is counted: one's own password, asked for again
PROVIDER = "provider"
UPLOAD = "upload"
REMARK = "remark"
DRAW = "draw"
"""A page of a document as a picture."""
COSTLY = "costly"
"""What takes seconds of a processor: a dry run, a forecast, a PDF."""
TOKENS = "tokens"
API = "api"
API_DOOR = "api-door"
"""Requests with a token that is none, counted by where they come from."""

LIMITS = {
    VERIFY: parse("30/minute"),
    LINK_CODE: parse("5/15 minutes"),
    LINK_ENTRY: parse("20/15 minutes"),
    FORGOT: parse("10/15 minutes"),
    PASSWORD: parse("10/15 minutes"),
    PROVIDER: parse("60/5 minutes"),
    UPLOAD: parse("30/10 minutes"),
    REMARK: parse("60/10 minutes"),
    DRAW: parse("300/minute"),
    COSTLY: parse("30/minute"),
    TOKENS: parse("20/10 minutes"),
    API_DOOR: parse("60/minute"),
}
"""By what is limited; who is counted is an address, a person or a link."""


class TooMany(MufakatError):
    """There were too many attempts in a short time; nothing was changed. Try again in {minutes} minutes."""


@lru_cache
def _engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool)


@contextmanager
def counting() -> Generator[Session]:
    """A transaction on a connection of its own: a request that counts already holds one of the pool's."""
    with Session(_engine(settings().database.url.get_secret_value())) as session, session.begin():
        yield session


class PostgresStorage(Storage):
    """Counts in our own database. Real time on purpose: a rehearsal's clock does not forgive a flood."""

    STORAGE_SCHEME = ["mufakat"]  # noqa: RUF012 - the library's own declaration

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit and return how many there are in the window, which starts with its first."""
        at = _now()
        fresh = Hits.expires_at <= at
        until = at + timedelta(seconds=expiry)
        statement = insert(Hits).values(key=key, count=amount, expires_at=until)
        statement = statement.on_conflict_do_update(
            index_elements=[Hits.key],
            set_={
                "count": case((fresh, amount), else_=Hits.count + amount),
                "expires_at": case((fresh, until), else_=Hits.expires_at),
            },
        )
        with counting() as session:
            session.execute(delete(Hits).where(Hits.key.in_(_some_expired(at))))
            return session.execute(statement.returning(Hits.count)).scalar_one()

    def get(self, key: str) -> int:
        with counting() as session:
            living = select(Hits.count).where(Hits.key == key, Hits.expires_at > _now())
            return session.scalar(living) or 0

    def get_expiry(self, key: str) -> float:
        with counting() as session:
            ends = session.scalar(select(Hits.expires_at).where(Hits.key == key))
            return ends.timestamp() if ends else time.time()

    def check(self) -> bool:
        with counting() as session:
            return session.scalar(select(func.count()).select_from(Hits)) is not None

    def reset(self) -> int:
        with counting() as session:
            return len(session.scalars(delete(Hits).returning(Hits.key)).all())

    def clear(self, key: str) -> None:
        with counting() as session:
            session.execute(delete(Hits).where(Hits.key == key))


def _some_expired(at: datetime) -> Select[tuple[str]]:
    """A few windows that are over: each hit sweeps up more than it leaves, so the table stays small."""
    over = select(Hits.key).where(Hits.expires_at <= at)
    return over.order_by(Hits.expires_at).limit(10).with_for_update(skip_locked=True)


def _now() -> datetime:
    return datetime.now(UTC)


@lru_cache
def limiter() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(PostgresStorage())


def limit_of(what: str) -> RateLimitItem:
    """How often something may be done; for programs an installation says so itself."""
    return parse(f"{settings().web.api_per_minute}/minute") if what == API else LIMITS[what]


def hit(what: str, who: str) -> None:
    """Count one attempt. Raises TooMany when the limit is passed."""
    item = limit_of(what)
    if not limiter().hit(item, what, who):
        seconds = limiter().get_window_stats(item, what, who).reset_time - time.time()
        raise TooMany(minutes=max(1, round(seconds / 60 + 0.5)), seconds=max(1, round(seconds)))
