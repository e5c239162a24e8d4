"""A whole Mufakat on this machine: started, watched, poked at and stopped.

`up` and `demo` run one; a rehearsal and the tests run isolated ones that leave nothing behind.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Coroutine, Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import psutil

from cli import second_database
from cli.leftovers import end_leftovers
from cli.lock import held
from cli.places import ROOT
from cli.services import SERVICES, children, parts
from cli.site import Site, make_home, open_site, remove_site
from cli.supervisor import OURSELVES, Supervisor
from cli.terminal import Terminal

T = TypeVar("T")
MARK = "MUFAKAT_INSTANCE"
LOG_LIMIT = 5_000_000


class Instance:
    """The running parts of one data folder. Made by `started`; every method may be called from any thread."""

    def __init__(self, site: Site, terminal: Terminal | None) -> None:
        self.site = site
        self.home = site.home
        self._terminal = terminal
        self._logs: dict[str, IO[bytes]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="supervisor", daemon=True)
        self._supervisor: Supervisor | None = None

    @classmethod
    @contextmanager
    def started(
        cls,
        home: Path,
        *,
        services: Collection[str] = SERVICES,
        demo: bool = False,
        rehearsal: bool = False,
        throwaway: bool = False,
        sample: bool = False,
        environment: Mapping[str, str] | None = None,
        migrate: bool = True,
        terminal: Terminal | None = None,
    ) -> "Generator[Instance]":
        """An instance whose services are ready; stopped when the block is left.

        A rehearsal is isolated: no MUFAKAT_ or PREFECT_ variable of this process reaches it, its ports are
        the kernel's choice and its clock can be moved. A throwaway writes without waiting for the disk, and
        its data folder and cluster are removed afterwards. `environment` adds settings. `sample` imports the
        sample agency, launches a cycle in it, and is ready when both are done.
        Raises AlreadyRunning, what open_site raises, and what a service's start raises; then nothing runs.
        """
        outer = (_isolated(os.environ) if rehearsal else dict(os.environ)) | dict(environment or {})
        with held(make_home(home)):
            # Whoever migrates means to keep records here: from then on the folder is what it is.
            kind = True if demo else (None if rehearsal or not migrate else False)
            site = open_site(home, outer, demo=kind, rehearsal=rehearsal, durable=not throwaway)
            instance = cls(site, terminal)
            try:
                instance._start(parts(services, migrate=migrate, sample=sample), throwaway=throwaway)
                yield instance
            finally:
                instance._stop()
                if throwaway:
                    remove_site(site)

    # where things are

    @property
    def web_url(self) -> str:
        return self.site.web_url

    @property
    def database_url(self) -> str:
        """As SQLAlchemy reads it."""
        return self.site.database_url

    @property
    def prefect_url(self) -> str:
        """Prefect's API, without a slash at its end."""
        return self.site.prefect_url

    @property
    def prefect_auth(self) -> str:
        """`user:password` of Prefect's API."""
        return self.site.prefect_auth

    @property
    def maildir(self) -> Path:
        return Path(self.site.values.get("MUFAKAT_MAIL_MAILDIR") or self.home / "mail")

    def environment(self) -> dict[str, str]:
        """What a further process of this instance runs with."""
        return self.site.environment()

    @contextmanager
    def settings_here(self) -> Generator[None]:
        """Point this process' settings and database sessions at the instance, until the block is left."""
        before = dict(os.environ)
        os.environ.clear()
        os.environ |= self.environment()
        _forget_settings()
        try:
            yield
        finally:
            os.environ.clear()
            os.environ |= before
            _forget_settings()

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command line of Mufakat in this instance and return its output."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise subprocess.SubprocessError(
                f"{' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}"
            )
        return done

    # watch and poke

    def pid(self, name: str) -> int | None:
        """The process of a service that runs now."""
        return self._supervising.pid(name)

    def kill(self, name: str, *, descendants: bool = False) -> None:
        """Kill a service at once, with all that it started if wanted; the supervisor starts it again."""
        below: list[psutil.Process] = []
        if descendants and (pid := self.pid(name)):
            below = psutil.Process(pid).children(recursive=True)
        self._soon(self._kill(name))
        for process in below:
            if process.is_running():
                process.kill()

    def stop(self, name: str) -> None:
        """Stop a service, and leave it stopped."""
        self._soon(self._supervising.stop_child(name))

    def start(self, name: str, timeout: float = 60) -> None:
        """Start a stopped service, and wait until it is ready."""
        self._soon(self._supervising.start_child(name), timeout)

    def restart(self, name: str, timeout: float = 60) -> None:
        """Stop a service and start it again."""
        self.stop(name)
        self.start(name, timeout)

    def wait_ready(self, *names: str, timeout: float = 60) -> None:
        """Wait until the services, or all, are ready. Raises TimeoutError."""
        self._soon(self._supervising.wait_ready(*names), timeout)

    def log(self, name: str) -> str:
        """What a service wrote, since its log was begun."""
        path = self.home / "logs" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def memory(self) -> dict[str, int]:
        """Bytes in memory by service, with what it started and the supervisor itself; shared pages divided
        among their users where the system tells."""
        processes = {OURSELVES: psutil.Process()}
        for name in self._supervising.names():
            if pid := self.pid(name):
                processes[name] = psutil.Process(pid)
        return {
            name: sum(
                _memory(p) for p in ([top] if name == OURSELVES else [top, *top.children(recursive=True)])
            )
            for name, top in processes.items()
        }

    # inside

    @property
    def _supervising(self) -> Supervisor:
        if self._supervisor is None:
            raise RuntimeError("this instance isn't started")
        return self._supervisor

    async def _kill(self, name: str) -> None:
        self._supervising.send(name, signal.SIGKILL)

    def _start(self, names: Collection[str], *, throwaway: bool) -> None:
        mark = (MARK, str(self.home))
        if count := end_leftovers(*mark):
            self._tell(OURSELVES, f"the last run was cut off; ended {count} of its processes")
        if self.site.cluster and "postgres" in names:
            self.site.cluster.create()
            # Who finds a cluster learns whose it is; only a throwaway's is removed once its folder is gone.
            note = "throwaway-of" if throwaway else "belongs-to"
            (self.site.cluster.folder / note).write_text(str(self.home))
        elif "prefect" in names and not self.site.cluster and not self.site.prefect_elsewhere:
            second_database.ensure(self.site.prefect_database_url)
        self._thread.start()

        async def make() -> Supervisor:
            return Supervisor(children(self.site, names), self._tell, mark)

        self._supervisor = self._soon(make())
        self._soon(self._supervisor.start(), None)

    def _stop(self) -> None:
        if self._supervisor:
            self._stop_patiently(self._supervisor)
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()
        for log in self._logs.values():
            log.close()

    def _stop_patiently(self, supervisor: Supervisor) -> None:
        """Stop all; who interrupts a second time has it done by force."""
        try:
            self._soon(supervisor.stop(), None)
        except KeyboardInterrupt:
            for name in supervisor.names():
                self._soon(self._kill(name))
            self._soon(supervisor.stop(), None)

    def _soon(self, work: "Coroutine[Any, Any, T]", timeout: float | None = 60) -> T:
        """Do something in the supervisor's loop and wait for it."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise

    def _tell(self, name: str, line: str) -> None:
        if name not in self._logs:
            path = self.home / "logs" / f"{name}.log"
            if path.exists() and path.stat().st_size > LOG_LIMIT:
                path.replace(path.with_suffix(".log.1"))
            self._logs[name] = path.open("ab", buffering=0)
        self._logs[name].write(f"{line}\n".encode())
        if self._terminal:
            self._terminal.line(name, line)


def _isolated(environment: Mapping[str, str]) -> dict[str, str]:
    return {n: value for n, value in environment.items() if not n.startswith(("MUFAKAT_", "PREFECT_"))}


def _memory(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(full, "pss", 0) or full.rss)


def _forget_settings() -> None:
    from core import database
    from core.settings import settings

    if database.engine.cache_info().currsize:
        database.engine().dispose()
    for cached in (settings, database.engine, database.sessions):
        cached.cache_clear()
