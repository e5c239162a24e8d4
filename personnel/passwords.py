"""Passwords: how they are kept (argon2), and which are good enough."""

import secrets
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from core.errors import Invalid

SHORTEST, LONGEST = 10, 200
UNUSABLE = "!"
"""Kept where no password was set: nothing matches it."""

_COMMON = (
    "password",
    "sandi",
    "rahasia",
    "qwerty",
    "12345",
    "admin",
    "pegawai",
    "mufakat",
    "medan",
    "indonesia",
)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class WeakPassword(Invalid):
    """This password is too easy to guess: use at least {shortest} characters, not your name, NIP or a common
    word with numbers. Your old password still works."""


@lru_cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


def hashed(password: str) -> str:
    """The argon2 hash of a password; about a twentieth of a second on purpose."""
    return _hasher().hash(password)


def matches(password: str, stored: str) -> tuple[bool, str | None]:
    """Whether a password is the one that was stored, and its new hash when the old one is out of fashion.

    A hash that nothing matches costs the same time: nobody learns from it whether an account exists.
    """
    if stored == UNUSABLE or len(password) > LONGEST:
        _hasher().verify(password[:LONGEST], _decoy())
        return False, None
    return _hasher().verify_and_update(password, stored)


def check(password: str, *about: str) -> None:
    """Refuse a password that is short, common, or made of what is known of its owner. Raises WeakPassword."""
    said = password.casefold()
    known = [word for text in about for word in text.casefold().replace(",", " ").split() if len(word) >= 4]
    rest = said
    for word in (*known, *_COMMON):
        rest = rest.replace(word, "")
    rest = "".join(letter for letter in rest if letter.isalnum())
    too_plain = len(set(said)) < 5 or len(rest) < 6 or rest.isdigit()
    if not SHORTEST <= len(password) <= LONGEST or too_plain:
        raise WeakPassword(shortest=SHORTEST)


def one_time() -> str:
    """A password to hand over once, on paper or by voice: four groups, without letters that look alike."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


@lru_cache
def _decoy() -> str:
    return hashed(secrets.token_urlsafe())
