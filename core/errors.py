"""One root error. A class's docstring is the sentence that people see, with the facts filled in."""

from collections.abc import Mapping
from typing import ClassVar


class MufakatError(Exception):
    """Something went wrong; nothing was changed."""

    code: ClassVar[str] = "error"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.filled(self.sentence(), facts))

    @classmethod
    def sentence(cls) -> str:
        """The sentence before its facts are filled in: the key under which it is translated."""
        return " ".join((cls.__doc__ or MufakatError.__doc__ or "").split())

    @staticmethod
    def filled(sentence: str, facts: Mapping[str, object]) -> str:
        """A sentence with its facts; one that is missing shows its name rather than hide the sentence."""
        return sentence.format_map(_Lenient(facts))

    def __init_subclass__(cls) -> None:
        cls.code = "".join("-" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("-")


class _Lenient(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return f"({key})"


class NotFound(MufakatError):
    """There is nothing here, or it is not yours to see."""


class NotAllowed(MufakatError):
    """You may not do this; nothing was changed."""


class Conflict(MufakatError):
    """Somebody was faster, or this has changed; nothing of yours was recorded."""


class Invalid(MufakatError):
    """What was given can't be accepted; nothing was changed."""
