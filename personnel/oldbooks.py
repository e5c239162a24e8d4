"""Reads an XLS (Excel 97 to 2003) in a process of its own: a damaged one can end the process that reads it.

`python -m personnel.oldbooks` is that process: the file comes in by its standard input, the sheets go out as
JSON. What it may take of memory and time is limited; a cell in the far corner would fill both.
"""

import json
import resource
import subprocess
import sys
from datetime import date, datetime
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from core.settings import ROOT
from personnel.cells import Cell
from personnel.merged import laid_out
from personnel.unpacking import Damaged, Protected

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_MEMORY, MOST_SECONDS = 1024**3, 60
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

Book = list[tuple[str, list[list[Cell]], bool]]
"""Sheets with their names and rows, and whether they are hidden."""


def read(name: str, content: bytes) -> Book:
    """The sheets of an XLS. Raises Damaged, Protected."""
    if _ENCRYPTED in content:  # a protected XLSX is wrapped so
        raise Protected(name=name)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "personnel.oldbooks"],
            cwd=ROOT,
            input=content,
            capture_output=True,
            timeout=MOST_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as exc:
        raise (Protected if b"password" in exc.stderr.lower() else Damaged)(name=name) from exc
    except subprocess.TimeoutExpired as exc:
        raise Damaged(name=name) from exc
    said: list[Any] = json.loads(done.stdout)
    return [(title, [[_cell(kept) for kept in row] for row in rows], hidden) for title, rows, hidden in said]


def main() -> int:
    """Read from standard input, write to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read())) as book:
            shown = {s.name: s.visible is SheetVisibleEnum.Visible for s in book.sheets_metadata}
            found = [
                (title, laid_out(book.get_sheet_by_name(title)), not shown.get(title))
                for title in book.sheet_names
            ]
    except CalamineError as exc:
        sys.stderr.write(str(exc))
        return 1
    json.dump(found, sys.stdout, default=_kept)
    return 0


def _kept(cell: object) -> object:
    return {"date": cell.isoformat()} if isinstance(cell, date) else str(cell)


def _cell(kept: Any) -> Cell:
    if not isinstance(kept, dict):
        return kept
    said: dict[str, str] = kept  # pyright: ignore[reportUnknownVariableType]
    return datetime.fromisoformat(said["date"])


if __name__ == "__main__":
    sys.exit(main())
