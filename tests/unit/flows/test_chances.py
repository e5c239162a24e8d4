"""When somebody may rise, reckoned without a database."""

from dataclasses import replace
from datetime import date
from typing import Any

from flows.promotion.chances import Outlook, foretell, months_from
from flows.promotion.models import Screening
from flows.promotion.rulebook import rulebook
from personnel.queries import Measure
from tests.unit.flows.test_rules import GOOD

TODAY = date(2026, 11, 10)


LONG = replace(GOOD, rank_since=date(2022, 10, 1))


def foretold(today: date = TODAY, **changes: Any) -> Outlook:
    return foretell(replace(LONG, **changes), rulebook(), today)


def test_who_meets_the_rules_may_rise_in_the_next_cycle_whose_files_can_still_be_sent_in():
    found = foretold()
    assert found.first == found.next
    assert found.next.effective_on == date(2026, 12, 1)
    assert (found.next.opens_on, found.next.closes_on) == (date(2026, 10, 16), date(2026, 11, 15))
    assert found.next.outcome is Screening.MEETS


def test_after_the_fifteenth_the_files_go_into_the_month_after_the_next():
    assert foretold(date(2026, 11, 15)).next.effective_on == date(2026, 12, 1)
    assert foretold(date(2026, 11, 16)).next.effective_on == date(2027, 1, 1)


def test_years_in_the_rank_are_waited_for_to_the_month():
    found = foretold(rank_since=date(2025, 10, 1))
    assert [f["rule"] for f in found.next.unmet] == ["years-in-rank"]
    assert found.first and found.first.effective_on == date(2029, 10, 1)
    assert found.first.unmet == []
    assert [m["id"] for m in found.first.missing] == [
        "predikat kinerja tahun 2028",
        "predikat kinerja tahun 2027",
    ]


def test_a_measure_is_waited_out():
    found = foretold(discipline=(Measure("moderate", date(2026, 6, 1), date(2027, 5, 31)),))
    assert [f["rule"] for f in found.next.unmet] == ["no-discipline"]
    assert found.first and found.first.effective_on == date(2027, 6, 1)


def test_where_time_does_not_help_no_day_is_named():
    never: tuple[dict[str, Any], ...] = (
        {"status": "PPPK"},
        {"education": "SD"},
        {"positions": frozenset({"structural"})},
    )
    for changes in never:
        found = foretold(**changes)
        assert found.next.unmet and found.first is None


def test_the_months_go_over_the_end_of_a_year():
    days = months_from(date(2026, 11, 30))
    assert [next(days), next(days)] == [date(2026, 12, 1), date(2027, 1, 1)]
