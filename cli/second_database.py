"""Prefect's own database on a PostgreSQL that is not ours."""

import psycopg
from psycopg.sql import SQL, Identifier

from cli.preconditions import Precondition


class NoSecondDatabase(Precondition):
    """Prefect's server needs a database of its own beside ours, {name}, and it could not be made
    ({reason}). Let the database's administrator make it, with the extension pg_trgm, owned by the same
    user; or give its address by MUFAKAT_PREFECT_DATABASE_URL."""


def ensure(url: str) -> None:
    """Make the database with what Prefect needs in it, unless it is there. Raises NoSecondDatabase."""
    address = url.replace("+asyncpg", "", 1)
    server, _, name = address.partition("?")[0].rpartition("/")
    try:
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.OperationalError:
            # Perhaps only the database is missing: whoever may not make it learns why below.
            with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=5) as connection:
                connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except psycopg.Error as error:
        raise NoSecondDatabase(name=name, reason=str(error).strip().splitlines()[-1]) from error
