"""`./mufakat up` as an operator meets it: one line when ready, and a clean end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from cli.instance import MARK
from cli.leftovers import end_leftovers, leftovers
from cli.ports import free_port
from cli.services import SERVICES
from cli.site import open_site, remove_site
from core.settings import ROOT

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

    def clear(self) -> None:
        self.process.kill()
        self.process.communicate()
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
    running.process.send_signal(signal.SIGINT)
    code = running.process.wait()

    assert code == 130
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
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait() == 0
    finally:
        again.clear()


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
