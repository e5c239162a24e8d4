"""A stage of a chain as data: who may decide there, by when, and for which reasons."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    Tag,
    model_validator,
)

from approvals.titles import Reasons, Titles
from core.conditions import BadCondition, condition
from core.directory import Capacity
from core.worktime import Duration

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class Strict(BaseModel):
    """Unknown keys are refused: a setting that nothing obeys is a lie."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def mapping(said: Any) -> dict[str, Any]:
    """What was said, if it is keys and values; otherwise nothing."""
    return said if isinstance(said, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _duration(said: object) -> Duration:
    return said if isinstance(said, Duration) else Duration.parse(str(said))


def _compiles(said: str) -> str:
    try:
        condition(said)
    except BadCondition as exc:
        raise ValueError(f"not a condition in CEL: {exc.facts['why']}") from exc
    return said


Length = Annotated[Duration, PlainValidator(_duration), PlainSerializer(str)]
Cel = Annotated[str, AfterValidator(_compiles)]


class Reminder(Strict):
    """When to remind: a while before the due date, when it is due, or again and again after it."""

    when: Literal["before", "due", "after"]
    every: Length | None = None
    """How long before; or how often after."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, said: Any) -> Any:
        if not isinstance(said, str):
            return said
        if said.strip() == "when due":
            return {"when": "due"}
        if match := re.fullmatch(r"\s*(.+?) before\s*", said):
            return {"when": "before", "every": Duration.parse(match[1])}
        if match := re.fullmatch(r"\s*every (.+?) after\s*", said):
            every = Duration.parse(match[1])
            if every.amount == 0:
                raise ValueError("'every 0' would never end")
            return {"when": "after", "every": every}
        raise ValueError("say '1 working day before', 'when due' or 'every 2 working days after'")


class ByRole(Strict):
    """Whoever has the role may claim it."""

    role: Slug


def _unit(said: str) -> str:
    code = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"
    if not re.fullmatch(r"subject\.unit(\.parent)*" if said.startswith("subject.") else code, said):
        raise ValueError("say subject.unit, subject.unit.parent, top, nearest or a unit's code")
    return said


class ByPost(Strict):
    """The holder of a post, found from the subject's unit."""

    holder_of: Slug
    unit: Annotated[str, AfterValidator(_unit)] = "nearest"
    """`subject.unit`, `subject.unit.parent` (any number of parents), `top`, a unit's code, or `nearest`: the
    first unit that has such a post, from the subject's own upwards."""

    @property
    def levels_up(self) -> int:
        """How many levels above the subject's unit the search begins."""
        return self.unit.count(".parent") if self.unit.startswith("subject.unit") else 0

    @property
    def by_code(self) -> bool:
        """Whether a certain unit is named by its code."""
        return self.unit not in ("nearest", "top") and not self.unit.startswith("subject.unit")


class ByName(Strict):
    """One person, by id; for chains that are made for an occasion."""

    person: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


def _which_candidates(said: Any) -> str:
    if isinstance(said, ByRole | ByPost | ByName):
        return type(said).__name__
    keys = set(mapping(said))
    for key, kind in (("role", "ByRole"), ("holder_of", "ByPost"), ("person", "ByName")):
        if key in keys:
            return kind
    return "unknown"


Candidates = Annotated[
    Annotated[ByRole, Tag("ByRole")] | Annotated[ByPost, Tag("ByPost")] | Annotated[ByName, Tag("ByName")],
    Discriminator(
        _which_candidates,
        custom_error_type="candidates",
        custom_error_message="say {role: ...}, {holder_of: ..., unit: ...} or {person: ...}; "
        "committees and expressions are not supported by this version",
    ),
]


class Escalation(Strict):
    """After how long without a decision the task moves, and to which post."""

    after: Length
    to: ByPost


class Rule(Strict):
    """How many decisions settle a stage; in this version one does."""

    rule: Literal["any"]

    @model_validator(mode="before")
    @classmethod
    def _known(cls, said: Any) -> Any:
        if isinstance(said, Rule) or mapping(said) == {"rule": "any"}:
            return said
        raise ValueError("only {rule: any} is supported by this version: one decision settles a stage")


def _codes_or_titles(said: Any) -> Any:
    if not isinstance(said, list):
        return said
    codes: list[object] = [*said]  # pyright: ignore[reportUnknownArgumentType]
    return {str(code): Titles.plain(str(code)) for code in codes}


ReasonFor = Literal["reject", "return", "withdraw"]
ReasonLists = Mapping[ReasonFor, Annotated[Reasons, Field(min_length=1)]]
Party = Literal["requester", "subject"]


class Stage(Strict):
    """A step of the chain: held by people through a task, or by an authority outside."""

    name: Slug = Field(alias="stage")
    title: Titles
    """What people call it; when not said, its name as a word."""
    kind: Literal["people", "external"] = "people"
    when: Cel | None = None
    """A condition over the case's data; where it does not hold, the stage is skipped."""
    candidates: Candidates | None = None
    allocate: Literal["offer"] | None = None
    """How a role's task is handed out; in this version it is offered and whoever is first claims it."""
    decide: Rule = Rule(rule="any")
    due: Length | None = None
    remind: tuple[Reminder, ...] = ()
    escalate: Escalation | None = None
    on_expiry: Literal["escalate"] | None = None
    """`escalate`: when due it goes to the same post one unit up. The clock never approves."""
    acting: tuple[Literal[Capacity.PLH, Capacity.PLT], ...] = ()
    """By which rights others than the holder may decide; none unless it is said."""
    return_to: Annotated[tuple[Party, ...], Field(min_length=1)] = ("requester", "subject")
    """Who repairs what is returned: the first of these that the case has."""
    after_return: Literal["same", "restart"] = "same"
    """Where a repaired case goes on: at the stage that returned it, or from the first."""
    checklist: Annotated[dict[Slug, Titles], BeforeValidator(_codes_or_titles)] = Field(
        default_factory=dict[str, Titles]
    )
    """What must be ticked to approve."""
    separate_from: tuple[Slug, ...] | None = None
    """Stages whose deciders may not decide here; when not said, all. Subject and requester never may."""
    reasons: ReasonLists = Field(default_factory=dict[ReasonFor, Reasons])
    sign: Slug | None = None
    """What an approval here signs, such as a decree: for the post's own holder only."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, said: Any) -> Any:
        name = mapping(said).get("stage")
        if isinstance(name, str) and "title" not in said:
            return {**said, "title": Titles.plain(name)}
        return said

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.kind == "external":
            return self._external()
        if self.candidates is None:
            raise ValueError("a stage for people needs candidates")
        if self.sign and (self.acting or not isinstance(self.candidates, ByPost)):
            raise ValueError("only the holder of a post may sign: name holder_of, and leave acting empty")
        if self.acting and not isinstance(self.candidates, ByPost):
            raise ValueError("acting goes with holder_of")
        if self.remind and self.due is None:
            raise ValueError("remind needs a due date")
        if self.on_expiry and self.due and not self.escalate and not isinstance(self.candidates, ByPost):
            raise ValueError("say to whom: escalate: {after: ..., to: {holder_of: ..., unit: ...}}")
        return self

    def _external(self) -> Self:
        allowed = {"name", "stage", "title", "kind", "when", "return_to", "after_return", "reasons", "decide"}
        if extra := sorted(self.model_fields_set - allowed):
            raise ValueError(f"an external stage is decided outside; it has no {', '.join(extra)}")
        return self

    @property
    def is_external(self) -> bool:
        return self.kind == "external"
