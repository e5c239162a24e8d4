"""The facts about one career that rules are asked over, without dates, which CEL does not take. Pure."""

from datetime import date
from typing import Any

from flows.promotion.rulebook import Kind, Rulebook
from personnel import ranks
from personnel.queries import CareerFacts

Facts = dict[str, Any]
"""Texts, numbers, lists; None where the record does not say. Stored with the candidate as they were."""


def facts_of(career: CareerFacts, book: Rulebook, kind: Kind, on: date) -> Facts:
    """The facts about a career on the day that a promotion would take effect.

    The last two years of performance are those that were over when the files for that day closed: a cycle of
    January can't know the year that has just ended.
    """
    months = months_between(career.rank_since, on) if career.rank_since else 0
    year_1 = book.window.closes.before(on).year - 1
    year_2 = year_1 - 1
    predicate_1, predicate_2 = career.predicates.get(year_1), career.predicates.get(year_2)
    ceiling = kind.ceiling.ranks.get(career.education or "")
    active = [m for m in career.discipline if m.starts_on <= on <= m.ends_on]
    return {
        "status": career.status,
        "in_service": career.left_on is None or career.left_on > on,
        "rank": career.rank,
        "rank_to": ranks.next_rank(career.rank) if career.rank else None,
        "rank_order": career.rank_order,
        "rank_since": _iso(career.rank_since),
        "months_in_rank": months,
        "years_in_rank": months // 12,
        "rest_of_months": months % 12,
        "year_1": year_1,
        "year_2": year_2,
        "predicate_1": predicate_1,
        "predicate_2": predicate_2,
        "good_years": (predicate_1 in book.predicates.good) + (predicate_2 in book.predicates.good),
        "education": career.education,
        "ceiling": ceiling,
        "ceiling_order": ranks.order(ceiling) if ceiling else 0,
        "posts": sorted(career.positions),
        "discipline": sorted({m.level for m in active}),
        "measures": [{"level": m.level, "ends_on": m.ends_on.isoformat()} for m in active],
        "documents": sorted(career.documents),
        "effective_on": on.isoformat(),
        "left_on": _iso(career.left_on),
    }


def months_between(start: date, end: date) -> int:
    """Whole months from one day to another; 0 when the end is not after the start."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return max(0, months)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
