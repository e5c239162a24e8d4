"""A program to keep running: what it stands on, when it is ready, how it ends and when it starts again."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cli.pginstall import Account
from core.errors import MufakatError

TETHER = Path(__file__).with_name("tether.py")
FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STEADY = 60.0
"""A child that ran so many seconds has recovered: its next restart is quick again."""


class ChildFailed(MufakatError):
    """{name} could not start ({ending}): {reason}. Its log is {log}."""


class ChildSlow(MufakatError):
    """{name} was not ready after {seconds:.0f} seconds; the last it said: {reason}. Its log is {log}."""


@dataclass(frozen=True)
class Child:
    """A program to keep running, and what it stands on."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    ready: Callable[[int], Awaitable[bool]]
    """Asked with the child's process id until it says yes."""
    after: tuple[str, ...] = ()
    once: bool = False
    """A step, not a service: ready when it ended well, and not started again."""
    account: Account | None = None
    ready_within: float = 120.0
    stopping: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 1.0))
    """How it is stopped: ever harder signals, each with the seconds that it is given to act. They add up for
    children that stand on each other, and all must be gone within ten."""
    tries: int = 1
    """How often it is started before its first end counts as a failure to start."""
    failure: Callable[[list[str]], MufakatError] | None = None
    """Names the error that the last lines of a child that could not start tell of."""


def tethered(command: Sequence[str], death_signal: int, account: Account | None = None) -> list[str]:
    """The command line that runs `command` as `account`, and signals it when this process dies (on Linux)."""
    become = (str(account.uid), str(account.gid)) if account else ("-1", "-1")
    return [
        sys.executable,
        "-I",
        "-S",
        str(TETHER),
        str(os.getpid()),
        str(int(death_signal)),
        *become,
        *command,
    ]


def next_delay(last: float, ran: float) -> float:
    """Seconds to wait before a dead child is started again: doubling, short again once it ran steadily."""
    if ran >= STEADY or not last:
        return FIRST_DELAY
    return min(last * 2, LONGEST_DELAY)


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        with suppress(ValueError):
            return f"ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
