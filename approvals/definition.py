"""A chain as data: the stages a case goes through, read strictly from YAML."""

import re
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from approvals.candidacy import TAGS, ByHistory
from approvals.errors import BadChain
from approvals.stage import ReasonFor, ReasonLists, Reminder, Stage
from approvals.strict import Length, Slug, Strict
from approvals.titles import DEFAULT_REASONS, OUTSIDE_REASONS, Reasons, Titles
from approvals.yaml_text import YamlText


class Statutory(Strict):
    """The law's own deadline for a case, apart from those that the office sets its stages."""

    within: Length
    reference: Annotated[str, Field(min_length=3, max_length=200)]
    """Which rule says so, such as "PP 11/2017 art. 35"."""
    remind: tuple[Reminder, ...] = ()
    pauses: bool = True
    """Whether it stands still while the case is with whoever repairs it."""
    pauses_suspended: bool = False
    """Whether it stands still while the office suspends the case: only where the law itself says so."""


class Appeal(Strict):
    """How whom a rejection concerns may have it looked at again, by others."""

    within: Length
    chain: Slug
    """The chain that an appeal goes through; whoever decided the first time decides nothing in it."""
    reference: Annotated[str, Field(min_length=3, max_length=200)]
    """Which rule gives the right, such as "PP 79/2021 art. 3"."""


class ChainDefinition(Strict):
    """The stages a case goes through, in their order."""

    chain: Slug
    title: Titles
    subject: Literal["employee"] = "employee"
    correctable: tuple[str, ...] = ()
    """Keys of the case's data that whoever it was returned to may correct; HR may correct all."""
    statutory: Statutory | None = None
    appeal: Appeal | None = None
    reasons: ReasonLists = Field(default_factory=dict[ReasonFor, Reasons])
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _appeals_elsewhere(self) -> Self:
        if self.appeal and self.appeal.chain == self.chain:
            raise ValueError("an appeal needs a chain of its own")
        return self

    @field_validator("stages")
    @classmethod
    def _in_order(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        seen = {"requester", "subject"}
        for stage in stages:
            if stage.name in seen:
                raise ValueError(f"two stages can't be called {stage.name!r}")
            if unknown := [name for name in stage.separate_from or () if name not in seen]:
                raise ValueError(
                    f"{stage.name!r} is to be separate from {unknown[0]!r}, which is not before it"
                )
            asked = [c.decider_of for c in stage.wanted if isinstance(c, ByHistory)]
            if unknown := [name for name in asked if name not in seen]:
                raise ValueError(f"{stage.name!r} asks who decided {unknown[0]!r}, which is not before it")
            seen.add(stage.name)
        if stages[-1].kind == "automatic":
            raise ValueError(
                "the last stage can't be automatic: a person, or an authority, has the last word"
            )
        return stages

    def stage(self, name: str) -> Stage:
        """A stage by its name. Raises KeyError."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def called(self, name: str) -> Titles:
        """What people call a stage; one that only an older version has by its name as a word."""
        return next((stage.title for stage in self.stages if stage.name == name), Titles.plain(name))

    def following(self, name: str | None) -> tuple[Stage, ...]:
        """The stages after one; after None, all."""
        if name is None:
            return self.stages
        return self.stages[self.stages.index(self.stage(name)) + 1 :]

    def reasons_for(self, kind: str, stage: str | None = None) -> Reasons:
        """The coded reasons for a rejection, return or withdrawal: the stage's, the chain's, or the usual."""
        own = next((s for s in self.stages if s.name == stage), None)  # it may be one of an older version
        outside = own is not None and own.is_external
        known: dict[str, Reasons] = {**OUTSIDE_REASONS} if outside else {**DEFAULT_REASONS, **self.reasons}
        return {**known, **(own.reasons if own else {})}.get(kind, {})


@lru_cache(maxsize=200)
def parse(source: str) -> ChainDefinition:
    """Read a chain from YAML text. Raises BadChain, which names the line and the field."""
    text = YamlText.read(source)
    try:
        return ChainDefinition.model_validate(text.value)
    except ValidationError as exc:
        first = exc.errors()[0]
        path = tuple(part for part in first["loc"] if part not in TAGS)
        raise BadChain(line=text.line(path), field=text.name(path), why=why(first)) from exc


def why(error: ErrorDetails) -> str:
    """What an error of pydantic's says to whoever wrote the text."""
    match error["type"]:
        case "missing":
            return "this is needed"
        case "extra_forbidden":
            return "there is no such setting here"
        case "string_pattern_mismatch":
            return f"{error['input']!r} is not written as it should be (small letters, digits, hyphens)"
        case "literal_error":
            known = re.findall(r"'[^']*'", error.get("ctx", {}).get("expected", ""))
            return f"{error['input']!r} is not supported; say {' or '.join(known)}"
        case _:
            return error["msg"].removeprefix("Value error, ")
