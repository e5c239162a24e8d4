"""The sample logins of a demonstration; elsewhere there are none to show."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.settings import settings
from personnel.sample import LOGINS


@dataclass(frozen=True, slots=True)
class SampleLogin:
    """Somebody whom a visitor of the demonstration may be."""

    login: str
    password: str
    name: str
    purpose: Mapping[str, str]
    """What they are for, by language."""


def logins() -> Sequence[SampleLogin]:
    """The logins that `demo` left for its pages; none outside a demonstration."""
    written = settings().home / "run" / "logins.json"
    if not settings().demo or not written.exists():
        return ()
    said = json.loads(written.read_text())
    return [
        SampleLogin(row["login"], row["password"], row["name"], LOGINS.get(row["login"], {})) for row in said
    ]
