"""Forecasts of past cycles from only what was known when each began."""

from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from approvals.backtest import Backtest, backtest
from core.ids import new_id
from core.worktable import WorkTable
from core.worktime import WorkCalendar
from tests.integration.approvals.past import MEDAN, Past, at

CHAIN = """
chain: small
title: {id: Kecil, en: Small}
stages:
  - stage: unit-head
    candidates: {holder_of: head, unit: subject.unit}
    due: 3 working days
"""
FIRST = at(2023, 1, 2, 8)
TABLE = WorkTable(WorkCalendar(MEDAN), FIRST.date(), FIRST.date() + timedelta(days=1_500))
HOUR = 3600.0
pytestmark = pytest.mark.usefixtures("wired")


def cycles(session: Session, count: int, cases: int = 12) -> Past:
    """Every three weeks a cycle; its head takes about two hours a case, in some cycles more, in some less."""
    past, rng = Past.of(session, CHAIN), Random(5)
    past.at_once = True
    for n in range(count):
        past.process_id = new_id()
        opened = FIRST + timedelta(weeks=3 * n)
        mood, total = rng.lognormvariate(0, 0.3), TABLE.worked_until(opened.timestamp())
        for _ in range(cases):
            total += rng.expovariate(1 / (2 * HOUR * mood))
            ended = TABLE.at(total)
            case = past.case(opened, "approved", settled_at=ended)
            past.decided(opened, ended, case=case)
    past.write()
    return past


def tried(past: Past) -> Backtest:
    return backtest(past.session, "small", directory=past.office, leave={}, runs=100)


def test_the_intervals_hold_the_truth_about_as_often_as_they_say(session: Session):
    """Of 40 cycles those from the ninth on have a record of eight others and more (fixed seed; three standard
    errors of 32 trials are 0.21 and 0.12)."""
    found = tried(cycles(session, 40))
    later = Backtest(found.trials[8:])
    assert len(later.trials) == 32
    assert later.coverage80 == pytest.approx(0.8, abs=0.21)
    assert later.coverage95 == pytest.approx(0.95, abs=0.12)


def test_a_cycle_is_foretold_from_what_was_known_then(session: Session):
    first, second, third = tried(cycles(session, 3)).trials
    assert (first.measured, second.measured, third.measured) == (0, 0, 1)
    assert first.cases == 12
    assert first.began_at == FIRST
    assert first.foretold.low95 > first.began_at


def test_later_decisions_change_no_earlier_forecast(session: Session):
    past = cycles(session, 4)
    before = tried(past).trials[3].foretold
    past.at_once = False
    late: datetime = FIRST + timedelta(weeks=40)
    past.process_id = new_id()
    for _ in range(30):
        case = past.case(late, "approved", settled_at=late + timedelta(days=90))
        past.decided(late, late + timedelta(days=90), case=case)
    assert tried(past).trials[3].foretold == before


def test_a_cycle_under_way_is_no_trial(session: Session):
    past = cycles(session, 2)
    past.at_once = False
    past.process_id = new_id()
    past.case(FIRST + timedelta(weeks=9))
    assert len(tried(past).trials) == 2


def test_without_a_past_there_is_nothing_to_try(session: Session):
    found = backtest(session, "small", directory=Past.of(session, CHAIN).office, leave={})
    assert (found.trials, found.coverage80, found.coverage95) == ([], None, None)
