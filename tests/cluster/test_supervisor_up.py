"""`./mufakat up` as an operator meets it: one line when ready, and a clean end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from cli.instance import MARK
from cli.leftovers import end_leftovers, leftovers
from cli.ports import free_port
from cli.sample import logins_file
from cli.services import SERVICES
from cli.site import open_site, read_values, remove_site
from core.settings import ROOT
from personnel.sample import LOGINS

STOPPED_WITHIN = 10
KERNEL_TELLS_WITHIN = 20


class Running:
    """A started `up`, with its ready line read."""

    def __init__(self, home: Path, *command: str) -> None:
        self.home = home.resolve()
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", *command],
            cwd=ROOT,
            env={
                **{n: value for n, value in os.environ.items() if not n.startswith(("MUFAKAT_", "PREFECT_"))},
                "MUFAKAT_HOME": str(home),
                "MUFAKAT_WEB_PORT": str(self.port),
            },
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.line = self.process.stdout.readline()

    @property
    def descendants(self) -> list[psutil.Process]:
        return leftovers(MARK, str(self.home))

    def told(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; its exit code."""
        self.process.send_signal(number)
        code = self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def clear(self) -> None:
        self.told(signal.SIGKILL)
        end_leftovers(MARK, str(self.home))
        remove_site(open_site(self.home, {}))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = Running(tmp_path / "home", "up")
    yield started
    started.clear()


def test_it_tells_its_address_and_ends_on_ctrl_c_with_nothing_left(running: Running) -> None:
    assert running.line == f"Mufakat is ready at http://127.0.0.1:{running.port}\n"
    assert httpx.get(f"http://127.0.0.1:{running.port}/healthz").status_code == 200
    # PostgreSQL is given no environment of ours; it ends by itself with its supervisor.
    assert len(running.descendants) >= len(SERVICES) - 1

    asked = time.monotonic()
    assert running.told(signal.SIGINT) == 130
    assert time.monotonic() - asked < STOPPED_WITHIN
    assert running.descendants == []
    assert processes_of(running.home) == []


def test_its_parts_end_when_it_is_killed_itself_and_it_starts_again(running: Running) -> None:
    children = psutil.Process(running.process.pid).children(recursive=True)
    running.process.kill()
    _, alive = psutil.wait_procs(children, timeout=KERNEL_TELLS_WITHIN)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []

    again = Running(running.home, "up")
    try:
        assert again.line.startswith("Mufakat is ready at ")
        assert again.told(signal.SIGTERM) == 0
    finally:
        again.clear()


def test_a_demo_has_an_agency_a_cycle_and_logins_and_starts_again_as_it_was_left(tmp_path: Path) -> None:
    counted: list[tuple[object, ...]] = []
    for _ in range(2):
        running = Running(tmp_path / "home", "demo")
        try:
            assert running.line == f"Mufakat is ready at http://127.0.0.1:{running.port}\n"
            assert httpx.get(f"http://127.0.0.1:{running.port}/login").status_code == 200
            assert running.process.stdout
            heading = running.process.stdout.readline().split()
            assert heading[:2] == ["Login", "Password"]
            logins = [row["login"] for row in json.loads(logins_file(running.home).read_text())]
            assert logins == list(LOGINS)
            counted.append(counts(read_values(running.home / "instance.env")["MUFAKAT_DATABASE_URL"]))
            assert running.told(signal.SIGTERM) == 0
        except BaseException:
            running.clear()
            raise
    running.clear()
    employees, processes = counted[0]
    assert (employees, processes) == (480, 1)
    assert counted[1] == counted[0]


def counts(url: str) -> tuple[object, ...]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        query = "SELECT (SELECT count(*) FROM employee), (SELECT count(*) FROM process)"
        return connection.execute(query).fetchone() or ()


def processes_of(home: Path) -> list[str]:
    """Command lines that speak of the data folder or of its cluster."""
    site = open_site(home, {})
    assert site.cluster
    wanted = (str(home), str(site.cluster.folder))
    found: list[str] = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if any(part in line for part in wanted):
            found.append(line)
    return found
