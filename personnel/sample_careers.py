"""Careers of people who do not exist: births, appointments, ranks, papers; each so that a rule finds its
case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from personnel import ranks

ENTRY = {"SLTA": "II/a", "D3": "II/c", "S1": "III/a", "S2": "III/b"}
CEILING = {"SLTA": "III/b", "D3": "III/c", "S1": "III/d", "S2": "IV/a"}
BAND = {
    "II.a": ("IV/c", "IV/d"),
    "II.b": ("IV/b", "IV/c"),
    "III.a": ("IV/a", "IV/b"),
    "III.b": ("III/d", "IV/a"),
    "IV.a": ("III/c", "III/d"),
}
"""Ranks of those who hold a post of an echelon (PP 13/2002)."""
PAPERS = ("sk-cpns", "sk-pns", "last-rank-decree", "diploma", "transcript", "skp-2-years")


class Fate(StrEnum):
    """What a regular promotion on the first of next month says of a person."""

    ELIGIBLE = "eligible"
    PAPERS_MISSING = "papers-missing"
    APPRAISAL_MISSING = "appraisal-missing"
    EXAM_MISSING = "exam-missing"
    POOR = "poor-performance"
    DISCIPLINED = "disciplined"
    AT_CEILING = "at-ceiling"
    TOO_SOON = "too-soon"


@dataclass
class Career:
    """What is known of one career."""

    education: str
    appointed_on: date
    born_on: date
    ranks: list[tuple[str, date]]
    """From the first to the present one, with their first days."""
    predicates: dict[int, str] = field(default_factory=dict[int, str])
    papers: dict[str, date | None] = field(default_factory=dict[str, date | None])
    discipline: list[tuple[str, date, date]] = field(default_factory=list[tuple[str, date, date]])


@dataclass(frozen=True)
class Moment:
    """The day the sample is made for, and what follows from it."""

    today: date

    @property
    def due(self) -> date:
        """The first of next month: the effective date that the sample is made for."""
        return first_of_month(self.today, 1)

    @property
    def years(self) -> list[int]:
        """Years that have been appraised; from November on this year too, for the cycles of January."""
        years = list(range(self.due.year - 3, self.due.year))
        return [*years, self.due.year] if self.today.month == 11 else years

    def old_enough(self) -> list[date]:
        """The last days on which a rank could begin that is four years old when it is due."""
        return self._slots(four_years_before(self.due), 3)

    def too_young(self) -> list[date]:
        """Days on which ranks began that are not four years old for half a year yet."""
        oldest = four_years_before(first_of_month(self.due, 6))
        return [slot for slot in self._slots(self.today, 7) if slot > oldest]

    def _slots(self, until: date, count: int) -> list[date]:
        """Ranks begin in April and October, as they did until there were more periods."""
        days = [date(year, month, 1) for year in range(until.year - 6, until.year + 1) for month in (4, 10)]
        return [day for day in days if day <= until][-count:]


def executive(rng: Random, education: str, fate: Fate, moment: Moment) -> Career:
    """The career of somebody whom regular promotion concerns, with this fate."""
    education = {"S1": "SLTA"}.get(education, education) if fate is Fate.EXAM_MISSING else education
    if fate is Fate.EXAM_MISSING:
        education = "SLTA" if education == "S2" else education
    since = rng.choice(moment.too_young() if fate is Fate.TOO_SOON else moment.old_enough())
    rank = _rank(rng, education, fate)
    career = _climb(rng, education, rank, since)
    _appraise(rng, career, fate, moment)
    _file(rng, career, fate)
    if fate is Fate.DISCIPLINED:
        begun = moment.due - timedelta(days=rng.randint(30, 150))
        career.discipline.append((rng.choice(("Ringan", "Sedang")), begun, begun + timedelta(days=365)))
    elif rng.random() < 0.01:
        begun = moment.today - timedelta(days=rng.randint(900, 1400))
        career.discipline.append(("Ringan", begun, begun + timedelta(days=180)))
    return career


def settled(rng: Random, education: str, band: Sequence[str], moment: Moment) -> Career:
    """The career of somebody in a structural or functional post, whose rank lies in a band."""
    lowest = max(ranks.order(band[0]), ranks.order(ENTRY[education]))
    rank = ranks.RANKS[rng.randint(lowest, max(lowest, ranks.order(band[-1]))) - 1]
    career = _climb(rng, education, rank, rng.choice(moment.too_young() + moment.old_enough()))
    _appraise(rng, career, Fate.ELIGIBLE, moment)
    _file(rng, career, Fate.ELIGIBLE)
    return career


def beginner(rng: Random, education: str, appointed_on: date) -> Career:
    """A CPNS in the first year."""
    career = _climb(rng, education, ENTRY[education], appointed_on)
    career.papers = {"sk-cpns": appointed_on, "diploma": None}
    return career


def contracted(rng: Random, education: str, appointed_on: date, moment: Moment) -> Career:
    """A PPPK, who has no rank."""
    career = Career(education, appointed_on, _birth(rng, appointed_on, education), [])
    career.predicates = {year: "Baik" for year in moment.years if year > appointed_on.year}
    return career


def four_years_before(day: date) -> date:
    return date(day.year - 4, day.month, day.day)


def first_of_month(day: date, months_on: int) -> date:
    """The first of the month so many months after a day's."""
    months = day.year * 12 + day.month - 1 + months_on
    return date(months // 12, months % 12 + 1, 1)


def _rank(rng: Random, education: str, fate: Fate) -> str:
    entry, ceiling = ranks.order(ENTRY[education]), ranks.order(CEILING[education])
    if fate is Fate.AT_CEILING:
        return CEILING[education]
    if fate is Fate.EXAM_MISSING:
        return "II/d"
    return ranks.RANKS[rng.randint(entry, ceiling - 1) - 1]


def _climb(rng: Random, education: str, rank: str, since: date) -> Career:
    """Every fourth year a rank, from the first one of this education to the present one."""
    steps = ranks.order(rank) - ranks.order(ENTRY[education])
    held = [(rank, since)]
    for _ in range(max(0, steps)):
        higher, its_day = held[0]
        held.insert(0, (ranks.RANKS[ranks.order(higher) - 2], four_years_before(its_day)))
    appointed_on = held[0][1]
    return Career(education, appointed_on, _birth(rng, appointed_on, education), held)


def _birth(rng: Random, appointed_on: date, education: str) -> date:
    youngest = {"SLTA": 19, "D3": 21, "S1": 22, "S2": 25}[education]
    return date(appointed_on.year - youngest - rng.randint(0, 4), rng.randint(1, 12), rng.randint(1, 28))


def _appraise(rng: Random, career: Career, fate: Fate, moment: Moment) -> None:
    years = [year for year in moment.years if year >= career.appointed_on.year]
    career.predicates = {year: "Sangat Baik" if rng.random() < 0.15 else "Baik" for year in years}
    last = moment.due.year - 1
    if fate is Fate.POOR:
        career.predicates[rng.choice((last, last - 1))] = rng.choice(("Butuh Perbaikan", "Kurang"))
        career.predicates[last] = "Butuh Perbaikan"
    elif fate is Fate.APPRAISAL_MISSING:
        del career.predicates[last]


def _file(rng: Random, career: Career, fate: Fate) -> None:
    rank, since = career.ranks[-1]
    career.papers = {
        "sk-cpns": career.appointed_on,
        "sk-pns": date(career.appointed_on.year + 1, career.appointed_on.month, 1),
        "last-rank-decree": since - timedelta(days=rng.randint(20, 60)),
        "diploma": None,
        "transcript": None,
        "skp-2-years": None,
    }
    if rank in ("II/d", "III/d") and fate is not Fate.EXAM_MISSING:
        career.papers["exam-certificate"] = since + timedelta(days=rng.randint(400, 900))
    if fate is Fate.PAPERS_MISSING:
        for paper in rng.sample(("sk-pns", "last-rank-decree", "diploma"), rng.choice((1, 1, 2))):
            del career.papers[paper]
