"""What many lives of a cohort say together: when it ends, how sure that is, each approver's weeks. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor, sqrt
from zoneinfo import ZoneInfo

from approvals.pace import Pace
from approvals.simulation import Life, Plan, live
from core.worktable import WorkTable

SEED = 20_260_101
"""So that the same office and cohort get the same forecast again."""
WEEKS_AHEAD = 104


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which moments it lies in 80 and in 95 of 100 runs, and the middle one."""

    low95: datetime
    low80: datetime
    middle: datetime
    high80: datetime
    high95: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """By the end of a week: the share of the cases that is settled, in the middle and in 80 of 100 runs."""

    week: date
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """How many decisions somebody makes in a week: on average, and at most in 9 of 10 runs."""

    week: date
    mean: float
    p90: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a cohort would be through, and who would do how much by when."""

    cases: int
    runs: int
    finish: Interval
    error: float
    """Monte Carlo error: the middle is known to within so many working seconds (95 of 100)."""
    usual_day: float
    """Working seconds of a usual day, to say the error in days."""
    progress: Sequence[Progress]
    loads: Sequence[Sequence[WeekLoad]]
    """For each server of the plan, week by week."""
    rejected: float
    returns: float
    """On average of all runs: how many cases end so, and how often one is sent back."""
    paces: Sequence[Pace]


def forecast(plan: Plan, *, runs: int | None = None, seed: int = SEED) -> Forecast | None:
    """Live a plan many times and say what the lives have in common; None for a plan without cases."""
    if not plan.routes:
        return None
    lives = live(plan, runs or plan.runs, seed)
    finishes = sorted(life.settled[-1] for life in lives)
    return Forecast(
        cases=len(plan.routes),
        runs=len(lives),
        finish=Interval(*(plan.table.at(quantile(finishes, q)) for q in (0.025, 0.1, 0.5, 0.9, 0.975))),
        error=middle_error(finishes),
        usual_day=plan.table.usual_day,
        progress=_progress(plan, lives, quantile(finishes, 0.975)),
        loads=_loads(plan, lives),
        rejected=sum(life.rejected for life in lives) / len(lives),
        returns=sum(life.returns for life in lives) / len(lives),
        paces=plan.paces,
    )


def weeks_after(table: WorkTable, starts_at: datetime, zone: ZoneInfo) -> tuple[float, ...]:
    """Where the weeks after a launch begin, in working seconds of a table."""
    monday = week_of(starts_at, zone)
    firsts = (monday + timedelta(weeks=n) for n in range(1, WEEKS_AHEAD))
    moments = (datetime(on.year, on.month, on.day, tzinfo=zone).timestamp() for on in firsts)
    return tuple(table.worked_until(at) for at in moments)


def week_of(at: datetime, zone: ZoneInfo) -> date:
    """The Monday of a moment's week."""
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def quantile(ascending: Sequence[float], share: float) -> float:
    """Between which values of a sorted sample a share lies below (linear between neighbours, type 7)."""
    place = (len(ascending) - 1) * share
    low = floor(place)
    below, above = ascending[low], ascending[min(low + 1, len(ascending) - 1)]
    return below + (above - below) * (place - low)


def middle_error(ascending: Sequence[float]) -> float:
    """Half the 95% interval of a sample's median, by order statistics (binomial)."""
    n = len(ascending)
    wide = 1.96 * sqrt(n) / 2
    low, high = max(0, floor(n / 2 - wide)), min(n - 1, ceil(n / 2 + wide))
    return (ascending[high] - ascending[low]) / 2


def _progress(plan: Plan, lives: Sequence[Life], last: float) -> list[Progress]:
    monday, cases = plan.first_week, len(plan.routes)
    rows: list[Progress] = []
    for n, week in enumerate(plan.weeks):
        shares = sorted(bisect_right(life.settled, week) / cases for life in lives)
        middle = (quantile(shares, q) for q in (0.1, 0.5, 0.9))
        rows.append(Progress(monday + timedelta(weeks=n), *middle))
        if week >= last:
            break
    return rows


def _loads(plan: Plan, lives: Sequence[Life]) -> list[list[WeekLoad]]:
    monday = plan.first_week
    return [
        [
            _week_load(monday + timedelta(weeks=n), [w[n] if n < len(w) else 0 for w in weekly])
            for n in range(max(map(len, weekly)))
        ]
        for weekly in ([life.weekly[server] for life in lives] for server in range(len(plan.servers)))
    ]


def _week_load(week: date, counts: list[int]) -> WeekLoad:
    counts.sort()
    return WeekLoad(week, sum(counts) / len(counts), counts[ceil(0.9 * len(counts)) - 1])
