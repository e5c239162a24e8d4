"""What an instance shows while it runs: each line under the name of the part that said it."""

import os
import re
import sys
import threading
from typing import TextIO

COLOURS = {
    "postgres": 34,
    "prefect": 36,
    "worker": 35,
    "web": 32,
    "keeper": 33,
    "courier": 94,
    "supervisor": 90,
}


TALKATIVE = ("postgres", "prefect")
"""Programs that are not ours: only their troubles are shown, the rest is in their logs."""
TROUBLE = re.compile(r"WARN|ERROR|FATAL|PANIC|CRITICAL|Traceback|Error")
EXPECTED = "terminating connection due to administrator command"
"""What PostgreSQL tells each client when it is stopped."""


class Terminal:
    """Writes whole lines, in colour where a person reads them and did not ask for none."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._colour = stream.isatty() and "NO_COLOR" not in os.environ
        self._lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        if name in TALKATIVE and (not TROUBLE.search(text) or EXPECTED in text):
            return
        label = f"{name:>10} |"
        if self._colour:
            label = f"\x1b[{COLOURS.get(name, 37)}m{label}\x1b[0m"
        with self._lock:
            print(label, text, file=self._stream, flush=True)
