"""Facts of a case that HR can correct by a form: plain values, each by its place in the case's data."""

from collections.abc import Iterator, Mapping
from typing import Any

from approvals.strict import mapping
from core.errors import Invalid


class NotAFact(Invalid):
    """Choose one of the case's facts, and write a value of its kind. Nothing was changed."""


def facts(data: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """The plain facts with their places, such as `subject.rank`; lists are not among them."""
    for key, value in sorted(data.items()):
        here = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from facts(mapping(value), here)
        elif isinstance(value, str | int | float | bool) or value is None:
            yield here, value


def corrected(data: Mapping[str, Any], place: str, typed: str) -> dict[str, Any]:
    """What is to be merged into a case's data so that the fact at a place says what was typed.

    Raises NotAFact.
    """
    known = dict(facts(data))
    if place not in known:
        raise NotAFact
    top, *inner = place.split(".")
    value = _of_kind(known[place], typed.strip())
    return {top: _with(data[top], inner, value)}


def _with(old: Any, inner: list[str], value: Any) -> Any:
    if not inner:
        return value
    here, *rest = inner
    return {**mapping(old), here: _with(mapping(old)[here], rest, value)}


def _of_kind(old: Any, typed: str) -> Any:
    """What was typed, as a value of the kind that it replaces. Raises NotAFact."""
    try:
        match old:
            case bool():
                return {"true": True, "false": False, "ya": True, "tidak": False, "yes": True, "no": False}[
                    typed.casefold()
                ]
            case int():
                return int(typed)
            case float():
                return float(typed)
            case _:
                return typed
    except (KeyError, ValueError) as exc:
        raise NotAFact from exc
