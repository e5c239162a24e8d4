"""Checkpoints that somebody kept outside the office: mails as they were saved, or texts."""

from collections.abc import Iterable, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from core.ledger.notes import NotANote, Note, notes_in


def kept_notes(paths: Sequence[Path]) -> list[Note]:
    """Every checkpoint in these files, and in those of these folders. Raises NotANote when there is none."""
    found = {note for path in paths for file in _files(path) for note in notes_in(_text(file))}
    if paths and not found:
        raise NotANote
    return sorted(found, key=lambda note: (note.number, note.size))


def _files(path: Path) -> Iterable[Path]:
    return (file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def _text(file: Path) -> str:
    """A file's text; of a mail, its plain part."""
    raw = file.read_bytes()
    body = message_from_bytes(raw, policy=default).get_body(("plain",))
    if body is not None and body["Content-Transfer-Encoding"]:
        return str(body.get_content())
    return raw.decode(errors="replace")
