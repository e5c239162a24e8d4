"""The rules of promotion as data: read strictly from rules.yaml, dated, each with its reference."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core.conditions import BadCondition, condition
from core.errors import Invalid
from core.settings import ROOT
from personnel import ranks

FILE = ROOT / "flows" / "promotion" / "rules.yaml"


class BadRules(Invalid):
    """The rules of promotion can't be used: {field}: {why}. Nothing was changed."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Said(_Strict):
    """A text in Indonesian and in English."""

    id: str
    en: str

    def said(self, language: str) -> str:
        return self.en if language == "en" else self.id

    def filled(self, words: dict[str, dict[str, str]]) -> dict[str, str]:
        """Both texts with their {words}; one that is missing shows its name."""
        return {lang: self.said(lang).format_map(_Lenient(words[lang])) for lang in ("id", "en")}


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"({key})"


def _compiles(said: str) -> str:
    try:
        condition(said)
    except BadCondition as exc:
        raise ValueError(f"not a condition in CEL: {exc.facts['why']}") from exc
    return said


Cel = Annotated[str, AfterValidator(_compiles)]
Sure = Literal["R", "C", "B"]


class Rule(_Strict):
    """One rule: when it counts, what it asks, and which words tell what was found and what was needed."""

    name: str = Field(alias="rule")
    kinds: tuple[str, ...]
    valid_from: date = Field(alias="from")
    valid_until: date | None = Field(default=None, alias="until")
    title: Said
    when: Cel | None = None
    """Whom it concerns; for others it is not asked."""
    needs: tuple[str, ...] = ()
    """Facts without which the file is incomplete."""
    documents: tuple[str, ...] = ()
    """Documents without which the file is incomplete."""
    values: dict[str, Any] = Field(default_factory=dict[str, Any], alias="with")
    """Figures of the rule, named for its condition and its words."""
    condition: Cel
    found: Said
    needed: Said
    reference: Said
    sure: Sure
    source: str

    def counts(self, kind: str, on: date) -> bool:
        """Whether it is asked in a cycle of this kind that takes effect on this day."""
        within = self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)
        return within and kind in self.kinds


def _known_ranks(said: dict[str, str]) -> dict[str, str]:
    for rank in said.values():
        if rank not in ranks.RANKS:
            raise ValueError(f"there is no rank {rank}")
    return said


class Ceiling(_Strict):
    """The highest rank that regular promotion reaches, by education."""

    reference: Said
    sure: Sure
    source: str
    ranks: Annotated[dict[str, str], AfterValidator(_known_ranks)]


class Kind(_Strict):
    """A kind of promotion."""

    title: Said
    code: str
    ceiling: Ceiling


class Predicates(_Strict):
    """Performance predicates from best to worst, and which are good enough."""

    order: tuple[str, ...]
    good: tuple[str, ...]
    reference: str


class Edge(_Strict):
    months_before: int
    day: int

    def before(self, effective_on: date) -> date:
        """The day that lies so before an effective date."""
        months = effective_on.year * 12 + effective_on.month - 1 - self.months_before
        return date(months // 12, months % 12 + 1, self.day)


class Window(_Strict):
    """When files for a cycle are sent in."""

    valid_from: date = Field(alias="from")
    reference: Said
    sure: Sure
    source: str
    opens: Edge
    closes: Edge


class Rulebook(_Strict):
    """All of rules.yaml."""

    kinds: dict[str, Kind]
    predicates: Predicates
    rules: tuple[Rule, ...]
    documents: dict[str, Said]
    facts: dict[str, Said]
    discipline: dict[str, Said]
    posts: dict[str, Said]
    said: dict[str, Said]
    window: Window

    def rules_on(self, kind: str, on: date) -> tuple[Rule, ...]:
        """The rules that count for a kind of promotion that takes effect on a day."""
        return tuple(rule for rule in self.rules if rule.counts(kind, on))


def parse(source: str) -> Rulebook:
    """Read a rulebook from YAML text. Raises BadRules, which names the field."""
    try:
        return Rulebook.model_validate(yaml.safe_load(source))
    except yaml.YAMLError as exc:
        raise BadRules(field="YAML", why=exc) from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadRules(field=field, why=first["msg"].removeprefix("Value error, ")) from exc


@lru_cache
def rulebook() -> Rulebook:
    """The rules this installation screens by. Raises BadRules."""
    return parse(FILE.read_text())
