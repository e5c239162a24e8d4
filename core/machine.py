"""The machine below an installation: the disk of its data folder, its database, how old its tables are."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.settings import ROOT, settings

ROOM_NEEDED = 2_000_000_000
"""Less free disk than this, in bytes, and a copy or a night's mail may end it all."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What holds the data folder, in bytes."""

    folder: Path
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class DatabaseNow:
    """The database this moment: how large it is, how many use it, and what holds others up."""

    version: str
    revision: str
    bytes: int
    connections: int
    most: int
    blocked: int
    """Connections that wait for a lock."""
    blocked_for: timedelta
    """The longest of them."""
    oldest: timedelta
    """How long the oldest transaction is open."""
    oldest_pid: int | None


def disk() -> Disk:
    """The disk of the data folder, or of the nearest folder above that is there. Raises OSError."""
    home = settings().home.resolve()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    used = shutil.disk_usage(there)
    return Disk(home, used.free, used.total)


@lru_cache
def newest_revision() -> str:
    """The revision of the tables that this code is written for."""
    head = ScriptDirectory.from_config(Config(ROOT / "alembic.ini")).get_current_head()
    return head or ""


def database_now(session: Session) -> DatabaseNow:
    """How the database is, by its own word; a server's other databases count among its connections."""
    row = session.execute(text(NOW)).one()
    there = session.scalar(text("SELECT to_regclass('alembic_version')"))
    revision = session.scalar(text("SELECT version_num FROM alembic_version")) if there else None
    return DatabaseNow(
        version=row.version,
        revision=revision or "",
        bytes=row.bytes,
        connections=row.connections,
        most=row.most,
        blocked=row.blocked,
        blocked_for=timedelta(seconds=float(row.blocked_for)),
        oldest=timedelta(seconds=float(row.oldest)),
        oldest_pid=row.oldest_pid,
    )


NOW = """
    WITH busy AS (SELECT * FROM pg_stat_activity WHERE backend_type = 'client backend'),
         open AS (SELECT pid, xact_start FROM busy
                  WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
                  ORDER BY xact_start LIMIT 1)
    SELECT current_setting('server_version') AS version,
           pg_database_size(current_database()) AS bytes,
           current_setting('max_connections')::int AS most,
           (SELECT count(*) FROM busy) AS connections,
           (SELECT count(*) FROM busy WHERE wait_event_type = 'Lock') AS blocked,
           coalesce((SELECT extract(epoch FROM clock_timestamp() - min(query_start)) FROM busy
                     WHERE wait_event_type = 'Lock'), 0) AS blocked_for,
           coalesce((SELECT extract(epoch FROM clock_timestamp() - xact_start) FROM open), 0) AS oldest,
           (SELECT pid FROM open) AS oldest_pid
"""
