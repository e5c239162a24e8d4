"""Errors about the machine's state rather than about what was asked: exit code 3."""

from typing import ClassVar

from core.errors import MufakatError


class Precondition(MufakatError):
    """Something that this command needs isn't there; nothing was changed."""

    exit_code: ClassVar[int] = 3


class DatabaseAway(Precondition):
    """The database can't be reached ({reason}). Start it, or set MUFAKAT_DATABASE_URL; then try again."""
