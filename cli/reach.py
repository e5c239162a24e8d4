"""The database, for a command that needs it whether or not the rest of Mufakat runs."""

from collections.abc import Generator
from contextlib import contextmanager

from cli.places import home
from cli.preconditions import DatabaseAway


@contextmanager
def database(*, migrate: bool = True) -> Generator[None]:
    """The database of the settings; ours is started for the moment when nothing runs.

    Raises DatabaseAway when it is elsewhere and doesn't answer.
    """
    from cli.site import database_is_ours

    trouble = unreachable()
    if trouble is None:
        yield
    elif not database_is_ours(home()):
        raise DatabaseAway(reason=trouble)
    else:
        from cli.instance import Instance

        starting = Instance.started(home(), services=("postgres",), migrate=migrate)
        with starting as instance, instance.settings_here():
            yield


def unreachable() -> str | None:
    """Why the database of the settings can't be reached; None when it can."""
    import psycopg

    from core.settings import settings

    url = settings().database.url.get_secret_value().replace("+psycopg", "", 1)
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[0]
    return None
