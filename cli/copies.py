"""Copies of our database: written by pg_dump, put back in one transaction."""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect, make_url, text

from cli.pginstall import installation
from cli.preconditions import Precondition
from cli.progress import bar
from core.errors import MufakatError
from core.settings import settings

EMPTIED = """\
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""


class NotEmpty(Precondition):
    """The database holds records ({tables}); nothing was changed. Restore into an empty data folder by
    MUFAKAT_HOME, or give --force to replace them for ever."""


class InUse(Precondition):
    """{count} other connections use the database; nothing was changed. Stop ./mufakat up, and every web,
    keeper, courier and worker elsewhere; then try again."""


class NotCopied(MufakatError):
    """The copy could not be written ({reason}); no file was left, and an older one is as it was."""


class NotRestored(MufakatError):
    """The copy could not be put back ({reason}); the database is as it was before."""


def dump(file: Path) -> int:
    """Write a copy; the number of its bytes is returned. Raises NotCopied."""
    scratch = file.with_name(f"{file.name}.part")
    try:
        scratch.touch(mode=0o600)
        command = [installation().program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
        with bar(f"Writing {file.name}"):
            _run([*command, "--file", str(scratch), address(_url())], NotCopied, _url())
        scratch.replace(file)
    except OSError as error:
        raise NotCopied(reason=error.strerror) from error
    finally:
        scratch.unlink(missing_ok=True)
    return file.stat().st_size


def restore(file: Path, *, force: bool) -> None:
    """Put a copy back in one transaction. Raises NotEmpty, InUse, NotRestored."""
    if (tables := filled_tables()) and not force:
        raise NotEmpty(tables=", ".join(tables[:3]) + ("…" if len(tables) > 3 else ""))
    if count := _others():
        raise InUse(count=count)
    programs = installation()
    with tempfile.TemporaryDirectory(prefix="mufakat-restore-") as folder:
        script = Path(folder) / "script.sql"
        script.write_text(EMPTIED)
        body = Path(folder) / "body.sql"
        unpack = [
            programs.program("pg_restore"),
            "--no-owner",
            "--no-privileges",
            "--file",
            str(body),
            str(file),
        ]
        with bar(f"Reading {file.name}"):
            _run(unpack, NotRestored, _url())
        load = [
            programs.program("psql"),
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "-v",
            "ON_ERROR_STOP=1",
        ]
        with bar("Putting it back"):
            files = ["-o", os.devnull, "-f", str(script), "-f", str(body)]
            _run([*load, *files, address(_url())], NotRestored, _url())


def unpack_into(file: Path, url: str) -> None:
    """Put a copy into an empty database elsewhere, whole or not at all. Raises NotRestored."""
    into = [installation().program("pg_restore"), "--no-owner", "--no-privileges", "--single-transaction"]
    with bar(f"Reading {file.name}"):
        _run([*into, "--dbname", address(url), str(file)], NotRestored, url)


def fingerprint(file: Path) -> str:
    """The SHA-256 of a copy: by it a trial is known to be of the very same file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def filled_tables() -> list[str]:
    """The tables that hold anything, the migrations' own aside."""
    engine = create_engine(_url())
    try:
        with engine.connect() as connection:
            names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
            return [
                name
                for name in sorted(names)
                # The name comes from the database's own catalogue, quoted by the dialect.
                if connection.scalar(
                    text(f"SELECT EXISTS (SELECT FROM {engine.dialect.identifier_preparer.quote(name)})")  # noqa: S608
                )
            ]
    finally:
        engine.dispose()


def _others() -> int:
    engine = create_engine(_url())
    try:
        with engine.connect() as connection:
            query = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                       AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
            return connection.scalar(text(query)) or 0
    finally:
        engine.dispose()


def _url() -> str:
    return settings().database.url.get_secret_value()


def address(url: str) -> str:
    """A database for PostgreSQL's programs, without its password: other users can see a command line."""
    said = make_url(url)
    bare = URL.create("postgresql", said.username, None, said.host, said.port, said.database, said.query)
    return bare.render_as_string()


def _run(command: list[str], failure: type[MufakatError], url: str) -> None:
    environment = {**os.environ, "PGPASSWORD": str(make_url(url).password or ""), "LC_ALL": "C"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise failure(reason=lines[-1] if lines else f"exit code {done.returncode}")
