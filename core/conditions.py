"""Conditions as data: expressions in CEL (Common Expression Language) over plain facts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from core.errors import Invalid

LONGEST = 2_000
DEEPEST = 2
"""So many loops over lists may lie in each other: each multiplies the time by the length of its list."""
_TEXT = re.compile(r"""[rR]"[^"]*"|[rR]'[^']*'|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
_LOOP = re.compile(r"(\.\s*(?:all|exists|exists_one|existsOne|map|filter)\s*)?\(|\)")


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
        except (ValueError, TypeError, KeyError, RuntimeError, ArithmeticError) as exc:
            raise BadCondition(condition=self.source, why=exc) from exc
        if not isinstance(answer, bool):
            raise BadCondition(condition=self.source, why="it does not answer yes or no")
        return answer


@lru_cache(maxsize=1_000)
def condition(source: str) -> Condition:
    """Compile an expression once. Raises BadCondition.

    CEL has no loops but those over given lists; with their depth and the length bounded here, so is the time
    it takes.
    """
    if len(source) > LONGEST:
        raise BadCondition(condition=source[:40] + "...", why=f"longer than {LONGEST} characters")
    if _depth(source) > DEEPEST:
        raise BadCondition(condition=source, why=f"more than {DEEPEST} loops over lists in each other")
    try:
        program = cel.compile(source)
    except ValueError as exc:
        raise BadCondition(condition=source, why=exc) from exc
    return Condition(source, program, tuple(program.variables()))


def _depth(source: str) -> int:
    """How many loops lie in each other at most."""
    open_: list[bool] = []
    deepest = 0
    for found in _LOOP.finditer(_TEXT.sub("''", source)):
        if found[0] != ")":
            open_.append(bool(found[1]))
            deepest = max(deepest, sum(open_))
        elif open_:
            open_.pop()
    return deepest
