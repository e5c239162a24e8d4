"""Codes that people type from paper or mail. Nothing keeps them: they follow from an id and our secret."""

import hmac
from uuid import UUID

from core.settings import settings

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that look alike on paper."""
GROUPS, OF = 3, 4


def code_of(purpose: str, id: UUID) -> str:
    """The code that belongs to an id for a purpose: twelve letters in groups of four (59 bits).

    Derived by HMAC-SHA256 with the installation's secret: whoever reads the database or the outbox alone
    learns none. Raises RuntimeError when there is no secret.
    """
    secret = settings().secret.get_secret_value()
    if not secret:
        raise RuntimeError("MUFAKAT_SECRET is not set; `mufakat up` makes one")
    number = int.from_bytes(
        hmac.digest(f"mufakat.code:{secret}".encode(), f"{purpose}:{id}".encode(), "sha256")
    )
    letters: list[str] = []
    for _ in range(GROUPS * OF):
        number, nth = divmod(number, len(LETTERS))
        letters.append(LETTERS[nth])
    return "-".join("".join(letters[start : start + OF]) for start in range(0, GROUPS * OF, OF))


def fits(said: str, purpose: str, id: UUID) -> bool:
    """Whether what somebody typed is that code, however they spaced it; in the same time right or wrong."""
    return hmac.compare_digest(plain(said).encode(), plain(code_of(purpose, id)).encode())


def plain(said: str) -> str:
    """A typed code without spaces and dashes, in capitals."""
    return "".join(letter for letter in said.upper() if letter.isalnum())
