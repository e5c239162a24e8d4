"""The supervisor over real processes: order, restarts, and nothing left behind."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.child import Child, ChildFailed, ChildSlow
from cli.leftovers import end_leftovers, leftovers
from cli.supervisor import Supervisor
from core.settings import ROOT

MARK = "MUFAKAT_TESTS_MARK"


class Stage:
    """Makes children that touch a file when ready, and remembers what they said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[tuple[str, str]] = []
        self.mark = (MARK, str(folder))

    def child(self, name: str, code: str = "time.sleep(600)", **rest: Any) -> Child:
        ready = self.folder / f"{name}.ready"
        program = f"""
import os, pathlib, signal, subprocess, sys, time
def ready():
    pathlib.Path({str(ready)!r}).write_text(str(os.getpid()))
    with open({str(self.folder / "order")!r}, "a") as order: print({name!r}, file=order)
{textwrap.dedent(code) if "ready()" in code else "ready()" + chr(10) + textwrap.dedent(code)}
"""

        async def is_ready(pid: int) -> bool:
            return ready.exists() and ready.read_text() == str(pid)

        settings: dict[str, Any] = {
            "command": [sys.executable, "-c", program],
            "environment": dict(os.environ),
            "folder": self.folder,
            "log": self.folder / f"{name}.log",
            "ready": is_ready,
        }
        return Child(name, **(settings | rest))

    def supervisor(self, *children: Child) -> Supervisor:
        return Supervisor(children, self.hear, self.mark)

    def hear(self, name: str, line: str) -> None:
        """Keep what was said, but for the supervisor's word that a child is ready."""
        if not re.search(r" (ready|done) after ", line):
            self.said.append((name, line))

    @property
    def order(self) -> list[str]:
        return (self.folder / "order").read_text().split()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


async def until(condition: Callable[[], object], within: float = 20) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.02)


async def never(pid: int) -> bool:
    return False


def test_a_child_starts_after_those_it_stands_on(stage: Stage) -> None:
    async def scene() -> None:
        supervisor = stage.supervisor(
            stage.child("web", after=("migrations",)),
            stage.child("migrations", "", once=True, after=("postgres",)),
            stage.child("postgres"),
        )
        await supervisor.start()
        await supervisor.stop()

    run(scene())
    assert stage.order == ["postgres", "migrations", "web"]


def test_stopping_ends_those_above_first_and_leaves_nothing(stage: Stage) -> None:
    telling = """
    def end(*_):
        with open("ends", "a") as ends: print(NAME, file=ends)
        sys.exit()
    signal.signal(signal.SIGTERM, end)
    ready()
    while True: signal.pause()
    """

    async def scene() -> None:
        supervisor = stage.supervisor(
            stage.child("below", telling.replace("NAME", "'below'")),
            stage.child("above", telling.replace("NAME", "'above'"), after=("below",)),
        )
        await supervisor.start()
        await supervisor.stop()

    run(scene())
    assert (stage.folder / "ends").read_text().split() == ["above", "below"]
    assert leftovers(*stage.mark) == []


def test_a_killed_child_starts_again_and_is_ready(stage: Stage) -> None:
    async def scene() -> None:
        supervisor = stage.supervisor(stage.child("courier"))
        await supervisor.start()
        first = supervisor.send("courier", signal.SIGKILL)
        await supervisor.wait_ready("courier")
        assert supervisor.pid("courier") not in (None, first)
        await supervisor.stop()

    run(scene())
    assert ("supervisor", "courier ended by SIGKILL; starts again in 0.5 s") in stage.said


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(stage: Stage) -> None:
    dying = """
    marker = pathlib.Path("ran")
    again = marker.exists()
    marker.touch()
    sys.exit(7) if again else time.sleep(600)
    """

    async def scene() -> None:
        # Ready at first, so that its later deaths are not a failure to start.
        supervisor = stage.supervisor(stage.child("keeper", dying))
        await supervisor.start()
        supervisor.send("keeper", signal.SIGKILL)
        await until(lambda: len(stage.said) >= 3)
        await supervisor.stop()

    run(scene())
    assert [line.rpartition("in ")[2] for _, line in stage.said[:3]] == ["0.5 s", "1 s", "2 s"]


def test_a_child_that_cannot_start_is_named_with_its_last_words_and_all_are_stopped(stage: Stage) -> None:
    async def scene() -> None:
        supervisor = stage.supervisor(
            stage.child("postgres"),
            stage.child("web", "print('no such template'); sys.exit(3)", ready=never, after=("postgres",)),
            stage.child("later", after=("web",)),
        )
        with pytest.raises(
            ChildFailed, match=r"web could not start \(ended with exit code 3\): no such template"
        ):
            await supervisor.start()

    run(scene())
    assert leftovers(*stage.mark) == []
    assert stage.order == ["postgres", "web"]


def test_a_child_that_never_gets_ready_is_named(stage: Stage) -> None:
    async def scene() -> None:
        supervisor = stage.supervisor(stage.child("prefect", ready=never, ready_within=0.3))
        with pytest.raises(ChildSlow, match="prefect was not ready"):
            await supervisor.start()

    run(scene())
    assert leftovers(*stage.mark) == []


def test_what_ignores_the_polite_signal_is_killed_in_time(stage: Stage) -> None:
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN); ready(); time.sleep(600)"

    async def scene() -> None:
        supervisor = stage.supervisor(stage.child("worker", stubborn))
        await supervisor.start()
        async with asyncio.timeout(10):
            await supervisor.stop()

    run(scene())
    assert leftovers(*stage.mark) == []


def test_a_grandchild_in_a_session_of_its_own_is_ended_too(stage: Stage) -> None:
    grandchild = """
    run = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    print(run.pid, flush=True)
    time.sleep(600)
    """

    async def scene() -> None:
        supervisor = stage.supervisor(stage.child("worker", grandchild))
        await supervisor.start()
        await until(lambda: stage.said)
        assert psutil.pid_exists(int(stage.said[0][1]))
        await supervisor.stop()

    run(scene())
    assert leftovers(*stage.mark) == []


def test_one_child_can_be_stopped_and_started_alone(stage: Stage) -> None:
    async def scene() -> None:
        supervisor = stage.supervisor(stage.child("prefect"), stage.child("web"))
        await supervisor.start()
        web = supervisor.pid("web")
        await supervisor.stop_child("prefect")
        assert supervisor.pid("prefect") is None
        await supervisor.start_child("prefect")
        assert supervisor.pid("prefect") is not None
        assert supervisor.pid("web") == web
        await supervisor.stop()

    run(scene())
    assert stage.said == []


def test_lines_without_end_and_of_any_length_are_told(stage: Stage) -> None:
    long = "x" * 200_000

    async def scene() -> None:
        supervisor = stage.supervisor(
            stage.child("web", "print('x' * 200_000); print('no end', end=''); sys.exit(0)", once=True)
        )
        await supervisor.start()
        await until(lambda: len(stage.said) == 2)
        await supervisor.stop()

    run(scene())
    assert stage.said == [("web", long), ("web", "no end")]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tell a child that its parent died")
def test_children_end_when_the_supervisor_itself_is_killed(stage: Stage) -> None:
    program = f"""
import asyncio, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests.cluster.test_supervisor import Stage

async def main():
    stage = Stage(Path({str(stage.folder)!r}))
    await stage.supervisor(stage.child("web"), stage.child("courier")).start()
    print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as supervisor:
        try:
            assert supervisor.stdout
            assert supervisor.stdout.readline() == "ready\n"
            children = leftovers(*stage.mark)
            assert len(children) == 2
            supervisor.kill()
            _, alive = psutil.wait_procs(children, timeout=10)
            assert alive == []
        finally:
            supervisor.kill()
            end_leftovers(*stage.mark)
