"""One keeper acts, however many run: the others stand by and take over when it is gone."""

from contextlib import suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.database import engine

LOCK = 0x6D756662


class Leadership:
    """A lock of the database's, held by an open connection for as long as that lives."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    def held(self) -> bool:
        """Whether this process leads now; takes the lead if nobody has it. Raises DBAPIError."""
        if self._connection is None:
            self._connection = engine().connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            mine = self._connection.scalar(
                text(
                    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0"
                    " AND pid = pg_backend_pid() AND objid = :key) OR pg_try_advisory_lock(:key)"
                ),
                {"key": LOCK},
            )
        except DBAPIError:
            self.give_up()
            raise
        return bool(mine)

    def give_up(self) -> None:
        """Let another lead: the connection is closed for good, not put back into the pool."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):  # it may be lost already, and the lock with it
                connection.execute(text("SELECT pg_advisory_unlock_all()"))
            with suppress(DBAPIError):
                connection.invalidate()
                connection.close()
