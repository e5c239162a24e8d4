"""The doctor's look from a page: the command itself, as a child process that can't hold the page up.

It has the rights of the web process and no more, starts nothing, and is ended when its time is over; what it
found by then is shown.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

from core.errors import MufakatError
from core.settings import ROOT
from core.withheld import withheld

PATIENCE_SECONDS = 20.0
COMMAND = (sys.executable, "-m", "cli", "doctor", "--lines")

_one = threading.Lock()

Finding = Mapping[str, str]
"""Its subject, its state (ok, warning, broken), what was found, and what to do."""


class LookingAlready(MufakatError):
    """The doctor is looking already; what it finds is shown here in a few seconds."""


def look(patience: float | None = None, command: Sequence[str] = COMMAND) -> list[Finding]:
    """Look at everything, one at a time in this process. Raises LookingAlready."""
    if not _one.acquire(blocking=False):
        raise LookingAlready
    try:
        return _looked(PATIENCE_SECONDS if patience is None else patience, command)
    finally:
        _one.release()


def _looked(patience: float, command: Sequence[str]) -> list[Finding]:
    child = subprocess.Popen(  # noqa: S603 - our own command, nothing of it from outside
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    over = threading.Timer(patience, _end, [child.pid])
    over.start()
    began = time.monotonic()
    assert child.stdout is not None
    try:
        found = [_read(line) for line in child.stdout if line.startswith("{")]
        code = child.wait()
    finally:
        over.cancel()
        child.stdout.close()
    if code:
        found.append(_cut_off(time.monotonic() - began, found))
    return found


def _cut_off(seconds: float, found: Sequence[Finding]) -> Finding:
    """That the look did not come to its end is a finding too."""
    after = f"what comes after {found[-1]['subject']}" if found else "the first look"
    said = f"ended after {seconds:.0f} s: {after} did not answer"
    return {
        "subject": "Doctor",
        "state": "broken",
        "found": said,
        "advice": "Run ./mufakat doctor on the machine.",
    }


def _read(line: str) -> Finding:
    said: dict[str, str] = json.loads(line)
    return {name: withheld(str(said[name])) for name in ("subject", "state", "found", "advice")}


def _end(pid: int) -> None:
    """End the child with all that it started."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
