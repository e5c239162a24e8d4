"""How long a stage takes: as the office's own decisions show it, or as its chain promises. Pure.

What the clock shows of an approver is reaction and handling mixed. They are told apart by whether work was
waiting when the decision before was made (effective process time: from the later of arrival and the last
departure to this departure): `first` is how long the first of a pile waits for attention, `following` how
long each next one of the pile takes. So a load that was never seen can be reckoned from loads that were.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal
from uuid import UUID

FEWEST = 20
"""Decisions at a stage below which its pace counts as not measured."""
FEWEST_OWN = 20
"""Decisions of one approver below which the stage's pace is taken for theirs."""
FEWEST_OF_CYCLE = 10
"""Decisions of one cycle below which it is pooled with other small ones."""
RESAMPLED = 400
"""Beyond so many observations the sample is taken for the truth; below, each run draws a sample anew."""

Samples = tuple[tuple[float, ...], ...]
"""Working seconds, apart for each cycle: what one cycle was like, the next may be again as a whole."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One decision as it was measured."""

    seconds: float
    cycle: UUID | None
    decider: UUID | None
    kind: Literal["first", "following"]


@dataclass(frozen=True, slots=True)
class Pace:
    """How a stage goes, in working seconds; without samples it is assumed, not measured."""

    stage: str
    within: float
    """How long it may take, as the chain promises: what is assumed where nothing is measured."""
    observations: int = 0
    first: Samples = ()
    following: Samples = ()
    own: Mapping[UUID, tuple[Samples, Samples]] = field(default_factory=dict[UUID, tuple[Samples, Samples]])
    """First and following of those who decided often enough to have a pace of their own."""
    returned: float = 0.0
    rejected: float = 0.0
    """Shares of its decisions."""
    repair: Samples = ()
    """From a return to the resubmission."""

    @property
    def measured(self) -> bool:
        return bool(self.first or self.following)

    @classmethod
    def of(
        cls,
        stage: str,
        within: float,
        seen: Sequence[Seen],
        *,
        returned: float = 0.0,
        rejected: float = 0.0,
        repair: Sequence[Seen] = (),
    ) -> "Pace":
        """What observations say; with fewer than FEWEST of them the stage's promise stands."""
        if len(seen) < FEWEST:
            return cls(stage, within, len(seen))
        return cls(
            stage,
            within,
            len(seen),
            _by_cycle(s for s in seen if s.kind == "first"),
            _by_cycle(s for s in seen if s.kind == "following"),
            _own(seen),
            returned,
            rejected,
            _by_cycle(repair),
        )


def _by_cycle(seen: Iterable[Seen]) -> Samples:
    cycles: dict[UUID | None, list[float]] = defaultdict(list)
    for one in seen:
        cycles[one.cycle].append(one.seconds)
    small = [s for found in cycles.values() if len(found) < FEWEST_OF_CYCLE for s in found]
    large = [tuple(found) for found in cycles.values() if len(found) >= FEWEST_OF_CYCLE]
    return (*large, tuple(small)) if small else tuple(large)


def _own(seen: Iterable[Seen]) -> dict[UUID, tuple[Samples, Samples]]:
    by_decider: dict[UUID, list[Seen]] = defaultdict(list)
    for one in seen:
        if one.decider:
            by_decider[one.decider].append(one)
    return {
        decider: (
            _by_cycle(s for s in found if s.kind == "first"),
            _by_cycle(s for s in found if s.kind == "following"),
        )
        for decider, found in by_decider.items()
        if len(found) >= FEWEST_OWN
    }


def resampled(sample: Sequence[float], rng: Random) -> Sequence[float]:
    """A sample as it might have come out: few observations leave more open than many."""
    return sample if len(sample) > RESAMPLED else rng.choices(sample, k=len(sample))


def drawn_cycle(samples: Samples, rng: Random) -> Sequence[float]:
    """The sample of one past cycle, each as likely as the others, resampled; empty where there is none."""
    return resampled(rng.choice(samples), rng) if samples else ()
