"""What a form says, written back into the value that its fields were drawn from; the rest stays as it was."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.datastructures import FormData

from approvals.errors import BadChain
from approvals.titles import Titles
from approvals.yaml_text import YamlText
from core.worktime import Duration
from web.chain_editor.fields import ABSENT, Field, chosen_kind, list_of, mapping_of

EMPTY: tuple[Any, ...] = (ABSENT, None, "", [], {})


def filled(made: Field, form: FormData) -> dict[str, Any]:
    """The value of a whole form. What the form did not show is not touched."""
    return mapping_of(_group(made, form))


def moved(stages: list[Any], act: str) -> list[Any]:
    """The stages after a button: `up:2`, `down:2`, `remove:2`, `add:2` (a new one behind it)."""
    what, _, number = act.partition(":")
    if not number.isdecimal() or int(number) >= len(stages) + (what == "add"):
        return stages
    place, found = int(number), [*stages]
    match what:
        case "up" if place:
            found[place - 1], found[place] = found[place], found[place - 1]
        case "down" if place + 1 < len(found):
            found[place + 1], found[place] = found[place], found[place + 1]
        case "remove":
            del found[place]
        case "add":
            found.insert(place + 1, _new_stage(stages))
        case _:
            pass
    return found


def _new_stage(stages: list[Any]) -> dict[str, Any]:
    taken = {mapping_of(each).get("stage") for each in stages}
    name = next(name for n in range(1, 100) if (name := f"new-stage-{n}") not in taken)
    return {
        "stage": name,
        "title": {"id": "Tahap baru", "en": "New stage"},
        "candidates": {"holder_of": "head", "unit": "nearest"},
        "due": "3 working days",
    }


def _read(made: Field, form: FormData) -> Any:
    reader = _READERS.get(made.kind, _text)
    return reader(made, form)


def _text(made: Field, form: FormData) -> Any:
    said = form.get(made.name)
    if not isinstance(said, str) or (said := said.strip()) == made.text:
        return made.said
    return said or _blank(made)


def _number(made: Field, form: FormData) -> Any:
    said = _text(made, form)
    return int(said) if isinstance(said, str) and said.isdecimal() else said


def _select(made: Field, form: FormData) -> Any:
    said = _text(made, form)
    return {"true": True, "false": False}.get(said, said) if isinstance(said, str) else said


def _duration(made: Field, form: FormData) -> Any:
    amount, unit = form.get(f"{made.name}.amount"), form.get(f"{made.name}.unit")
    if not isinstance(amount, str) or not isinstance(unit, str) or (amount.strip(), unit) == made.duration:
        return made.said
    if not amount.strip():
        return _blank(made)
    try:
        return str(Duration.parse(f"{amount.strip()} {unit}"))
    except ValueError:
        return f"{amount.strip()} {unit}"


def _checks(made: Field, form: FormData) -> Any:
    if f"{made.name}.shown" not in form:
        return made.said
    ticked = {each for each in form.getlist(made.name) if isinstance(each, str)}
    if ticked == {str(each) for each in list_of(made.said)}:
        return _none_or(made, form, made.said)
    return _none_or(made, form, [option for option in made.options if option in ticked] or _blank(made))


def _lines(made: Field, form: FormData) -> Any:
    said = form.get(made.name)
    if not isinstance(said, str):
        return made.said
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if lines == [str(each) for each in list_of(made.said)]:
        return _none_or(made, form, made.said)
    return _none_or(made, form, lines or _blank(made))


def _none_or(made: Field, form: FormData, said: Any) -> Any:
    """An empty list where "none" was ticked, and silence where it was ticked no more."""
    if not made.can_be_none or (said not in EMPTY):
        return said
    if f"{made.name}.none" in form:
        return []
    return ABSENT if said == [] else said


def _titles(made: Field, form: FormData) -> Any:
    said = _pair(form, made.name)
    if said is None or said == made.said:
        return made.said
    if not any(said.values()):
        return _blank(made)
    return said


def _codes(made: Field, form: FormData) -> Any:
    if f"{made.name}.0.code" not in form:
        return made.said
    rows = dict(_rows(made.name, form))
    if rows == named(made.said):
        return made.said
    if not rows:
        return _blank(made)
    plain = all(titles == Titles.plain(code).model_dump() for code, titles in rows.items())
    return [*rows] if isinstance(made.said, list) and plain else rows


def named(said: Any) -> dict[str, Any]:
    """Codes with their titles; of a bare list of codes, each called by its own word."""
    if isinstance(said, list):
        return {str(code): Titles.plain(str(code)).model_dump() for code in list_of(said)}
    return mapping_of(said)


def _rows(name: str, form: FormData) -> Iterator[tuple[str, dict[str, str]]]:
    row = 0
    while isinstance(code := form.get(f"{name}.{row}.code"), str):
        titles = _pair(form, f"{name}.{row}") or {}
        if code.strip():
            yield code.strip(), titles if any(titles.values()) else Titles.plain(code.strip()).model_dump()
        row += 1


def _pair(form: FormData, name: str) -> dict[str, str] | None:
    said = {language: form.get(f"{name}.{language}") for language in ("id", "en")}
    if not all(isinstance(each, str) for each in said.values()):
        return None
    return {language: str(each).strip() for language, each in said.items()}


def _group(made: Field, form: FormData) -> Any:
    kept = mapping_of(made.said) | {child.key: child.said for child in made.children if child.is_said}
    before = {**kept}
    for child in made.children:
        value = _read(child, form)
        if value is ABSENT:
            kept.pop(child.key, None)
        else:
            kept[child.key] = value
    if kept == before:
        return made.said
    return kept or _blank(made)


def _choice(made: Field, form: FormData) -> Any:
    chosen = form.get(f"{made.name}.is")
    if not isinstance(chosen, str) or chosen == chosen_kind(made):
        return _group(made, form) if made.children else made.said
    if not chosen:
        return _blank(made)
    # of another kind, whose own fields are shown next
    return {chosen: ""} if chosen in made.models else chosen


def _items(made: Field, form: FormData) -> Any:
    items = [value for child in made.children if (value := _read(child, form)) not in EMPTY]
    if items in (made.said, [made.said]):
        return made.said
    if len(items) == 1 and not isinstance(made.said, list):
        return items[0]
    return items or _blank(made)


def _stages(made: Field, form: FormData) -> Any:
    return [_group(child, form) for child in made.children] or made.said


def _yaml(made: Field, form: FormData) -> Any:
    said = _text(made, form)
    if said is made.said or not isinstance(said, str):
        return said
    try:
        return YamlText.read(said).value
    except BadChain:
        return said


def _blank(made: Field) -> Any:
    """What an empty field means: silence, unless emptiness was said before."""
    return made.said if any(made.said is each or made.said == each for each in EMPTY) else ABSENT


_READERS: Mapping[str, Callable[[Field, FormData], Any]] = {
    "number": _number,
    "duration": _duration,
    "select": _select,
    "checks": _checks,
    "lines": _lines,
    "titles": _titles,
    "codes": _codes,
    "group": _group,
    "choice": _choice,
    "items": _items,
    "stages": _stages,
    "yaml": _yaml,
}
