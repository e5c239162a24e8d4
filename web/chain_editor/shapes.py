"""Which kind of form field a type of the definition asks for; what is new in the types is known here too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from approvals.strict import Cel
from approvals.titles import Titles
from core.worktime import Duration

FieldKind = Literal[
    "text",
    "number",
    "duration",
    "condition",
    "select",
    "checks",
    "lines",
    "titles",
    "codes",
    "group",
    "choice",
    "items",
    "stages",
    "yaml",
]


@dataclass(frozen=True, slots=True)
class Shape:
    """What kind of field a type asks for."""

    kind: FieldKind
    options: tuple[str, ...] = ()
    models: tuple[type[BaseModel], ...] = ()
    inner: Any = None
    optional: bool = False


def shape_of(annotation: Any) -> Shape:
    """What kind of field a type asks for; YAML of its own where it is none of those known here."""
    if annotation == Cel:
        return Shape("condition")
    bare = _bare(annotation)
    origin, args = get_origin(bare), get_args(bare)
    if origin in (Union, UnionType):
        return _union([each for each in args if each is not NoneType], optional=NoneType in args)
    if origin is Literal:
        return Shape("select", tuple(str(each) for each in args))
    if origin is tuple:
        return _tuple(args[0])
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return _mapping(*args)
    return _plain(bare)


def _plain(bare: Any) -> Shape:
    for known, kind in _PLAIN:
        if isinstance(bare, type) and issubclass(bare, known):
            return kind if known is not BaseModel else Shape("group", models=(bare,))
    return Shape("yaml")


_PLAIN: tuple[tuple[type, Shape], ...] = (
    (bool, Shape("select", ("true", "false"))),
    (Titles, Shape("titles")),
    (BaseModel, Shape("group")),
    (Duration, Shape("duration")),
    (int, Shape("number")),
    (str, Shape("text")),
)
"""The first of these that a type is; a truth value is a number too, and titles are settings of their own."""


def _union(members: Sequence[Any], *, optional: bool) -> Shape:
    if len(members) == 1:
        return replace(shape_of(members[0]), optional=optional)
    shapes = [shape_of(member) for member in members]
    models = tuple(m for shape in shapes for m in shape.models)
    options = tuple(o for shape in shapes for o in shape.options if shape.kind == "select")
    if all(shape.kind in ("group", "choice", "select") for shape in shapes):
        return Shape("choice" if models else "select", options, models, optional=optional)
    if any(shape.kind == "items" for shape in shapes):
        return next(shape for shape in shapes if shape.kind == "items")
    plain = {shape.kind for shape in shapes} <= {"number", "text"}
    return Shape("number" if plain else "yaml", optional=optional)


def _tuple(inner: Any) -> Shape:
    shape = shape_of(inner)
    match shape.kind:
        case "select":
            return Shape("checks", shape.options)
        case "text" | "duration" | "condition":
            return Shape("lines")
        case "group" if has_words(shape.models[0]):
            return Shape("lines")
        case "group" | "choice":
            return Shape("items", inner=inner, models=shape.models)
        case _:
            return Shape("yaml")


def _mapping(keys: Any, values: Any) -> Shape:
    inner = shape_of(values)
    if inner.kind == "titles":
        return Shape("codes")
    named = shape_of(keys)
    if named.kind == "select":
        return Shape("group", named.options, inner=values)
    return Shape("yaml")


def kind_of(model: type[BaseModel]) -> str:
    """What a kind of setting is called in a choice: by the key that only it has."""
    names = [info.alias or name for name, info in model.model_fields.items() if info.is_required()]
    return names[0] if names else next(iter(model.model_fields))


def fit(model: type[BaseModel], said: Mapping[str, Any]) -> int:
    """How well what is said looks like a model: below one, not at all."""
    keys = {info.alias or name for name, info in model.model_fields.items()}
    own = 2 if kind_of(model) in said else 0
    return own + len(keys & set(said)) - len(set(said) - keys)


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def has_words(model: type[BaseModel]) -> bool:
    """Whether a model may be written as words instead of keys, as `when due` is."""
    try:
        model.model_validate("")
    except ValidationError as exc:
        return exc.errors()[0]["type"] != "model_type"
    return True
