"""Forecasts against what can be reckoned by hand, and against histories whose truth is known."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from approvals.forecast import Forecast, forecast, middle_error, quantile, week_of, weeks_after
from approvals.pace import FEWEST, Pace, Seen
from approvals.simulation import Plan, Server, Step, live
from core.worktable import WorkTable
from core.worktime import WorkCalendar

MEDAN = ZoneInfo("Asia/Jakarta")
HOUR = 3600.0
CALENDAR = WorkCalendar(MEDAN, holidays=frozenset({date(2026, 3, 5)}))
TABLE = WorkTable(CALENDAR, date(2026, 1, 1), date(2027, 12, 31))
MONDAY = datetime(2026, 3, 2, 7, 30, tzinfo=MEDAN)
"""A week in which Thursday is free."""


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=MEDAN)  # type: ignore[misc]


def always(hours: float, **more: float) -> Pace:
    """A stage at which every decision takes as long."""
    sample = ((hours * HOUR,) * FEWEST,)
    return Pace("stage", 99 * HOUR, FEWEST, sample, sample, **more)  # type: ignore[arg-type]


def plan(
    routes: list[tuple[Step, ...]], paces: list[Pace], servers: list[Server], at: datetime = MONDAY
) -> Plan:
    starts_at = TABLE.worked_until(at.timestamp())
    return Plan(routes, paces, servers, TABLE, starts_at, week_of(at, MEDAN), weeks_after(TABLE, at, MEDAN))


def said(plan: Plan, runs: int = 60, seed: int = 1) -> Forecast:
    found = forecast(plan, runs=runs, seed=seed)
    assert found
    return found


def table(**other: Any) -> WorkTable:
    """Somebody's own working time."""
    return WorkTable(replace(CALENDAR, **other), date(2026, 1, 1), date(2027, 12, 31))


def hours(found: datetime) -> float:
    """Working hours since Monday morning."""
    return TABLE.between(MONDAY, found) / HOUR


ONE = (Step(0, ((0,),)),)


def test_one_approver_takes_cases_one_after_another_and_rests_on_the_holiday():
    found = said(plan([ONE] * 8, [always(3)], [Server(None)]))
    # 24 working hours from Monday 7.30: three days of 7.5 hours and, Thursday being free, 1.5 on Friday
    assert found.finish.low95 == found.finish.middle == found.finish.high95 == local(2026, 3, 6, 9)
    assert found.error == 0


def test_a_backlog_comes_first():
    found = said(plan([ONE], [always(3)], [Server(None, backlog=4)]))
    assert found.finish.middle == local(2026, 3, 3, 16)  # fifteen hours: the second day to its end


def test_two_of_a_queue_share_the_work():
    shared = (Step(0, ((0, 1),)),)
    found = said(plan([shared] * 6, [always(2)], [Server(None), Server(None)]))
    assert found.finish.middle == local(2026, 3, 2, 14, 30)
    assert [load[0].mean for load in found.loads] == [3, 3]


def test_an_approver_of_two_stages_has_one_pair_of_hands():
    both = (Step(0, ((0,),)), Step(1, ((0,),)))
    found = said(plan([both] * 2, [always(1), always(1)], [Server(None)]))
    assert found.finish.middle == local(2026, 3, 2, 11, 30)


def test_what_follows_in_a_pile_takes_its_own_time():
    pace = Pace("stage", HOUR, 40, ((4 * HOUR,) * 20,), ((0.5 * HOUR,) * 20,))
    found = said(plan([ONE] * 3, [pace], [Server(None)]))
    assert found.finish.middle == local(2026, 3, 2, 13, 30)


def test_a_panel_is_settled_by_as_many_as_it_needs():
    paces, servers = [always(1), always(1)], [Server(None), Server(None), Server(None)]
    busy = (Step(0, ((2,),)),)
    panel = (Step(1, ((0,), (1,), (2,)), need=2),)
    quick = said(plan([busy, busy, panel], paces, servers))
    all_of_them = said(plan([busy, busy, (replace(panel[0], need=3),)], paces, servers))
    assert quick.finish.middle == local(2026, 3, 2, 9, 30)
    assert all_of_them.finish.middle == local(2026, 3, 2, 10, 30)


def test_a_sequence_goes_from_one_to_the_next():
    step = (Step(0, ((0,), (1,)), "sequence"),)
    found = said(plan([step], [always(2)], [Server(None), Server(None)]))
    assert found.finish.middle == local(2026, 3, 2, 11, 30)


def test_leave_is_waited_for():
    leave = frozenset({date(2026, 3, 2), date(2026, 3, 3)})
    away = table(holidays=CALENDAR.holidays | leave)
    found = said(plan([ONE] * 2, [always(1)], [Server(None, own=away)]))
    assert found.finish.middle == local(2026, 3, 4, 9, 30)


def test_of_a_queue_whoever_is_there_takes_it():
    away = table(holidays=CALENDAR.holidays | {date(2026, 3, 2)})
    found = said(plan([(Step(0, ((0, 1),)),)] * 4, [always(1)], [Server(None, own=away), Server(None)]))
    assert found.finish.middle == local(2026, 3, 2, 11, 30)
    assert found.loads[0] == []


def test_somebody_who_works_when_the_office_rests_has_no_more_than_their_time():
    saturdays = {**CALENDAR.week, 5: CALENDAR.week[0]}
    own = table(week=saturdays)
    friday = local(2026, 3, 6, 13)
    # Friday 3.5 hours and Saturday 7.5 hold eleven cases of an hour; the twelfth waits for Monday
    found = said(plan([ONE] * 12, [always(1)], [Server(None, own=own)], friday))
    assert found.finish.middle == local(2026, 3, 9, 8, 30)


def test_where_nothing_is_measured_any_moment_within_the_promise_is_as_likely():
    pace = Pace("stage", 15 * HOUR)
    found = said(plan([ONE], [pace], [Server(None)]), runs=2_000)
    assert hours(found.finish.middle) == pytest.approx(7.5, abs=0.5)
    assert not found.paces[0].measured


def test_what_is_returned_waits_for_its_repair_and_comes_again():
    pace = always(1, returned=1.0, repair=((2 * HOUR,) * 10,))  # type: ignore[arg-type]
    (life,) = live(plan([ONE], [pace], [Server(None)]), 1, 1)
    assert life.returns == 5
    assert (life.settled[0] - TABLE.worked_until(MONDAY.timestamp())) / HOUR == 6 * 1 + 5 * 2


def test_what_is_rejected_does_not_go_on():
    route = (Step(0, ((0,),)), Step(1, ((1,),)))
    found = said(plan([route] * 3, [always(1, rejected=1.0), always(50)], [Server(None), Server(None)]))
    assert (found.rejected, found.finish.middle) == (3, local(2026, 3, 2, 10, 30))


def test_the_weeks_of_an_approver_add_up_to_the_work():
    found = said(plan([ONE] * 30, [always(2)], [Server(None)]))
    (load,) = found.loads
    # a week of four days has 15 cases of two hours, the last ends as the week does
    assert [(w.week, w.mean) for w in load] == [(date(2026, 3, 2), 15), (date(2026, 3, 9), 15)]
    assert [p.middle for p in found.progress] == [0.5, 1.0]


def test_the_same_seed_gives_the_same_forecast_and_another_a_different_one():
    rng = Random(3)
    sample = (tuple(rng.expovariate(1 / HOUR) for _ in range(50)),)
    varied = plan([ONE] * 20, [Pace("stage", HOUR, 50, sample, sample)], [Server(None)])
    assert said(varied, seed=5) == said(varied, seed=5)
    assert said(varied, seed=5).finish != said(varied, seed=6).finish


def test_more_runs_leave_a_smaller_error():
    rng = Random(3)
    sample = (tuple(rng.expovariate(1 / HOUR) for _ in range(50)),)
    varied = plan([ONE] * 20, [Pace("stage", HOUR, 50, sample, sample)], [Server(None)])
    assert said(varied, runs=1_600).error < said(varied, runs=100).error


def test_the_runs_are_bounded_by_the_work():
    assert plan([ONE] * 10, [always(1)], [Server(None)]).runs == 500
    assert plan([ONE * 4] * 2_000, [always(1)], [Server(None)]).runs == 250
    assert plan([ONE * 4] * 100_000, [always(1)], [Server(None)]).runs == 60


def test_quantiles_and_errors_are_those_of_the_books():
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
    assert middle_error([float(n) for n in range(1, 101)]) == pytest.approx(10, abs=0.5)
    assert week_of(datetime(2026, 3, 8, 20, tzinfo=UTC), MEDAN) == date(2026, 3, 9)


def history(rng: Random, cycles: int, cases: int) -> list[Seen]:
    """Cycles of an office whose approver is now quicker, now slower; what each decision took."""
    seen: list[Seen] = []
    for _ in range(cycles):
        cycle, mood = uuid4(), rng.lognormvariate(0, 0.35)
        seen += [Seen(rng.expovariate(1 / (HOUR * mood)), cycle, None, "following") for _ in range(cases)]
    return seen


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Of 200 synthetic offices with 8 past cycles each, about 160 see the next cycle end within the 80%
    interval and about 190 within the 95% one (fixed seed, bounds of about three standard errors)."""
    rng, within80, within95, offices, cases = Random(11), 0, 0, 200, 15
    for n in range(offices):
        pace = Pace.of("stage", HOUR, history(rng, cycles=8, cases=cases))
        found = said(plan([ONE] * cases, [pace], [Server(None)]), runs=200, seed=n)
        mood = rng.lognormvariate(0, 0.35)
        took = sum(rng.expovariate(1 / (HOUR * mood)) for _ in range(cases))
        truth = TABLE.at(TABLE.worked_until(MONDAY.timestamp()) + took)
        within80 += found.finish.low80 <= truth <= found.finish.high80
        within95 += found.finish.low95 <= truth <= found.finish.high95
    assert 0.72 <= within80 / offices <= 0.88
    assert 0.90 <= within95 / offices <= 0.995


def test_few_observations_are_no_measure():
    assert not Pace.of("stage", HOUR, [Seen(1.0, None, None, "first")] * (FEWEST - 1)).measured
    assert Pace.of("stage", HOUR, [Seen(1.0, None, None, "first")] * FEWEST).measured


def test_who_decided_often_has_a_pace_of_their_own():
    quick, slow = uuid4(), uuid4()
    seen = [Seen(HOUR, None, quick, "following")] * 30 + [Seen(9 * HOUR, None, slow, "following")] * 30
    seen += [Seen(5 * HOUR, None, uuid4(), "following")] * 5
    found = said(plan([ONE] * 3, [Pace.of("stage", HOUR, seen)], [Server(quick)]))
    assert found.finish.high95 == local(2026, 3, 2, 10, 30)


def test_progress_never_goes_back():
    rng = Random(3)
    sample = (tuple(rng.expovariate(1 / (9 * HOUR)) for _ in range(50)),)
    found = said(plan([ONE] * 30, [Pace("stage", HOUR, 50, sample, sample)], [Server(None)]))
    for before, after in pairwise(found.progress):
        assert before.middle <= after.middle
    assert found.progress[-1].high == 1
