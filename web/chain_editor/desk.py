"""The editor of a chain's draft: its form, its text, what is wrong with it, and what changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.datastructures import FormData

from approvals.definition import ChainDefinition
from approvals.models import ChainDraft
from approvals.reading import Path, Problem, read
from approvals.yaml_edit import rewritten
from core.language import translate
from web.chain_editor.fields import Field, form_of, list_of, mapping_of
from web.chain_editor.filling import filled, moved
from web.chain_editor.picture import picture


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page of a draft shows."""

    draft: ChainDraft
    source: str
    form: Field | None
    """None while the text is no YAML, or says no keys and values."""
    definition: ChainDefinition | None
    problems: Sequence[Problem]
    at_fields: Mapping[str, Sequence[str]]
    """What is wrong, by the field at which it is shown."""
    picture: Markup | None

    @property
    def stages(self) -> Sequence[Field]:
        found = next((f for f in self.form.children if f.kind == "stages"), None) if self.form else None
        return found.children if found else ()

    @property
    def lines(self) -> Mapping[int, str]:
        """The lines of the text that have problems."""
        lines = self.source.splitlines()
        return {p.line: lines[p.line - 1] if p.line <= len(lines) else "" for p in self.problems}

    def described(self, name: str, hint: str) -> Markup:
        """The attributes that tie a field to its hint and to what is wrong with it."""
        ident = "f-" + name.replace(".", "-")
        wrong = len(self.at_fields.get(name, ()))
        ids = [f"{ident}-hint"] * bool(hint) + [f"{ident}-error-{n}" for n in range(1, wrong + 1)]
        tied = Markup(' aria-describedby="{}"').format(" ".join(ids)) if ids else Markup("")
        return tied + Markup(' aria-invalid="true"') if wrong else tied


def desk(draft: ChainDraft, language: str, *, source: str | None = None, form: str | None = None) -> Desk:
    """The editor of a draft; or of a text, and a form, that are not saved yet."""
    text = draft.source if source is None else source
    reading = read(text)
    value = mapping_of(read(form).value if form is not None else reading.value)
    made = form_of(value) if value else None
    names = {field.name for field in made.everything()} if made else set[str]()
    at_fields: defaultdict[str, list[str]] = defaultdict(list)
    for problem in reading.problems:
        at_fields[shown_at(problem.path, names)].append(translate(language, problem.why))
    drawn = picture(reading.definition, language) if reading.definition else None
    return Desk(draft, text, made, reading.definition, reading.problems, dict(at_fields), drawn)


def shown_at(path: Path, names: set[str]) -> str:
    """The field at which a problem is shown: its own, or the nearest around it."""
    found = ""
    for part in path:
        deeper = f"{found}.{part}" if found else str(part)
        # one that stands alone where several may stand is the first of them
        found = next((name for name in (deeper, f"{found}.0.{part}") if name in names), "")
        if not found:
            break
    nearest = [".".join(map(str, path[:n])) for n in range(len(path), 0, -1)]
    return found or next((name for name in nearest if name in names), "")


@dataclass(frozen=True, slots=True)
class Sides:
    """What was written on the two sides of a draft, and what is to be kept of it."""

    form: str
    """The text with what the form says."""
    text: str
    kept: str | None
    """None when both were changed and nobody said which shall count."""


def sides(draft: ChainDraft, form: FormData, act: str, *, fresh: bool) -> Sides:
    """Weigh the two sides: the one that was changed counts; of two, the one that `act` names (form, text).

    `fresh` says that they were drawn from the draft as it is; else the text that was sent is what they were
    drawn from, as far as anybody knows.
    """
    typed = str(form.get("source", draft.source)).replace("\r\n", "\n")
    drawn = draft.source if fresh else typed
    by_form = written(drawn, form)
    if act == "text" or by_form == drawn:
        return Sides(by_form, typed, _moved(typed, act))
    if act == "form" or typed == drawn:
        return Sides(by_form, typed, _moved(by_form, act))
    return Sides(by_form, typed, None)


def written(source: str, form: FormData) -> str:
    """A text with what the form that was drawn from it says."""
    value = mapping_of(read(source).value)
    return rewritten(source, filled(form_of(value), form)) if value else source


def _moved(source: str, act: str) -> str:
    """A text after a button that moves, adds or removes a stage."""
    value = mapping_of(read(source).value) if ":" in act else {}
    stages = list_of(value.get("stages"))
    return rewritten(source, {**value, "stages": moved(stages, act)}) if stages else source
