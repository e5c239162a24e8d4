"""A stage of a chain as data: who may decide there, by when, and for which reasons."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from approvals.candidacy import ByCommittee, ByName, ByPost, Candidate, Candidates
from approvals.strict import Cel, Length, Slug, Strict, mapping
from approvals.titles import Reasons, Titles
from approvals.voting import ANY, Rule
from core.directory import Capacity
from core.worktime import Duration


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


class Escalation(Strict):
    """After how long without a decision the task moves, and to which post."""

    after: Length
    to: ByPost


def _codes_or_titles(said: Any) -> Any:
    if not isinstance(said, list):
        return said
    codes: list[object] = [*said]  # pyright: ignore[reportUnknownArgumentType]
    return {str(code): Titles.plain(str(code)) for code in codes}


Allocation = Literal[
    "offer", "direct", "random", "round-robin", "shortest-queue", "retain-familiar", "most-experienced"
]


class Visibility(Strict):
    """Who sees work of a stage in their lists, besides the office's readers."""

    unallocated: Literal["candidates", "office"] = "candidates"
    """What nobody has taken: those who may take it, or everybody who decides something in the chain."""
    allocated: Literal["assignee", "candidates", "office"] = "assignee"
    """What somebody has: only they, or also those who could have it, or everybody who decides."""


ReasonFor = Literal["reject", "return", "withdraw"]


def _named(lists: Mapping[ReasonFor, Reasons]) -> Mapping[ReasonFor, Reasons]:
    """Nobody can be asked for a reason where there is none; that no case is withdrawn, a chain may say so."""
    for kind, reasons in lists.items():
        if not reasons and kind != "withdraw":
            raise ValueError(f"{kind} has no reasons; name at least one")
    return lists


ReasonLists = Annotated[Mapping[ReasonFor, Reasons], AfterValidator(_named)]
Party = Literal["requester", "subject"]


class Stage(Strict):
    """A step of the chain: held by people through a task, or by an authority outside."""

    name: Slug = Field(alias="stage")
    title: Titles
    """What people call it; when not said, its name as a word."""
    kind: Literal["people", "external", "automatic"] = "people"
    """Decided by people, by an authority outside, or by people unless `pass_when` holds."""
    when: Cel | None = None
    """A condition over the case's data; where it does not hold, the stage is skipped."""
    pass_when: Cel | None = None
    """Of an automatic stage: where it holds of the case's data, the case passes and nobody is asked."""
    candidates: Candidates | None = None
    """Whom it asks; a list gives each of them a seat."""
    allocate: Allocation = "offer"
    """How it is handed out where several qualify: offered to all and whoever is first claims it; to the
    first by name, by lot, in turn, to who has least in hand, to who had the subject before, or to who
    decided most at this stage."""
    binding: bool = True
    """Whether whoever is chosen has it; otherwise they are asked, and may decline: then the next is."""
    distribute: Literal["on-enablement", "early", "late"] = "on-enablement"
    """When it is handed out: as the case comes there; announced before; or held back for free hands."""
    hold: Annotated[int, Field(ge=1, le=100)] | None = None
    """Of work that is distributed late, how many tasks one person has at a time."""
    start: Literal["by-hand", "on-allocation"] = "by-hand"
    """Whether work on it counts as begun as soon as somebody has it."""
    see: Visibility = Visibility()
    decide: Rule = ANY
    """How many decisions settle it, and which."""
    due: Length | None = None
    remind: tuple[Reminder, ...] = ()
    escalate: Escalation | None = None
    on_expiry: Literal["escalate", "expire"] | None = None
    """`escalate`: when due it goes to the same post one unit up. `expire`: the case stops there, until
    somebody ratifies that it has expired or lets it go on. The clock never approves."""
    skippable: bool = False
    """Whether HR may pass it over, with a reason."""
    acting: tuple[Literal[Capacity.PLH, Capacity.PLT, Capacity.DELEGATE], ...] = ()
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
        if (self.kind == "automatic") != (self.pass_when is not None):
            raise ValueError("kind: automatic goes with pass_when, a condition by which a case passes")
        if self.pass_when and self.sign:
            raise ValueError("what is signed is signed by a person, never by a rule")
        if self.candidates is None:
            raise ValueError("a stage for people needs candidates")
        if self.sign and (self.acting or self.is_panel or not isinstance(self.candidates, ByPost)):
            raise ValueError("only the holder of a post may sign: name holder_of, and leave acting empty")
        if self.sign and self.skippable:
            raise ValueError("what is to be signed can't be passed over")
        self._check_acting()
        self._check_panel()
        self._check_distribution()
        if self.remind and self.due is None:
            raise ValueError("remind needs a due date")
        if (
            self.on_expiry == "escalate"
            and self.due
            and not self.escalate
            and not isinstance(self.candidates, ByPost)
        ):
            raise ValueError("say to whom: escalate: {after: ..., to: {holder_of: ..., unit: ...}}")
        return self

    def _check_acting(self) -> None:
        kinds = {type(c) for c in self.wanted}
        if {Capacity.PLH, Capacity.PLT} & set(self.acting) and ByPost not in kinds:
            raise ValueError("acting goes with holder_of")
        if self.acting and not kinds & {ByPost, ByName}:
            raise ValueError("only a post's holder, or a person who is named, can be acted for")

    def _check_panel(self) -> None:
        rule = self.decide
        committee = isinstance(self.candidates, ByCommittee)
        if rule.is_panel and isinstance(self.candidates, ByPost | ByName):
            raise ValueError(f"one person can't decide by {rule.rule}; name several candidates")
        if rule.chair and not committee:
            raise ValueError("a chair's casting vote needs a committee as candidates")
        if rule.rule == "sequence" and not (committee or isinstance(self.candidates, tuple)):
            raise ValueError("a sequence needs a list of candidates, in their order")
        if self.is_panel and self.allocate != "offer":
            raise ValueError("a panel is not allocated: everybody in it has a seat")
        single = all(isinstance(c, ByPost | ByName) for c in self.wanted)
        if single and isinstance(rule.quorum, int) and rule.quorum > len(self.wanted):
            raise ValueError(f"{rule.quorum} of {len(self.wanted)} can never be")

    def _check_distribution(self) -> None:
        if (self.distribute == "late") != (self.hold is not None):
            raise ValueError("distribute: late goes with hold, the number of tasks in one person's hands")
        if self.distribute == "late" and self.allocate != "offer":
            raise ValueError("what is held back goes to free hands; it can't be allocated as well")
        if not self.binding and self.allocate == "offer":
            raise ValueError("binding: false asks whom allocate chooses; say how it chooses")
        if self.distribute == "late" and (self.is_panel or isinstance(self.candidates, ByPost | ByName)):
            raise ValueError("only what is offered to several people can be held back for free hands")
        if self.allocate != "offer" and isinstance(self.candidates, ByPost | ByName):
            raise ValueError("allocate chooses among several people; a post or a name is one")
        if self.on_expiry == "expire" and self.due is None:
            raise ValueError("on_expiry needs a due date")

    def _external(self) -> Self:
        allowed = {"name", "stage", "title", "kind", "when", "return_to", "after_return", "reasons", "decide"}
        if extra := sorted(self.model_fields_set - allowed):
            raise ValueError(f"an external stage is decided outside; it has no {', '.join(extra)}")
        return self

    @property
    def is_external(self) -> bool:
        return self.kind == "external"

    @property
    def wanted(self) -> tuple[Candidate, ...]:
        """Whom it asks, always as a list."""
        if self.candidates is None:
            return ()
        return self.candidates if isinstance(self.candidates, tuple) else (self.candidates,)

    @property
    def is_panel(self) -> bool:
        """Whether it may hold several tasks at once."""
        return self.decide.is_panel or len(self.wanted) > 1

    def wanted_at(self, seat: int) -> Candidate:
        """Whom the task of a seat asks."""
        return self.wanted[min(seat, len(self.wanted) - 1)]
