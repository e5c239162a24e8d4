"""Alembic's way in: our tables on one side, the database of the settings on the other."""

from alembic import context
from sqlalchemy import create_engine, pool

from cli.schema import metadata
from core.settings import settings

url = context.config.attributes.get("url") or settings().database.url.get_secret_value()

if context.is_offline_mode():
    context.configure(url=url, target_metadata=metadata(), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata(), transaction_per_migration=True)
        # One at a time: `up` on two machines, or two commands at once, must not run a revision twice.
        connection.exec_driver_sql("SELECT pg_advisory_lock(hashtext('mufakat migrations'))")
        connection.commit()
        with context.begin_transaction():
            context.run_migrations()
