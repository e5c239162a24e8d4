"""Files by the hash of their content, in the data folder, out of the web's reach.

A file is written beside its place, flushed to the disk and renamed: it is there whole, or not at all. The
same content is kept once. What was written for a transaction that then failed is harmless, and swept later.
"""

import fcntl
import os
import re
import tempfile
import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from core.errors import Conflict, NotFound
from core.settings import settings

UNCLAIMED = timedelta(days=1)
"""So long a file may wait for the transaction that refers to it."""
KEPT_ASIDE = timedelta(days=30)
ASIDE = ".unclaimed"


class FileMissing(NotFound):
    """This file is not in the office's store of files any more. Its entry is kept; tell an operator."""


class FileDamaged(Conflict):
    """This file is not what it was when it was stored, so it is not handed out. Tell an operator."""


def put(content: bytes) -> str:
    """Keep a content; returns its SHA-256, by which it is found again."""
    digest = sha256(content).hexdigest()
    place = _place(digest)
    with _lock(fcntl.LOCK_SH):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=place.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(scratch).replace(place)
        except OSError:
            Path(scratch).unlink(missing_ok=True)
            raise
        _flush_folder(place.parent)
    return digest


def read(digest: str) -> bytes:
    """The content of a hash, checked against it. Raises FileMissing, FileDamaged."""
    content = next((p.read_bytes() for p in (_place(digest), _aside(digest)) if p.is_file()), None)
    if content is None:
        raise FileMissing
    if sha256(content).hexdigest() != digest:
        raise FileDamaged
    return content


def holds(digest: str) -> bool:
    """Whether there is a file for a hash; its content is checked as it is read."""
    return bool(digest) and (_place(digest).is_file() or _aside(digest).is_file())


def sweep(known: Callable[[Collection[str]], Collection[str]], older: timedelta = UNCLAIMED) -> int:
    """Put the files aside that nothing refers to and that are old enough; returns how many.

    `known` answers which of these hashes something refers to. What was put aside is found again for a month,
    for a database may be put back that knows it; then it is removed.
    """
    if not _folder().is_dir():
        return 0
    moved = 0
    for folder in sorted(_folder().glob("??")):
        places = _old(folder, older)
        with _lock(fcntl.LOCK_EX):
            used = set(known([_digest(place) for place in places]))
            # nobody writes meanwhile; what was stored again since is young
            for place in [p for p in _old(folder, older) if _digest(p) not in used]:
                aside = _aside(_digest(place))
                aside.parent.mkdir(mode=0o700, exist_ok=True)
                place.replace(aside)
                os.utime(aside)
                moved += 1
    for place in _old(_folder() / ASIDE, KEPT_ASIDE):
        place.unlink()
    return moved


def remove(
    digests: Collection[str],
    known: Callable[[Collection[str]], Collection[str]],
    older: timedelta = UNCLAIMED,
) -> Sequence[str]:
    """Remove contents for good, also what lies aside, unless something refers to them.

    Returns those that are too young to tell: somebody may have stored the same just now and not said so yet.
    """
    if not digests or not _folder().is_dir():
        return []
    with _lock(fcntl.LOCK_EX):
        free = sorted(set(digests) - set(known(digests)))
        young = [d for d in free if _place(d).is_file() and _place(d) not in _old(_place(d).parent, older)]
        for digest in set(free) - set(young):
            _place(digest).unlink(missing_ok=True)
            _aside(digest).unlink(missing_ok=True)
    return young


def _old(folder: Path, older: timedelta) -> list[Path]:
    before = time.time() - older.total_seconds()
    return [p for p in folder.iterdir() if p.stat().st_mtime < before] if folder.is_dir() else []


def _folder() -> Path:
    return settings().files


def _place(digest: str) -> Path:
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise FileMissing
    return _folder() / digest[:2] / digest[2:]


def _aside(digest: str) -> Path:
    return _folder() / ASIDE / digest


def _digest(place: Path) -> str:
    return place.parent.name + place.name


@contextmanager
def _lock(kind: int) -> Generator[None]:
    """Many may write at once; who removes is alone."""
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (_folder() / ".lock").open("a") as file:
        fcntl.flock(file, kind)
        yield


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
