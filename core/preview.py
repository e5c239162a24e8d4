"""Pages of documents as pictures, drawn by a child process that has no secrets and little of the machine.

A stranger's PDF or picture is read by large C libraries. So they run apart: without our environment, with
bounded memory, time and files; and what reaches a browser is a fresh picture, without scripts, links or
hidden data of the original.
"""

import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core import filestore
from core.errors import MufakatError
from core.media import JPEG, PDF, PNG

SHOWN = frozenset({PDF.media_type, JPEG.media_type, PNG.media_type})
"""What can be drawn; everything else is to be downloaded."""
WIDTHS = (800, 1400)
"""In pixels: for a phone, and for a desk."""
MEDIA_TYPE = "image/webp"
PATIENCE_SECONDS = 20.0
AT_ONCE = 2
"""Children that one process runs at a time: drawing is all processor."""
KEPT = 48
"""Pictures that one process remembers, so that turning back a page costs nothing."""

_child = Path(__file__).with_name("preview_child.py")
_turns = threading.BoundedSemaphore(AT_ONCE)


class CannotShow(MufakatError):
    """This file can't be shown here: it is damaged, locked by a password, or too large. Nothing was changed; download it to look at it."""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as a picture, and how many pages there are."""

    picture: bytes
    width: int
    height: int
    pages: int


@lru_cache(maxsize=KEPT)
def draw(sha256: str, media_type: str, page: int = 1, width: int = WIDTHS[1]) -> Drawn:
    """A page, counted from 1, of a stored file. Raises CannotShow, FileMissing, FileDamaged."""
    if media_type not in SHOWN or page < 1 or width not in WIDTHS:
        raise CannotShow
    content = filestore.read(sha256)
    said = [media_type, str(page), str(width)]
    with _turns:
        try:
            # -I: neither our environment nor our folder; the interpreter finds the libraries by its own place
            done = subprocess.run(  # noqa: S603 - our own script, and numbers
                [sys.executable, "-I", str(_child), *said],
                input=content,
                capture_output=True,
                timeout=PATIENCE_SECONDS,
                env={},
                check=True,
            )
        except (subprocess.SubprocessError, OSError) as exc:
            raise CannotShow from exc
    return _read(done.stdout)


def _read(output: bytes) -> Drawn:
    """What the child says: a line of width, height and pages, then the picture. Raises CannotShow."""
    head, _, picture = output.partition(b"\n")
    numbers = head.split()
    if len(numbers) != 3 or not all(n.isdigit() for n in numbers) or picture[8:12] != b"WEBP":
        raise CannotShow
    width, height, pages = (int(n) for n in numbers)
    return Drawn(picture, width, height, pages)
