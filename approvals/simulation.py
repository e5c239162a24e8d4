"""A cohort lived many times over before it is launched: who gets how much when, and when it ends. Pure.

Each run lets every case go its way through its stages; each approver takes what lies before them one by one,
at the pace of the office's own record, in their own working time; decisions return and reject as often as
they did. Time is counted in working seconds of the office's calendar since the launch. The same seed gives
the same answer.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from random import Random
from typing import Literal
from uuid import UUID

from approvals.pace import Pace, drawn_cycle
from core.worktable import WorkTable

RUNS = 500
FEWEST_RUNS = 60
WORK = 2_000_000
"""Visits of cases to stages that all runs together may make: a few seconds."""
MOST_ROUNDS = 5
"""A case that comes back more often than this goes on."""
MOST_BACKLOG = 300
"""Of what lies before an approver at the launch, so many are drawn one by one; the rest by their mean."""


@dataclass(frozen=True, slots=True)
class Server:
    """An approver, or one of a queue's: their own working time if it differs, and what waits already."""

    person_id: UUID | None
    backlog: int = 0
    own: WorkTable | None = None
    """Their working time without their leave; None where it is the office's."""


Seat = tuple[int, ...]
"""Who may take it: any one of these servers."""
How = Literal["together", "sequence", "outside"]


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on a case's way: its seats, asked together or one after another; or an authority outside."""

    stage: int
    seats: tuple[Seat, ...] = ()
    how: How = "together"
    need: int = 1
    """How many seats' decisions settle it."""
    restarts: bool = False
    """What is returned begins again at the first stage."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be lived through."""

    routes: Sequence[Sequence[Step]]
    paces: Sequence[Pace]
    servers: Sequence[Server]
    table: WorkTable
    starts_at: float
    """The launch, in working seconds of the table."""
    first_week: date
    """The Monday of the launch's week."""
    weeks: Sequence[float] = ()
    """Where the weeks after it begin, in working seconds of the table."""

    @property
    def runs(self) -> int:
        """As many runs as a few seconds allow."""
        visits = sum(len(route) for route in self.routes)
        return max(FEWEST_RUNS, min(RUNS, WORK // max(visits, 1)))


@dataclass(frozen=True, slots=True)
class Life:
    """One run: when each case was settled and how, and how many decisions each server made in each week."""

    settled: list[float]
    """In working seconds of the table, ascending."""
    rejected: int
    returns: int
    weekly: list[list[int]]


def live(plan: Plan, runs: int, seed: int) -> list[Life]:
    """Live through a plan so many times."""
    rng = Random(seed)  # noqa: S311 - a forecast keeps no secret
    return [_Run(plan, rng).live() for _ in range(runs)]


class _Run:
    """One life of the cohort."""

    def __init__(self, plan: Plan, rng: Random) -> None:
        self.plan = plan
        self.rng = rng
        # an approver who is idle is a little more or less long so: whoever is longest takes next of a queue
        self.free = [-1.0 - rng.random() for _ in plan.servers]
        self.done: list[list[float]] = [[] for _ in plan.servers]
        self.first = [drawn_cycle(pace.first or pace.following, rng) for pace in plan.paces]
        self.following = [drawn_cycle(pace.following or pace.first, rng) for pace in plan.paces]
        self.repair = [drawn_cycle(pace.repair, rng) for pace in plan.paces]
        self.owned: dict[tuple[int, int], tuple[Sequence[float], Sequence[float]]] = {}
        for k, pace in enumerate(plan.paces):
            for n, server in enumerate(plan.servers):
                if server.person_id and (own := pace.own.get(server.person_id)):
                    first, following = (drawn_cycle(samples, rng) for samples in own)
                    self.owned[k, n] = (first or following, following or first)
        self._work_off()

    def live(self) -> Life:
        plan, rng, routes = self.plan, self.rng, self.plan.routes
        heap = [(plan.starts_at, n) for n in range(len(routes))]
        place, rounds = [0] * len(routes), [0] * len(routes)
        settled: list[float] = []
        rejected = returns = 0
        while heap:
            at, n = heap[0]
            if place[n] >= len(routes[n]):
                heapq.heappop(heap)
                settled.append(at)
                continue
            step = routes[n][place[n]]
            end, pace = self._through(step, at), plan.paces[step.stage]
            chance = rng.random()
            if chance < pace.rejected:
                rejected += 1
                place[n] = len(routes[n])
            elif chance < pace.rejected + pace.returned and rounds[n] < MOST_ROUNDS:
                returns, rounds[n] = returns + 1, rounds[n] + 1
                repair = self.repair[step.stage]
                end += repair[int(rng.random() * len(repair))] if repair else pace.within
                place[n] = 0 if step.restarts else place[n]
            else:
                place[n] += 1
            heapq.heapreplace(heap, (end, n))
        return Life(settled, rejected, returns, [self._by_week(done) for done in self.done])

    def _through(self, step: Step, at: float) -> float:
        seats, k = step.seats, step.stage
        if step.how == "outside" or not seats:
            return at + self._length(k, self.first[k])
        if step.how == "sequence":
            for seat in seats:
                at = self._decide(seat, k, at)
            return at
        if len(seats) == 1:
            return self._decide(seats[0], k, at)
        return sorted(self._decide(seat, k, at) for seat in seats)[step.need - 1]

    def _decide(self, seat: Seat, k: int, at: float) -> float:
        """When a seat has decided: whoever of it is free first takes the case."""
        if not seat:
            return at + self._length(k, self.first[k])
        one = seat[0] if len(seat) == 1 else min(seat, key=self._readiness(at))
        return self._serve(one, k, at)

    def _serve(self, n: int, k: int, at: float) -> float:
        """When a server is through with a case that comes now: after what lay there before it."""
        own = self.plan.servers[n].own
        came = at if own is None else own.worked_until(self.plan.table.moment(at))
        free = self.free[n]
        if not self.plan.paces[k].measured:
            end = came + self._length(k, ())
        else:
            first, following = self.owned.get((k, n)) or (self.first[k], self.following[k])
            lies = free >= came
            sample = following if lies else first
            end = (free if lies else came) + sample[int(self.rng.random() * len(sample))]
            self.free[n] = end
        end = end if own is None else self._shared(own, end)
        self.done[n].append(end)
        return end

    def _length(self, k: int, sample: Sequence[float]) -> float:
        """A draw; where nothing is measured, any moment within the promise, whatever else lies there."""
        if sample:
            return sample[int(self.rng.random() * len(sample))]
        return self.rng.random() * self.plan.paces[k].within

    def _readiness(self, at: float) -> Callable[[int], float]:
        def ready(n: int) -> float:
            own = self.plan.servers[n].own
            if own is None:
                return self.free[n]
            came = own.worked_until(self.plan.table.moment(at))
            return self._shared(own, max(self.free[n], came) + 1.0)

        return ready

    def _shared(self, own: WorkTable, total: float) -> float:
        """A moment of a server's own time in the office's; strictly it may lie where the office rests."""
        return self.plan.table.worked_until(own.moment(total))

    def _work_off(self) -> None:
        """What waits for each approver at the launch comes first."""
        steps = {step for route in self.plan.routes for step in route}
        stage_of = {n: step.stage for step in steps for seat in step.seats for n in seat}
        for n, server in enumerate(self.plan.servers):
            k = stage_of.get(n)
            if not server.backlog or k is None or not self.plan.paces[k].measured:
                continue
            _, sample = self.owned.get((k, n)) or ((), self.following[k])
            drawn = self.rng.choices(sample, k=min(server.backlog, MOST_BACKLOG))
            start = self.plan.starts_at
            if server.own is not None:
                start = server.own.worked_until(self.plan.table.moment(start))
            self.free[n] = start + sum(drawn) * server.backlog / len(drawn)

    def _by_week(self, done: list[float]) -> list[int]:
        """How many in each week; nothing is said of the weeks after the last decision."""
        if not done:
            return []
        done.sort()
        weeks = self.plan.weeks[: bisect_left(self.plan.weeks, done[-1])]
        edges = [0, *(bisect_right(done, week) for week in weeks), len(done)]
        return [after - before for before, after in pairwise(edges)]
