"""What would have gone differently: a case's recorded history held against another definition. Pure.

Nobody can say what people would have decided that were never asked. So a decision that was taken counts
wherever the other definition would have let it count; where it would have asked somebody else, or for more,
that is said, and the rest is told as if they had approved.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from approvals.definition import ChainDefinition
from approvals.interests import Decided, Interests
from approvals.machine import applies, passes
from approvals.models import SETTLED, CaseState, DecisionKind
from approvals.stage import Stage
from approvals.titles import Titles
from approvals.voting import Standing, Vote, standing
from core.conditions import BadCondition
from core.directory import Capacity
from core.worktime import WorkCalendar, after, worked

StepState = Literal["as-was", "asked", "again", "skipped", "by-rule", "ahead", "unreached", "unknown"]
Why = Literal[
    "asked",  # a stage that nobody was asked at
    "not-asked",  # a decision at a stage that is no more, or would not apply
    "acting",  # whoever acted for the holder could not have
    "conflict",  # whoever decided would have been in conflict
    "checklist",  # more would have had to be ticked
    "too-few",  # more would have had to decide
    "outcome",  # the same decisions would have led elsewhere
    "otherwise",  # people would have decided what an authority outside decided, or the reverse
    "late",  # it was in time and would have been late
    "in-time",  # it was late and would have been in time
    "order",  # the same stages, in another order
    "unknown",  # a condition reads a fact that the case does not have
]


@dataclass(frozen=True, slots=True)
class Happened:
    """A decision, or an answer from outside, as it is recorded."""

    stage: str
    kind: str
    at: datetime
    by: UUID | None = None
    """None for an authority outside."""
    by_name: str = ""
    capacity: str | None = None
    checklist: frozenset[str] = frozenset()
    asked_at: datetime | None = None
    """When its task opened."""
    round: int = 1
    part: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """A case as its records tell it."""

    case_id: UUID
    reference: str
    subject_id: UUID
    subject_name: str
    requester_id: UUID | None
    unit_id: UUID
    state: str
    stage: str | None
    data: Mapping[str, Any]
    happened: tuple[Happened, ...] = ()
    tied: tuple[UUID, ...] = ()
    """Who is tied to the subject by now. What they decided before it was declared stands."""

    @property
    def last(self) -> dict[str, tuple[Happened, ...]]:
        """The decisions of the last round at each stage, in the order in which the stages were settled."""
        found: dict[str, tuple[Happened, ...]] = {}
        for one in self.happened:
            before = found.pop(one.stage, ())
            found[one.stage] = (*(each for each in before if each.round == one.round), one)
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a way through a chain, and what is or would be with it."""

    stage: str
    title: Titles
    state: StepState
    happened: tuple[Happened, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that would have been otherwise, at a stage."""

    why: Why
    stage: str
    title: Titles
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Comparison:
    """A case, the way it went, the way it would have gone, and where these part."""

    past: Past
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    differences: tuple[Difference, ...]

    @property
    def differs(self) -> bool:
        return bool(self.differences)


def compare(past: Past, old: ChainDefinition, new: ChainDefinition, calendar: WorkCalendar) -> Comparison:
    """Hold a case that went by one definition against another."""
    told = _Telling(past, new)
    steps = tuple(told.steps())
    here = {step.stage for step in steps if step.state in ("as-was", "again")}
    gone = [votes[-1] for name, votes in past.last.items() if name not in here]
    differences = [
        *told.found,
        *(Difference("not-asked", h.stage, old.called(h.stage), {"by": h.by_name}) for h in gone),
        *_order(past, steps),
        *_deadlines(past, old, new, calendar),
    ]
    return Comparison(past, tuple(_before(past, old)), steps, tuple(differences))


def groups(comparisons: Iterable[Comparison]) -> list[tuple[Difference, int]]:
    """The kinds of difference, each once, with how many cases have it; the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], Difference] = {}
    for comparison in comparisons:
        for key, difference in {(d.why, d.stage): d for d in comparison.differences}.items():
            counts[key] = counts.get(key, 0) + 1
            first.setdefault(key, difference)
    return sorted(((first[key], count) for key, count in counts.items()), key=lambda pair: -pair[1])


def _seats(stage: Stage) -> int:
    """How many would have sat at a stage, as far as its definition alone says it."""
    numbered = isinstance(stage.decide.quorum, int)
    return max(len(stage.wanted), stage.decide.needed(1) if numbered else 1)


def _before(past: Past, old: ChainDefinition) -> Iterator[Step]:
    last = past.last
    for stage in old.stages:
        if happened := last.get(stage.name):
            yield Step(stage.name, stage.title, "as-was", happened)
        elif past.stage == stage.name:
            yield Step(stage.name, stage.title, "ahead")
        else:
            yield Step(stage.name, stage.title, _left_out(past, stage))


def _by_data(stage: Stage, data: Mapping[str, Any]) -> StepState | None:
    """Whether a case's data alone take it past a stage. Raises BadCondition."""
    if not applies(stage, data):
        return "skipped"
    return "by-rule" if passes(stage, data) else None


def _left_out(past: Past, stage: Stage) -> StepState:
    try:
        if by_data := _by_data(stage, past.data):
            return by_data
    except BadCondition:
        return "unknown"
    return "unreached" if past.state in SETTLED else "ahead"


@dataclass(slots=True)
class _Telling:
    """The way of a case through another definition, told stage by stage."""

    past: Past
    new: ChainDefinition
    found: list[Difference] = field(default_factory=list[Difference])

    def steps(self) -> Iterator[Step]:
        last, decided, over = self.past.last, list[Decided](), False
        reached = self._reached(last)
        for place, stage in enumerate(self.new.stages):
            if over:
                yield Step(stage.name, stage.title, "unreached")
                continue
            try:
                if by_data := _by_data(stage, self.past.data):
                    yield Step(stage.name, stage.title, by_data)
                    continue
            except BadCondition as exc:
                self._note("unknown", stage, condition=stage.when, reason=str(exc.facts.get("why", "")))
                yield Step(stage.name, stage.title, "unknown")
                continue
            votes = last.get(stage.name)
            if votes is None:
                yield self._not_asked_then(stage, asked=place < reached)
                continue
            outcome = self._outcome(stage, votes, decided)
            yield Step(stage.name, stage.title, "as-was" if outcome else "again", votes)
            decided += [Decided(stage.name, v.by, v.kind == DecisionKind.RECUSE) for v in votes if v.by]
            over = outcome == DecisionKind.REJECT

    def _reached(self, last: Mapping[str, Any]) -> int:
        """How many stages of the other definition lie before the point that the case has reached."""
        if self.past.state == CaseState.APPROVED:
            return len(self.new.stages)
        names = [*last, *([self.past.stage] if self.past.stage else [])]
        return max((n for n, stage in enumerate(self.new.stages) if stage.name in names), default=0)

    def _not_asked_then(self, stage: Stage, *, asked: bool) -> Step:
        if asked:
            self._note("asked", stage)
            return Step(stage.name, stage.title, "asked")
        over = self.past.state in SETTLED
        return Step(stage.name, stage.title, "unreached" if over else "ahead")

    def _outcome(self, stage: Stage, votes: Sequence[Happened], decided: list[Decided]) -> str | None:
        """What a stage's decisions would have led to; None, and why noted, where they would not count."""
        before, outside = len(self.found), votes[-1].by is None
        if outside != stage.is_external:
            self._note("otherwise", stage, by=votes[-1].by_name)
        elif not outside:
            for vote in votes:
                self._weigh(stage, vote, decided)
        if len(self.found) > before:
            return None
        return votes[-1].kind if outside else self._together(stage, votes)

    def _weigh(self, stage: Stage, vote: Happened, decided: list[Decided]) -> None:
        """Note what would have stood against a decision."""
        acting = vote.capacity not in (None, Capacity.DEFINITIVE)
        if acting and vote.capacity not in stage.acting:
            self._note("acting", stage, by=vote.by_name, capacity=vote.capacity)
        interests = Interests(self.past.subject_id, self.past.requester_id, tuple(decided))
        if vote.kind != DecisionKind.RECUSE and vote.by in interests.barred_from(stage):
            self._note("conflict", stage, by=vote.by_name)
        missing = [code for code in stage.checklist if code not in vote.checklist]
        if vote.kind == DecisionKind.APPROVE and missing:
            self._note("checklist", stage, missing=[stage.checklist[code] for code in missing])

    def _together(self, stage: Stage, votes: Sequence[Happened]) -> str | None:
        """What the decisions of a stage come to by its rule, if nobody else had sat there."""
        cast = [Vote(DecisionKind(vote.kind), vote.part) for vote in votes]
        seats = max(_seats(stage), len(cast))
        found = standing(stage.decide, cast, seats - len(cast), closed=seats == len(cast))
        if found in (Standing.PENDING, Standing.SHORT):
            self._note("too-few", stage, had=len(cast), needed=seats)
            return None
        if (found == Standing.REJECT) != self._was_rejected_at(stage):
            self._note("outcome", stage, outcome=str(found))
        return str(found)

    def _was_rejected_at(self, stage: Stage) -> bool:
        last = [*self.past.last]
        return self.past.state == CaseState.REJECTED and bool(last) and last[-1] == stage.name

    def _note(self, why: Why, stage: Stage, **facts: Any) -> None:
        self.found.append(Difference(why, stage.name, stage.title, facts))


def _order(past: Past, steps: tuple[Step, ...]) -> Iterator[Difference]:
    """A difference at the first stage that would have come earlier than it did."""
    then = [name for name in past.last if any(s.stage == name and s.happened for s in steps)]
    now = [s.stage for s in steps if s.happened]
    for step, name in zip((s for s in steps if s.happened), then, strict=True):
        if step.stage != name:
            yield Difference("order", step.stage, step.title, {"then": then, "now": now})
            return


def _deadlines(
    past: Past, old: ChainDefinition, new: ChainDefinition, calendar: WorkCalendar
) -> Iterator[Difference]:
    stages = {stage.name: stage for stage in new.stages}
    was = {stage.name: stage for stage in old.stages}
    for happened in (vote for votes in past.last.values() for vote in votes):
        stage = stages.get(happened.stage)
        if stage is None or happened.asked_at is None or happened.stage not in was:
            continue
        due = _due(stage, happened.asked_at, calendar)
        due_then = _due(was[happened.stage], happened.asked_at, calendar)
        late, late_then = (
            due is not None and happened.at > due,
            due_then is not None and happened.at > due_then,
        )
        if late != late_then:
            facts = {
                "due": due,
                "due_then": due_then,
                "at": happened.at,
                "took": worked(calendar, happened.asked_at, happened.at),
                "by": _between(calendar, happened.at, (due if late else due_then) or happened.at),
            }
            yield Difference("late" if late else "in-time", stage.name, stage.title, facts)


def _due(stage: Stage, start: datetime, calendar: WorkCalendar) -> datetime | None:
    return after(calendar, start, stage.due) if stage.due else None


def _between(calendar: WorkCalendar, one: datetime, other: datetime) -> timedelta:
    return worked(calendar, min(one, other), max(one, other))
