"""Temporary folders that are gone with the process that made them, or else at the next occasion."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import psutil

OWNER = "owner"


@contextlib.contextmanager
def throwaway_folder(prefix: str) -> Generator[Path]:
    """A new folder that only we can enter. Those of processes that were killed are removed first."""
    for note in Path(tempfile.gettempdir()).glob(f"{prefix}*/{OWNER}"):
        # What can't be read or removed belongs to somebody else, or is being removed by another.
        with contextlib.suppress(OSError, ValueError):
            if not psutil.pid_exists(int(note.read_text())):
                shutil.rmtree(note.parent)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    (folder / OWNER).write_text(str(os.getpid()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
