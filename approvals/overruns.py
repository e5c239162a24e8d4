"""Which open tasks will miss their due date, as the office's own record foretells it.

A stage's durations are read by Kaplan and Meier's estimate, in which tasks that are still open count for as
long as they have lain: leaving them out would make slow stages look quick. A task that has lain for `age`
misses its due date with S(allowed) / S(age).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.analytics import seen_by
from approvals.directory import Directory
from approvals.durations import MEMORY
from approvals.measuring import DECISIONS, OPEN, Slice, Tables
from approvals.pace import FEWEST
from core import clock
from core.actor import Actor

MOST_DURATIONS = 5_000
"""Of each stage, the newest."""
MOST_TASKS = 5_000
"""Those due first are looked at."""

DUE = OPEN.replace("CAST(:until AS timestamptz) AS ended_at", "t.due_at AS ended_at").replace(
    "t.stage, t.state AS kind", "t.stage, t.case_id, c.reference, c.subject_name, t.queue, t.state AS kind"
)
"""What waits for people, from when it came before them to when it is due."""


@dataclass(frozen=True, slots=True)
class Survival:
    """The share of tasks that lie longer than a time: a falling step curve."""

    times: tuple[float, ...]
    shares: tuple[float, ...]
    observations: int

    @classmethod
    def of(cls, durations: Sequence[float], still_open: Sequence[float] = ()) -> "Survival":
        """Kaplan and Meier's estimate from what was decided, and the ages of what was not yet."""
        ends = sorted([(d, True) for d in durations] + [(age, False) for age in still_open])
        at_risk, share = len(ends), 1.0
        times: list[float] = []
        shares: list[float] = []
        for time, decided in ends:
            if decided:
                share *= 1 - 1 / at_risk
                times.append(time)
                shares.append(share)
            at_risk -= 1
        return cls(tuple(times), tuple(shares), len(durations))

    def beyond(self, time: float) -> float:
        """The share that lies longer than a time."""
        n = bisect_right(self.times, time)
        return self.shares[n - 1] if n else 1.0

    def overruns(self, age: float, allowed: float) -> float:
        """The probability that what has lain for `age` is not decided within `allowed` from its beginning.

        What has lain longer than anything on record will: there is nothing that would tell otherwise.
        """
        if allowed <= age:
            return 1.0
        lies = self.beyond(age)
        return self.beyond(allowed) / lies if lies > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Overrun:
    """An open task that is not late yet, and how likely it will be."""

    task_id: UUID
    case_id: UUID
    reference: str
    subject_name: str
    chain: str
    stage: str
    person_id: UUID | None
    queue: str | None
    due_at: datetime
    age: float
    probability: float


@dataclass(frozen=True, slots=True)
class Overruns:
    """What will be late, most likely first."""

    tasks: Sequence[Overrun]
    unmeasured: int
    """Of how many nothing can be said, for their stage has no record."""

    @property
    def expected(self) -> float:
        """How many will be late, on average."""
        return sum(task.probability for task in self.tasks)

    @property
    def by_stage(self) -> list[tuple[str, str, int, float]]:
        """Chain, stage, how many tasks, how many of them late on average; the most first."""
        counted: dict[tuple[str, str], list[float]] = defaultdict(list)
        for task in self.tasks:
            counted[task.chain, task.stage].append(task.probability)
        rows = [(*place, len(found), sum(found)) for place, found in counted.items()]
        return sorted(rows, key=lambda row: -row[3])


def overruns(session: Session, actor: Actor, slice: Slice, *, directory: Directory) -> Overruns:
    """The open tasks of a slice that are not late yet, and how likely each will be. Raises NotAllowed."""
    slice = replace(seen_by(actor, slice), until=clock.now(session))
    tables = Tables.of(session, directory, slice.until)
    due = tables.measure(
        session,
        DUE,
        slice,
        """SELECT id, case_id, reference, subject_name, chain, stage, decider_id, queue, due_at, calendar,
                  began, worked FROM measured WHERE due_at > :until ORDER BY due_at, id LIMIT :most""",
        most=MOST_TASKS,
    )
    curves = _curves(session, slice, tables) if due else {}
    now = slice.until.timestamp()
    found: list[Overrun] = []
    for row in due:
        age: float = max(0.0, tables.tables[int(row.calendar)].worked_until(now) - row.began)
        curve = curves.get((row.chain, row.stage))
        if curve:
            found.append(
                Overrun(
                    row.id,
                    row.case_id,
                    row.reference,
                    row.subject_name,
                    row.chain,
                    row.stage,
                    row.decider_id,
                    row.queue,
                    row.due_at,
                    age,
                    curve.overruns(age, row.worked),
                )
            )
    return Overruns(sorted(found, key=lambda t: (-t.probability, t.due_at)), len(due) - len(found))


def _curves(session: Session, slice: Slice, tables: Tables) -> dict[tuple[str, str], Survival]:
    """Each stage's durations, of everybody and all units: the slice tells what waits, not what was learnt."""
    memory = Slice(slice.until - MEMORY, slice.until, chain=slice.chain)
    newest = """
        SELECT chain, stage, worked FROM (
            SELECT chain, stage, worked,
                   row_number() OVER (PARTITION BY chain, stage ORDER BY began DESC) AS nth
            FROM measured
        ) newest WHERE nth <= :most"""
    decided: dict[tuple[str, str], list[float]] = defaultdict(list)
    lying: dict[tuple[str, str], list[float]] = defaultdict(list)
    for source, into in ((DECISIONS, decided), (OPEN, lying)):
        for row in tables.measure(session, source, memory, newest, most=MOST_DURATIONS):
            into[row.chain, row.stage].append(row.worked)
    return {
        key: Survival.of(durations, lying[key])
        for key, durations in decided.items()
        if len(durations) >= FEWEST
    }
