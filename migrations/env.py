"""Alembic's way in: our tables on one side, the database of the settings on the other."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine, pool

from cli.schema import metadata
from core.database import UtcDateTime
from core.settings import settings


def rendered(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """How a new revision writes a type of ours: as the database's own, so that it needs no code of today."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(**database: Any) -> None:
    """Run what alembic was asked for."""
    context.configure(target_metadata=metadata(), render_item=rendered, **database)
    with context.begin_transaction():
        context.run_migrations()


url = context.config.attributes.get("url") or settings().database.url.get_secret_value()

if context.is_offline_mode():
    migrate(url=url, literal_binds=True)
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        # One at a time: `up` on two machines, or two commands at once, must not run a revision twice.
        connection.exec_driver_sql("SELECT pg_advisory_lock(hashtext('mufakat migrations'))")
        connection.commit()
        migrate(connection=connection, transaction_per_migration=True)
