"""YAML that people wrote: read strictly, and every value remembers its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from approvals.errors import BadChain

LONGEST = 100_000
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class YamlText:
    """A document's value, and where in the text each part of it stands."""

    value: Any
    root: yaml.Node

    @classmethod
    def read(cls, source: str) -> "YamlText":
        """Read one document. Refuses what surprises people: aliases, keys said twice, towers of brackets.

        Raises BadChain.
        """
        if len(source) > LONGEST:
            raise BadChain(line=1, field="text", why=f"longer than {LONGEST} characters")
        try:
            _refuse_aliases_and_towers(source)
            root = yaml.compose(source, yaml.SafeLoader)
            if root is None:
                raise BadChain(line=1, field="text", why="there is nothing in it")
            _refuse_twins(root)
            return cls(yaml.safe_load(source), root)
        except yaml.MarkedYAMLError as exc:
            line = exc.problem_mark.line + 1 if exc.problem_mark else 1
            raise BadChain(line=line, field="text", why=exc.problem or "not YAML") from exc
        except (yaml.YAMLError, ValueError, AttributeError) as exc:  # the latter two of what is called a date
            raise BadChain(line=1, field="text", why=str(exc)) from exc

    def line(self, path: Sequence[int | str]) -> int:
        """The line of the value at a path, or of the nearest thing around it."""
        node, line = self.root, self.root.start_mark.line
        for part in path:
            found = _step(node, part)
            if found is None:
                break
            line, node = found
        return line + 1

    def name(self, path: Sequence[int | str]) -> str:
        """A path as people say it: `stages[unit-head].due`."""
        said = ""
        here: Any = self.value
        for part in path:
            try:
                here = here[part]
            except (KeyError, IndexError, TypeError):
                here = {}
            if isinstance(part, int):
                said += f"[{_stage_name(here) or part + 1}]"
            else:
                said += f".{part}" if said else part
        return said or "text"


def _stage_name(value: Any) -> Any:
    return value.get("stage") if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _step(node: yaml.Node, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line, value
    return None


def _refuse_aliases_and_towers(source: str) -> None:
    depth = 0
    for event in yaml.parse(source, yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise BadChain(line=line, field="text", why=f"more than {DEEPEST} lists in each other")
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise BadChain(line=line, field="text", why="aliases (*) are not used here; write it out")


def _refuse_twins(node: yaml.Node) -> None:
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_twins(child)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise BadChain(line=key.start_mark.line + 1, field="text", why="a key is a word")
            if key.value in seen:
                raise BadChain(line=key.start_mark.line + 1, field=str(key.value), why="said twice")
            seen.add(str(key.value))
            _refuse_twins(value)
