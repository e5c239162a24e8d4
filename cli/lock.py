"""A data folder is used by one instance at a time."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from cli.preconditions import Precondition


class AlreadyRunning(Precondition):
    """Mufakat already runs in {home} (process {pid}). Stop that one first, or choose another data folder by
    MUFAKAT_HOME."""


@contextmanager
def held(home: Path) -> Generator[None]:
    """Hold the data folder; the kernel lets go of it even when this process is killed."""
    with (home / "instance.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(home=home, pid=file.read().strip() or "unknown") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
