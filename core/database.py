"""One PostgreSQL, one kind of session. Verbs take a session and never commit; the edge does."""

import math
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from sqlalchemy import DateTime, Dialect, Engine, MetaData, Text, TypeDecorator, create_engine, event
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from core.settings import settings


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored and returned in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a naive time can't be stored: {value!r}")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of ours; named constraints, so that a violation can become a named error."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        str: Text(),
        UUID: PG_UUID(as_uuid=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: ARRAY(Text()),
    }


RESTED_SECONDS = 1.0
"""A connection that lay idle for so long is asked whether it still lives before it is used; one that was in
use a moment ago is not, for the question costs as much as a statement."""


@lru_cache
def engine() -> Engine:
    """The one engine of this process."""
    s = settings().database
    made = create_engine(
        s.url.get_secret_value(),
        pool_size=s.pool_size,
        max_overflow=s.pool_size,
        hide_parameters=True,  # what is sent may be about people, and an error goes into logs
        connect_args={"options": "-c timezone=UTC -c lock_timeout=30000"},
    )
    event.listen(made, "checkin", _rest)
    event.listen(made, "checkout", partial(_must_live, made.dialect))
    return made


def _rest(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    del connection
    record.info["rested_since"] = time.monotonic()


def _must_live(
    dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, proxy: PoolProxiedConnection
) -> None:
    """Raises InvalidatePoolError, at which the pool connects anew."""
    del proxy
    if time.monotonic() - record.info.get("rested_since", math.inf) < RESTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except psycopg.Error as exc:
        raise InvalidatePoolError from exc


@lru_cache
def sessions() -> sessionmaker[Session]:
    return sessionmaker(engine(), expire_on_commit=False)


@contextmanager
def transaction() -> Generator[Session]:
    """A session whose changes are committed at the end, or not at all. For the edges only."""
    with sessions().begin() as session:
        yield session


def constraint_of(error: BaseException) -> str:
    """The name of the database constraint that an IntegrityError broke; empty when it names none."""
    diag = getattr(getattr(error, "orig", None), "diag", None)
    return getattr(diag, "constraint_name", None) or ""
