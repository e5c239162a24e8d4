"""One PostgreSQL cluster of ours, listening on the loopback only."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import psutil

from cli.child import tethered
from cli.pginstall import Installation, installation, version
from cli.ports import LOOPBACK, free_port
from cli.preconditions import Precondition
from cli.throwaway import throwaway_folder
from core.errors import MufakatError

SUPERUSER = "postgres"

SETTINGS = {
    "max_connections": "120",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "jit": "off",  # our queries are short; compiling them costs more than it gains
    "io_method": "sync",  # no further processes for a database that fits in memory
    "log_min_messages": "warning",
    "log_line_prefix": "",
    "password_encryption": "scram-sha-256",
}
THROWAWAY = {"fsync": "off", "full_page_writes": "off"}
"""For data that need not outlive the machine. A commit still outlives the server's own death: it is handed to
the system before it is acknowledged, and tests that kill rely on that."""


class DiskFull(MufakatError):
    """The disk that holds {folder} is full; the database could not go on. Make room and start again: what was
    committed is kept."""


class ClusterNotMade(MufakatError):
    """The database could not be made in {folder}: {reason}. Nothing was left behind."""


class ClusterInUse(Precondition):
    """Another PostgreSQL (process {pid}) is using the data in {folder}. Stop it, or choose another data
    folder by MUFAKAT_HOME."""


class PortInUse(Precondition):
    """Port {port} is used by another program. Stop that program, or choose another port by {setting}."""


class OtherVersion(MufakatError):
    """The data in {folder} was made by PostgreSQL {found}, and this is {ours}. Dump it with the old version
    of Mufakat (./mufakat db dump), and restore it here."""


class PostgresFailed(MufakatError):
    """PostgreSQL did not start: {reason}."""


@dataclass
class Cluster:
    """A cluster's folder, port and superuser's password; `durable` is off only for data nobody will miss."""

    folder: Path
    port: int
    password: str = field(repr=False)
    durable: bool = True
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def installation(self) -> Installation:
        return installation()

    @classmethod
    @contextmanager
    def temporary(cls) -> "Generator[Cluster]":
        """A running cluster for tests, gone with its data afterwards."""
        with throwaway_folder("mufakat-pg-") as folder:
            cluster = cls(folder, free_port(), secrets.token_urlsafe(16), durable=False)
            try:
                cluster.create()
                cluster.start()
                yield cluster
            finally:
                cluster.stop()

    def create(self) -> bool:
        """Make the cluster unless it is there; tells whether it was made.

        Raises ClusterNotMade, DiskFull, OtherVersion.
        """
        mark = self.data / "PG_VERSION"
        if mark.exists():
            found, ours = mark.read_text().strip(), self._major()
            if found != ours:
                raise OtherVersion(folder=self.data, found=found, ours=ours)
            return False
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        account = self.installation.account
        if account:
            os.chown(self.folder, account.uid, account.gid)
        # Made beside and renamed: an interrupted initdb leaves no half of a cluster.
        scratch = self.folder / "data.new"
        shutil.rmtree(scratch, ignore_errors=True)
        self._initdb(scratch)
        scratch.rename(self.data)
        return True

    def command(self) -> list[str]:
        """What runs the server in the foreground. Its port and address are given here, so that no file can
        open it to the network."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            **({} if self.durable else THROWAWAY),
        }
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        return [self.installation.program("postgres"), "-D", str(self.data), *options]

    def environment(self) -> dict[str, str]:
        """Nothing of ours: a server's children must not inherit secrets or settings."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def is_ready(self) -> bool:
        """Whether the server takes connections now, by its own word."""
        lines = self._pidfile()
        return len(lines) > 7 and lines[7].strip() == "ready" and self.running_pid() is not None

    def running_pid(self) -> int | None:
        """The process of a server on this cluster, whoever started it."""
        first, *_ = (*self._pidfile(), "")
        return int(first) if first.isdigit() and psutil.pid_exists(int(first)) else None

    def start(self, timeout: float = 60) -> None:
        """Start the server as a child of this process and wait until it takes connections.

        Raises what `failure` names.
        """
        log = self.folder / "server.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                tethered(self.command(), signal.SIGINT, self.installation.account),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + timeout
        while not (self.is_ready() and self.running_pid() == self._process.pid):
            if self._process.poll() is not None or time.monotonic() > deadline:
                lines = log.read_text(errors="replace").splitlines()
                self.stop()
                raise self.failure(lines)
            time.sleep(0.02)

    def stop(self, timeout: float = 10) -> None:
        """Stop a server that `start` started; a second call does nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()

    def failure(self, lines: list[str]) -> MufakatError:
        """The named error that a server's last lines tell of."""
        text = "\n".join(lines)
        if "No space left on device" in text:
            return DiskFull(folder=self.folder)
        if "Address already in use" in text:
            return PortInUse(port=self.port, setting="MUFAKAT_CLUSTER_PORT")
        if '"postmaster.pid" already exists' in text:
            return ClusterInUse(pid=self.running_pid(), folder=self.data)
        telling = [line for line in lines if line.startswith(("FATAL", "PANIC", "ERROR"))] or lines
        return PostgresFailed(reason=telling[-1].rstrip(".") if telling else "it said nothing")

    def url(self, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        """The address of a database, as libpq reads it."""
        return f"postgresql://{user}:{password or self.password}@{LOOPBACK}:{self.port}/{database}"

    def ensure_database(self, name: str, password: str, extensions: tuple[LiteralString, ...] = ()) -> None:
        """Make a role and a database of its own, both called `name`, unless they are there."""
        import psycopg
        from psycopg.sql import SQL, Identifier, Literal

        role = Identifier(name)
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
                connection.execute(SQL("CREATE ROLE {} LOGIN").format(role))
            connection.execute(SQL("ALTER ROLE {} PASSWORD {}").format(role, Literal(password)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                connection.execute(SQL("CREATE DATABASE {} OWNER {}").format(role, role))
                connection.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
        # As the owner: what a superuser made here, the owner could not drop when a dump is restored.
        with psycopg.connect(self.url(name, name, password), autocommit=True) as connection:
            for extension in extensions:
                connection.execute(SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(extension)))

    def _initdb(self, target: Path) -> None:
        account = self.installation.account
        secret = self.folder / ".password"
        secret.touch(mode=0o600)
        try:
            secret.write_text(self.password)
            if account:
                os.chown(secret, account.uid, account.gid)
            settings = [option for name, value in SETTINGS.items() for option in ("-c", f"{name}={value}")]
            done = subprocess.run(
                [self.installation.program("initdb"), "-D", str(target), "-U", SUPERUSER]
                + [
                    "--pwfile",
                    str(secret),
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--no-locale",
                    "--no-instructions",
                ]
                + ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
                + ([] if self.durable else ["--no-sync"])
                + settings,
                cwd=self.folder,
                env=self.environment(),
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            secret.unlink()
        if done.returncode:
            shutil.rmtree(target, ignore_errors=True)
            if "No space left on device" in done.stderr:
                raise DiskFull(folder=self.folder)
            errors = [line for line in done.stderr.splitlines() if line.strip()]
            raise ClusterNotMade(folder=self.data, reason=errors[-1] if errors else f"exit {done.returncode}")

    def _pidfile(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _major(self) -> str:
        return version().split(".")[0]
