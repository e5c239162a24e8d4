"""The PostgreSQL of the tests: one server a run, one database a worker, one transaction a test."""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

import hypothesis
import psycopg
import pytest
from alembic import command
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from cli.postgres import Cluster
from cli.schema import alembic_config, has_revisions, metadata
from cli.throwaway import throwaway_folder
from core import clock as core_clock
from core import database
from core.settings import settings
from tests import replayed

SERVER = "MUFAKAT_TESTS_SERVER"
"""Holds the superuser's address of the run's server; the first process hands it to its workers."""
TEMPLATE = "mufakat_template"
EXTENSIONS = ("pg_trgm",)

cleanup = ExitStack()


# how long an example takes is the machine's business: no timed assertion in a test
hypothesis.settings.register_profile("mufakat", deadline=None)
hypothesis.settings.load_profile("mufakat")


def pytest_configure(config: pytest.Config) -> None:
    """Settings of the tests' own, and with several workers one server for all of them."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        home = cleanup.enter_context(throwaway_folder("mufakat-tests-"))
        for name in [
            n for n in os.environ if n.startswith(("MUFAKAT_", "PREFECT_")) and n != "MUFAKAT_CHROMIUM"
        ]:
            del os.environ[name]
        os.environ |= {
            "MUFAKAT_HOME": str(home),
            "MUFAKAT_REHEARSAL": "1",
            "MUFAKAT_SECRET": "the secret of the tests, of no other use",
            "PREFECT_HOME": str(home / "prefect"),
            "DO_NOT_TRACK": "1",
        }
        if getattr(config.option, "numprocesses", None):
            os.environ[SERVER] = start_server()
    forget_settings()


def pytest_unconfigure() -> None:
    cleanup.close()


def start_server() -> str:
    """Start the run's server; it ends with the run."""
    return cleanup.enter_context(Cluster.temporary()).url("postgres")


def forget_settings() -> None:
    """Let the settings and the engine be made anew from the environment."""
    if database.engine.cache_info().currsize:
        database.engine().dispose()
    for cached in (settings, database.engine, database.sessions):
        cached.cache_clear()


@pytest.fixture(scope="session")
def server_url() -> str:
    """The superuser's address of the run's server."""
    if SERVER not in os.environ:
        os.environ[SERVER] = start_server()
    return os.environ[SERVER]


@pytest.fixture(scope="session")
def new_database(server_url: str) -> "NewDatabase":
    """Makes a migrated database; calling it again with the same name makes it anew."""
    return NewDatabase(server_url)


@pytest.fixture(scope="session")
def database_url(new_database: "NewDatabase") -> str:
    """This worker's migrated database; the settings of this process point to it."""
    url = new_database(f"mufakat_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    os.environ["MUFAKAT_DATABASE_URL"] = url
    forget_settings()
    return url


PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note which tests passed: only then is what they left behind held against its history."""
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed and item.get_closest_marker("tampers") is None
    return report


def must_be_as_told(request: pytest.FixtureRequest, session: Session) -> None:
    """Each case of a test that passed is what its stream tells, unless the test `tampers` with that."""
    if request.node.stash.get(PASSED, False) and session.is_active:
        replayed.must_be_as_told(session)


@pytest.fixture
def session(database_url: str, request: pytest.FixtureRequest) -> Generator[Session]:
    """A session whose changes, committed or not, are gone after the test."""
    with database.engine().connect() as connection, connection.begin() as outer:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
            must_be_as_told(request, session)
        outer.rollback()


@pytest.fixture
def committed(
    database_url: str, new_database: "NewDatabase", request: pytest.FixtureRequest
) -> Generator[sessionmaker[Session]]:
    """Sessions whose commits are real, for threads and processes; afterwards the database is made anew."""
    yield database.sessions()
    try:
        with database.sessions()() as session:
            must_be_as_told(request, session)
    finally:
        database.engine().dispose()
        new_database(database_url.rpartition("/")[2])


@pytest.fixture
def clock(session: Session) -> "Clock":
    """The test's clock, in the session's transaction."""
    return Clock(session)


class Clock:
    """Tells the time of a session and moves it forward."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def now(self) -> datetime:
        return core_clock.now(self.session)

    def move(self, **by: float) -> datetime:
        """Forward by so many `days`, `hours`, `minutes`, as timedelta takes them."""
        return core_clock.move(self.session, timedelta(**by))


class NewDatabase:
    """Makes databases as copies of a template that is migrated once a run."""

    def __init__(self, server_url: str) -> None:
        self.server_url = server_url

    def __call__(self, name: str) -> str:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            with one_at_a_time(connection):
                if not connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)
                ).fetchone():
                    self._make_template(connection)
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
            connection.execute(
                SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(TEMPLATE))
            )
        return self.address(name)

    def empty(self, name: str) -> str:
        """A database with nothing in it, for the tests of migrations."""
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        with psycopg.connect(self.address(name, driver=""), autocommit=True) as connection:
            for extension in EXTENSIONS:
                connection.execute(SQL("CREATE EXTENSION {}").format(Identifier(extension)))
        return self.address(name)

    def address(self, name: str, driver: str = "+psycopg") -> str:
        return self.server_url.rpartition("/")[0].replace("postgresql:", f"postgresql{driver}:") + f"/{name}"

    def _make_template(self, connection: psycopg.Connection) -> None:
        making = f"{TEMPLATE}_making"
        url = self.empty(making)
        if has_revisions():
            command.upgrade(alembic_config(url), "head")
        else:
            engine = create_engine(url)
            metadata().create_all(engine)
            engine.dispose()
        # Renamed when whole: a worker that died on the way leaves no half of a template.
        connection.execute(
            SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(making), Identifier(TEMPLATE))
        )


@contextmanager
def one_at_a_time(connection: psycopg.Connection) -> Iterator[None]:
    """Hold a lock that all workers share, on the server itself."""
    connection.execute("SELECT pg_advisory_lock(1)")
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(1)")
