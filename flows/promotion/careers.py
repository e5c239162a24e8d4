"""The facts about one career that rules are asked over, without dates, which CEL does not take. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.promotion.rulebook import Kind, Rulebook
from personnel import ranks
from personnel.queries import CareerFacts


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules read (`values`), and for each language the words that their sentences use."""

    values: Mapping[str, Any]
    words: Mapping[str, Mapping[str, str]]

    def missing(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Which of these facts the record does not hold."""
        return tuple(name for name in names if self.values.get(name) in (None, ""))


LANGUAGES = ("id", "en")


def facts_of(career: CareerFacts, book: Rulebook, kind: Kind, on: date) -> Facts:
    """The facts about a career on the day that a promotion would take effect."""
    months = months_between(career.rank_since, on) if career.rank_since else 0
    year_1, year_2 = on.year - 1, on.year - 2
    ceiling = kind.ceiling.ranks.get(career.education or "")
    rank_to = ranks.next_rank(career.rank) if career.rank else None
    active = [m for m in career.discipline if m.starts_on <= on <= m.ends_on]
    good = book.predicates.good
    predicates = {year: career.predicates.get(year) for year in (year_1, year_2)}
    values: dict[str, Any] = {
        "status": career.status,
        "in_service": career.left_on is None or career.left_on > on,
        "rank": career.rank,
        "rank_to": rank_to,
        "rank_order": career.rank_order,
        "rank_since": _iso(career.rank_since),
        "months_in_rank": months,
        "years_in_rank": months // 12,
        "rest_of_months": months % 12,
        "year_1": year_1,
        "year_2": year_2,
        "predicate_1": predicates[year_1],
        "predicate_2": predicates[year_2],
        "good_years": sum(predicate in good for predicate in predicates.values()),
        "education": career.education,
        "ceiling": ceiling,
        "ceiling_order": ranks.order(ceiling) if ceiling else 0,
        "posts": sorted(career.positions),
        "discipline": sorted({m.level for m in active}),
        "documents": sorted(career.documents),
        "effective_on": on.isoformat(),
        "left_on": _iso(career.left_on),
    }
    return Facts(values, {language: _words(values, career, book, active, language) for language in LANGUAGES})


def months_between(start: date, end: date) -> int:
    """Whole months from one day to another; 0 when the end is not after the start."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return max(0, months)


def _words(
    values: Mapping[str, Any], career: CareerFacts, book: Rulebook, active: list[Any], language: str
) -> dict[str, str]:
    """The values as text, and the phrases that depend on more than one of them."""
    words = {name: _text(value) for name, value in values.items() if not isinstance(value, list)}
    for name in ("rank_since", "effective_on", "left_on"):
        words[name] = _day(values[name])
    leaving = career.left_on is not None
    words["leaving"] = book.said["leaving" if leaving else "serving"].said(language).format(**words)
    measures = [
        book.said["measure"]
        .said(language)
        .format(level=book.discipline[m.level].said(language), ends_on=f"{m.ends_on:%d-%m-%Y}")
        for m in active
    ]
    words["measures"] = "; ".join(measures) or book.said["no_measure"].said(language)
    held = [book.posts[kind].said(language) for kind in values["posts"] if kind in book.posts]
    words["held"] = ", ".join(held) or book.said["no_post"].said(language)
    return words


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(iso: str | None) -> str:
    return f"{date.fromisoformat(iso):%d-%m-%Y}" if iso else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)
