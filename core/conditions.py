"""Conditions as data: expressions in CEL (Common Expression Language) over plain facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from core.errors import Invalid

LONGEST = 2_000


class BadCondition(Invalid):
    """The condition {condition} can't be used: {why}. Nothing was changed; correct it and try again."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled expression that answers yes or no."""

    source: str
    program: cel.Program
    reads: tuple[str, ...]
    """The facts that it names: the others, however many, are not even looked at."""

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether it is true of these facts. Raises BadCondition when a fact it reads is missing."""
        try:
            answer = self.program.execute({name: facts[name] for name in self.reads if name in facts})
        except (ValueError, TypeError, KeyError, RuntimeError) as exc:
            raise BadCondition(condition=self.source, why=exc) from exc
        if not isinstance(answer, bool):
            raise BadCondition(condition=self.source, why="it does not answer yes or no")
        return answer


@lru_cache(maxsize=1_000)
def condition(source: str) -> Condition:
    """Compile an expression once. Raises BadCondition.

    CEL has no loops but those over given lists; with the length bounded here, so is the time it takes.
    """
    if len(source) > LONGEST:
        raise BadCondition(condition=source[:40] + "...", why=f"longer than {LONGEST} characters")
    try:
        program = cel.compile(source)
    except ValueError as exc:
        raise BadCondition(condition=source, why=exc) from exc
    return Condition(source, program, tuple(program.variables()))
