"""Changes to YAML text that leave all else as people wrote it: comments, order, spacing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

LONGEST_LINE = 100
"""A value that takes more than this on one line is written over several."""


def rewritten(source: str, wanted: Any) -> str:
    """The text, changed so that it means `wanted`; what need not change stays as it is, byte by byte.

    Where that can't be done the whole is written anew, without comments. The source must be readable YAML.
    """
    root = yaml.compose(source, yaml.SafeLoader)
    if root is None:
        return dumped(wanted)
    pen = _Pen(source)
    pen.change(root, yaml.safe_load(source), wanted)
    text = pen.text()
    try:
        return text if yaml.safe_load(text) == wanted else dumped(wanted)
    except yaml.YAMLError:
        return dumped(wanted)


def dumped(value: Any) -> str:
    """A value as a document: collections of plain values on one line, others over several.

    Rare line breaks (U+0085, U+2028) do not survive in clear text: then everything beyond ASCII is escaped.
    """
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=LONGEST_LINE)
    if yaml.safe_load(text) == value:
        return text
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=False, width=LONGEST_LINE)


def inline(value: Any) -> str:
    """A value on one line."""
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**9)
    return text.removesuffix("\n").removesuffix("\n...")


@dataclass
class _Pen:
    source: str
    edits: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])

    def text(self) -> str:
        """The source with the edits made, from its end to its beginning."""
        text = self.source
        for start, end, new in sorted(self.edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def change(self, node: yaml.Node, old: Any, new: Any) -> None:
        if old == new and type(old) is type(new):
            return
        if isinstance(node, yaml.MappingNode) and isinstance(old, dict) and isinstance(new, dict) and new:
            self._mapping(node, {**old}, {**new})
        elif isinstance(node, yaml.SequenceNode) and isinstance(old, list) and isinstance(new, list):
            self._sequence(node, [*old], [*new])
        else:
            self._replace(node, new)

    def _replace(self, node: yaml.Node, new: Any) -> None:
        start, end = node.start_mark.index, _end(node)
        space = " " if start == end and self.source[start - 1 : start] == ":" else ""
        self.edits.append((start, end, space + self._value(new, node.start_mark.column)))

    def _mapping(self, node: yaml.MappingNode, old: dict[str, Any], new: dict[str, Any]) -> None:
        entries = {str(key.value): (key, value) for key, value in node.value}
        for name, (_, value) in entries.items():
            if name in new:
                self.change(value, old[name], new[name])
        kept = [name for name in entries if name in new]
        if not kept:
            self._replace(node, new)
            return
        for name in entries:
            if name not in new:
                self._remove(node, [*entries], name, entries)
        for name, after in _added(old, new):
            self._insert(node, name, new[name], entries, after if after in kept else kept[-1])

    def _remove(
        self,
        node: yaml.MappingNode,
        names: Sequence[str],
        name: str,
        entries: Mapping[str, tuple[yaml.Node, yaml.Node]],
    ) -> None:
        key, value = entries[name]
        place = names.index(name)
        start, end = key.start_mark.index, _end(value)
        following = names[place + 1 : place + 2]
        if node.flow_style:
            if following:
                end = entries[following[0]][0].start_mark.index
            elif place:
                start = _end(entries[names[place - 1]][1])
        elif self.source[self._line_start(start) : start].strip():
            # the first of an item, behind its dash: the next takes its place
            end = entries[following[0]][0].start_mark.index if following else end
        else:
            start, end = self._line_start(start), self._line_end(end)
        self.edits.append((start, end, ""))

    def _insert(
        self,
        node: yaml.MappingNode,
        name: str,
        value: Any,
        entries: Mapping[str, tuple[yaml.Node, yaml.Node]],
        after: str,
    ) -> None:
        end = _end(entries[after][1])
        if node.flow_style:
            self.edits.append((end, end, f", {inline(name)}: {inline(value)}"))
            return
        column = node.start_mark.column
        at = self._line_end(end)
        lead = "" if self.source[:at].endswith("\n") else "\n"
        text = " " * column + f"{inline(name)}:" + self._behind_key(value, column) + "\n"
        self.edits.append((at, at, lead + text))

    def _sequence(self, node: yaml.SequenceNode, old: list[Any], new: list[Any]) -> None:
        if node.flow_style or not old or not new:
            self._replace(node, new)
            return
        if len(old) == len(new) and not _same_but_moved(old, new):
            for child, before, after in zip(node.value, old, new, strict=True):
                self.change(child, before, after)
            return
        spans = list(self._items(node))
        texts = [self.source[start:end] for start, end in spans]
        column = node.value[0].start_mark.column - 2
        pieces = [_ended(texts[old.index(item)]) if item in old else self._item(item, column) for item in new]
        self.edits.append((spans[0][0], spans[-1][1], "".join(pieces)))

    def _items(self, node: yaml.SequenceNode) -> Iterator[tuple[int, int]]:
        """Each item's lines, with the blank and comment lines before it."""
        start = self._line_start(node.value[0].start_mark.index)
        for item in node.value:
            end = self._line_end(_end(item))
            yield start, end
            start = end

    def _item(self, value: Any, column: int) -> str:
        if not isinstance(value, dict):
            return " " * column + f"- {inline(value)}\n"
        said: dict[str, Any] = {**value}
        lines = [f"{inline(name)}:{self._behind_key(each, column + 2)}" for name, each in said.items()]
        indent = "\n" + " " * (column + 2)
        return "\n" + " " * column + "- " + indent.join(lines) + "\n"

    def _behind_key(self, value: Any, column: int) -> str:
        line = inline(value)
        if len(line) <= LONGEST_LINE or not isinstance(value, dict | list):
            return f" {line}"
        indent = "\n" + " " * (column + 2)
        return indent + indent.join(dumped(value).rstrip("\n").split("\n"))

    def _value(self, value: Any, column: int) -> str:
        line = inline(value)
        if len(line) <= LONGEST_LINE or not isinstance(value, dict | list):
            return line
        return ("\n" + " " * column).join(dumped(value).rstrip("\n").split("\n"))

    def _line_start(self, at: int) -> int:
        return self.source.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        """Behind the line break of the line on which `at` is."""
        found = self.source.find("\n", at)
        return len(self.source) if found < 0 else found + 1


def _end(node: yaml.Node) -> int:
    """Where a value's last character is; a block's own mark lies behind the comments that follow it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return node.end_mark.index


def _added(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """New keys, each with the known key before it, in the order in which their lines must be written."""
    before, found = "", list[tuple[str, str]]()
    for name in new:
        if name in old:
            before = name
        else:
            found.append((name, before))
    yield from found


def _same_but_moved(old: Sequence[Any], new: Sequence[Any]) -> bool:
    return any(item in old and old[place] != item for place, item in enumerate(new))


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
