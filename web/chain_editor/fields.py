"""A chain's settings as form fields, by the types of the definition itself: what is new there is here too."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from approvals.definition import ChainDefinition
from approvals.stage import Stage
from approvals.yaml_edit import inline
from core.worktime import Duration
from web.chain_editor.shapes import FieldKind, Shape, fit, has_words, kind_of, shape_of


class Absent:
    """Stands for a setting that is not said."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Field:
    """A setting as a form shows it."""

    name: str
    """Its path, such as `stages.0.due`; what the form sends is called by it."""
    key: str
    kind: FieldKind
    said: Any
    """What the text says; ABSENT where it says nothing."""
    options: tuple[str, ...] = ()
    children: tuple["Field", ...] = ()
    required: bool = False
    can_be_none: bool = False
    """Whether an empty list says something else than silence."""
    usual: str = ""
    """What silence means, where that is a plain value."""
    models: tuple[str, ...] = ()
    """Those of a choice's kinds that have fields of their own."""

    @property
    def text(self) -> str:
        """What stands in its box."""
        match self.said:
            case Absent() | None:
                return ""
            case bool():
                return str(self.said).lower()
            case str():
                return self.said
            case _ if self.kind == "lines" and _is_words(self.said):
                return "\n".join(str(each) for each in self.said)
            case _:
                return inline(self.said)

    @property
    def duration(self) -> tuple[str, str]:
        """Amount and unit; what can't be read stands in the first."""
        try:
            said = Duration.parse(self.text)
        except ValueError:
            return self.text, ""
        return str(said.amount), said.unit

    @property
    def is_said(self) -> bool:
        return self.said is not ABSENT

    def everything(self) -> Iterator["Field"]:
        """It and all fields below it."""
        yield self
        for child in self.children:
            yield from child.everything()


def form_of(value: Mapping[str, Any]) -> Field:
    """The form of a whole chain."""
    return Field("", "", "group", value, children=tuple(_fields(ChainDefinition, value, "")))


def _fields(model: type[BaseModel], said: Mapping[str, Any], path: str) -> Iterator[Field]:
    for name, info in model.model_fields.items():
        key = info.alias or name
        made = field_of(_annotated(info), said.get(key, ABSENT), _below(path, key), key)
        none = made.kind in ("lines", "checks") and info.default is None
        yield replace(
            made,
            required=info.is_required() or key == "title",
            can_be_none=none,
            usual=_usual(info.default),
            children=tuple(_as_usual(made.children, info.default)),
        )


def _as_usual(children: Iterable[Field], default: object) -> Iterator[Field]:
    """The fields of a group that silence means something for: each with what it means there."""
    for child in children:
        usual = _usual(getattr(default, child.key, None)) if isinstance(default, BaseModel) else ""
        yield replace(child, usual=usual or child.usual)


def _usual(default: object) -> str:
    match default:
        case bool():
            return str(default).lower()
        case str():
            return default
        case _:
            return ""


def field_of(annotation: Any, said: Any, name: str, key: str) -> Field:
    """The field of a type, filled with what is said; as YAML where that has not the form of the type."""
    shape = shape_of(annotation)
    plain = Field(name, key, shape.kind, said, shape.options)
    if is_stages(shape):
        return replace(plain, kind="stages", children=tuple(_stages(list_of(said), name)))
    makers = {"group": _group, "choice": _choice, "items": _items}
    if maker := makers.get(shape.kind):
        return maker(plain, shape)
    return plain if _has_form(shape.kind, said) else replace(plain, kind="yaml")


def _has_form(kind: FieldKind, said: Any) -> bool:
    """Whether what is said can stand in a field of this kind."""
    match kind:
        case "lines" | "checks":
            return _is_words(said)
        case "titles":
            return not isinstance(said, str | int | list)
        case "codes":
            return not isinstance(said, str | int)
        case _:
            return not isinstance(said, dict | list)


def _stages(items: list[Any], name: str) -> Iterator[Field]:
    for n, item in enumerate(items):
        path = _below(name, n)
        yield Field(path, str(n), "group", item, children=tuple(_fields(Stage, mapping_of(item), path)))


def _group(plain: Field, shape: Shape) -> Field:
    said = _spelled_out(plain.said, shape)
    if plain.is_said and said is None:
        return replace(plain, kind="yaml")
    said = said or {}
    if shape.models:
        return replace(plain, children=tuple(_fields(shape.models[0], said, plain.name)))
    children = [
        field_of(shape.inner, said.get(key, ABSENT), _below(plain.name, key), key) for key in shape.options
    ]
    return replace(plain, options=(), children=tuple(children))


def _spelled_out(said: Any, shape: Shape) -> dict[str, Any] | None:
    """A group as keys and values; what is written in few words (`decide: all`) as these mean it."""
    if said is not ABSENT and shape.models and has_words(shape.models[0]):
        try:
            model = shape.models[0].model_validate(said)
        except ValidationError:
            pass
        else:
            return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    keys = mapping_of(said)
    return keys if keys == said or said is ABSENT else None


def _choice(plain: Field, shape: Shape) -> Field:
    """One of several kinds of a setting; the fields are those of the kind that is chosen."""
    models = tuple(kind_of(model) for model in shape.models)
    chosen = replace(plain, options=(*shape.options, *models), models=models)
    if not plain.is_said or plain.said is None or plain.said in shape.options:
        return chosen
    said = mapping_of(plain.said)
    model = max(shape.models, key=lambda m: fit(m, said))
    if fit(model, said) <= 0:
        return replace(plain, kind="yaml")
    return replace(chosen, children=tuple(_fields(model, said, plain.name)))


def _items(plain: Field, shape: Shape) -> Field:
    one = [plain.said] if plain.is_said and plain.said != [] else []
    items = list_of(plain.said) or one
    rows = [
        field_of(shape.inner, item, _below(plain.name, n), plain.key)
        for n, item in enumerate([*items, ABSENT])
    ]
    return replace(plain, children=tuple(rows))


def chosen_kind(made: Field) -> str:
    """Which of a choice's kinds is said; empty when none."""
    if isinstance(made.said, str):
        return made.said
    keys = {child.key for child in made.children}
    return next((option for option in made.options if option in keys), "")


def is_stages(shape: Shape) -> bool:
    """Whether this is the list of a chain's stages."""
    return shape.kind == "items" and shape.models == (Stage,)


def _annotated(info: FieldInfo) -> Any:
    if not info.metadata:
        return info.annotation
    return Annotated[(info.annotation, *info.metadata)]  # pyright: ignore[reportReturnType]


def _is_words(said: Any) -> bool:
    """Whether something is a list of plain words, or nothing."""
    if said is ABSENT:
        return True
    return isinstance(said, list) and all(isinstance(one, str | int) for one in list_of(said))


def mapping_of(said: Any) -> dict[str, Any]:
    """What is said, if it is keys and values; otherwise nothing."""
    return {**said} if isinstance(said, dict) else {}  # pyright: ignore[reportUnknownMemberType]


def list_of(said: Any) -> list[Any]:
    """What is said, if it is a list; otherwise nothing."""
    return [*said] if isinstance(said, list) else []  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _below(path: str, key: str | int) -> str:
    return f"{path}.{key}" if path else str(key)
