"""The kinds of process that this installation knows; the composition root registers them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from approvals.forecast import Interval
from flows.process.errors import BadParams, NoSuchKind
from flows.process.models import Process

DryRun = Callable[[Session, Any], Any]
Check = Callable[[Session, Any], None]
Finish = Callable[[Session, Process], Interval | None]
Reference = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of process: what it is called, what it asks for, and which deployment runs it."""

    name: str
    titles: dict[str, str]
    """By language: {"id": ..., "en": ...}."""
    deployment: str
    """As Prefect names it: flow/deployment."""
    params: type[BaseModel]
    reference: Reference
    """A short name made of the parameters, such as KP-2026-12; made unique by whoever creates the process."""
    check: Check
    """Looks at the parameters against the records before anything is written. Raises MufakatError."""
    dry_run: DryRun
    """What a launch with these parameters would do, without doing it."""
    finish: Finish | None = None
    """When a process of this kind that runs would be through; None where nobody can tell."""

    def read(self, params: Any) -> BaseModel:
        """The parameters as a value. Raises BadParams, which names the field, and the kind's own errors."""
        try:
            return self.params.model_validate(params)
        except ValidationError as exc:
            first = exc.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or self.name
            raise BadParams(field=field, why=first["msg"].removeprefix("Value error, ")) from exc

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles["id"]


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Make kinds known; again is harmless."""
    _kinds.update({kind.name: kind for kind in kinds})


def kind(name: str) -> Kind:
    """A kind by its name. Raises NoSuchKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise NoSuchKind(kind=name) from None


def kinds() -> list[Kind]:
    """All kinds, by name."""
    return sorted(_kinds.values(), key=lambda k: k.name)


def titles_of(name: str) -> dict[str, str]:
    """What a kind is called, for a process whose kind is no longer registered too."""
    found = _kinds.get(name)
    return found.titles if found else {"id": name, "en": name}
