"""What a way out of the house is, and how it fails."""

from typing import Protocol

from core.errors import MufakatError
from notifications.letter import Letter


class TransportDown(MufakatError):
    """The mail server can't be used now: {why}. Messages wait, and are sent when it answers again."""


class Refused(MufakatError):
    """The mail server did not take the message: {why}."""

    def __init__(self, why: str, *, permanent: bool) -> None:
        super().__init__(why=why)
        self.permanent = permanent


class Transport(Protocol):
    """One way out, that carries one letter at a time."""

    async def deliver(self, letter: Letter) -> None:
        """Hand a letter over; on return the other side has taken it.

        Raises Refused when it is this letter that failed, TransportDown when no letter can pass.
        """
        ...

    async def close(self) -> None:
        """Let go of a connection; the next letter opens one again."""
        ...
