"""A chain's text read for whoever writes it: all that is wrong, each with its line and its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from approvals.definition import ChainDefinition, why
from approvals.errors import BadChain
from approvals.yaml_text import YamlText

Path = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    line: int
    field: str
    why: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: its value as far as it is YAML, the definition if nothing is wrong."""

    value: Any
    definition: ChainDefinition | None
    problems: tuple[Problem, ...]


def read(source: str) -> Reading:
    """Read a chain's text; never raises for what is wrong with it."""
    try:
        text = YamlText.read(source)
    except BadChain as exc:
        said = {name: str(fact) for name, fact in exc.facts.items()}
        return Reading(None, None, (Problem(int(said["line"]), said["field"], said["why"]),))
    try:
        return Reading(text.value, ChainDefinition.model_validate(text.value), ())
    except ValidationError as exc:
        return Reading(text.value, None, tuple(_problem(text, error) for error in exc.errors()))


def _problem(text: YamlText, error: ErrorDetails) -> Problem:
    path = written_path(text.value, error["loc"], missing=error["type"] == "missing")
    return Problem(text.line(path), text.name(path), _short(why(error)), path)


def _short(said: str) -> str:
    """Without what the reader of conditions would have accepted instead: that is a page long."""
    return re.split(r" expecting | \| ", said, maxsplit=1)[0]


def written_path(value: Any, loc: Sequence[int | str], *, missing: bool) -> Path:
    """Where in a written value an error is; the names of types on the way are not in what people wrote."""
    path: list[int | str] = []
    for part in loc:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            continue
        path.append(part)
    if missing and loc and (not path or path[-1] != loc[-1]):
        path.append(loc[-1])
    return tuple(path)
