"""When somebody may rise, by what is stored about them today: the rules asked for months to come. Pure but
for the one reading of the career.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from flows.promotion.careers import Facts, facts_of
from flows.promotion.explaining import Explained, Text, explain, missing
from flows.promotion.models import Screening
from flows.promotion.params import PromotionParams
from flows.promotion.rulebook import Rulebook, rulebook
from flows.promotion.rules import NOT_MET, Screened, screen
from personnel.queries import CareerFacts, career_facts

MONTHS_AHEAD = 96
"""So far the months are looked at: twice the years in a rank."""
KIND = PromotionParams.model_fields["kind"].default


@dataclass(frozen=True, slots=True)
class Chance:
    """A day on which a promotion could take effect, when its files are sent in, and what the rules say."""

    effective_on: date
    opens_on: date
    closes_on: date
    outcome: Screening
    findings: Sequence[Explained]

    @property
    def unmet(self) -> list[Explained]:
        return [finding for finding in self.findings if finding["met"] == NOT_MET]

    @property
    def missing(self) -> list[Text]:
        return missing(self.findings)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The next day that files can still be sent in for, and the first one that no rule forbids."""

    next: Chance
    first: Chance | None
    """None where time alone does not help, as far as the months are looked at."""


def outlook(session: Session, employee_id: UUID, today: date) -> Outlook:
    """What somebody may expect of regular promotion, by the present rules and what is stored today."""
    career = career_facts(session, [employee_id], on=today)[employee_id]
    return foretell(career, rulebook(), today)


def foretell(career: CareerFacts, book: Rulebook, today: date) -> Outlook:
    """The same for a career that was read: appraisals and posts are taken to stay as they are."""
    days = [day for day in months_from(today) if book.window.closes.before(day) >= today]
    facts, found = _screened(career, book, days[0])
    coming = _chance(book, days[0], facts, found)
    if found.outcome is not Screening.FAILS:
        return Outlook(coming, coming)
    failed = {finding["rule"] for finding in coming.unmet}
    for day in days[1:]:
        if _still_fails(career, book, day, failed):
            continue
        facts, found = _screened(career, book, day)
        if found.outcome is not Screening.FAILS:
            return Outlook(coming, _chance(book, day, facts, found))
    return Outlook(coming, None)


def months_from(today: date) -> Iterator[date]:
    """The first days of the months after a day."""
    start = today.year * 12 + today.month
    for month in range(start, start + MONTHS_AHEAD):
        yield date(month // 12, month % 12 + 1, 1)


def _screened(career: CareerFacts, book: Rulebook, on: date) -> tuple[Facts, Screened]:
    facts = facts_of(career, book, book.kinds[KIND], on)
    return facts, screen(facts, book.rules_on(KIND, on))


def _still_fails(career: CareerFacts, book: Rulebook, on: date, failed: set[str]) -> bool:
    """Whether one of the rules that failed fails still; the others are asked when none does."""
    rules = [rule for rule in book.rules_on(KIND, on) if rule.name in failed]
    return screen(facts_of(career, book, book.kinds[KIND], on), rules).outcome is Screening.FAILS


def _chance(book: Rulebook, on: date, facts: Facts, found: Screened) -> Chance:
    window = book.window
    explained = explain(found.plain, facts, book)
    return Chance(on, window.opens.before(on), window.closes.before(on), found.outcome, explained)
