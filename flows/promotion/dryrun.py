"""What a cycle would do, without doing it: who meets the rules, who approves, what is in the way."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.chains import current, definition_of
from approvals.definition import ChainDefinition, parse
from approvals.errors import NoSuchChain
from approvals.staffing import Prospect
from core import clock
from core.worktime import WorkCalendar, after
from flows.promotion.cohort import Cohort
from flows.promotion.explaining import Explained, Text, explain, missing
from flows.promotion.foresight import OUTSIDE_TAKES, Foreseen, foresee
from flows.promotion.models import Screening
from flows.promotion.params import PromotionParams
from flows.promotion.pinned import CHAIN, CHAIN_FILE
from flows.promotion.rulebook import Rulebook, rulebook
from flows.promotion.rules import NOT_MET
from flows.promotion.screening import ScreenedCareer, Screener, case_data
from personnel.directory import PersonnelDirectory, office_day


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as the dry run shows one; `why` says what is in the way, by language."""

    employee_id: UUID
    nip: str
    name: str
    unit_name: str
    rank_from: str | None
    rank_to: str | None
    why: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FailingRule:
    """A rule that somebody does not meet, and what was found about each."""

    rule: str
    title: dict[str, str]
    needed: dict[str, str]
    reference: dict[str, str]
    sure: str
    people: Sequence[Somebody]


@dataclass(frozen=True, slots=True)
class FileWindow:
    """When the files of this cycle are sent in, and whether that is now."""

    opens: date
    closes: date
    inside: bool
    reference: dict[str, str]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a launch with these parameters would do today."""

    params: PromotionParams
    people: int
    eligible: Sequence[Somebody]
    incomplete: Sequence[Somebody]
    failing: Sequence[FailingRule]
    ahead: Foreseen
    """What it would meet on its way, who would do how much, and when it would end."""
    finish: datetime | None
    """When the last approval is due, if everybody takes the time they have; None with nobody eligible."""
    window: FileWindow

    @property
    def not_eligible(self) -> int:
        """How many fail a rule; somebody who fails several counts once."""
        return self.people - len(self.eligible) - len(self.incomplete)


def dry_run(session: Session, params: PromotionParams) -> DryRun:
    """Screen everybody and look for their approvers, writing nothing."""
    now = clock.now(session)
    people = Cohort.of(session, params, office_day(now)).people(session)
    book = rulebook()
    screened = sorted(Screener(params, book).screen(session, people), key=_by_unit_and_name)
    eligible = [one for one in screened if one[2].outcome is Screening.MEETS]
    definition = _definition(session, now)
    calendars = PersonnelDirectory(session).calendars({one[0].unit_id for one in eligible})
    return DryRun(
        params=params,
        people=len(screened),
        eligible=[_somebody(one) for one in eligible],
        incomplete=[
            _somebody(one, missing(explain(one[2].plain, one[1], book)))
            for one in screened
            if one[2].outcome is Screening.INCOMPLETE
        ],
        failing=_failing(screened, book),
        ahead=foresee(session, definition, [_prospect(params, one) for one in eligible], now),
        finish=max((_finish(definition, c, now) for c in calendars.values()), default=None),
        window=file_window(params.effective_on, office_day(now)),
    )


def _definition(session: Session, now: datetime) -> ChainDefinition:
    try:
        newest = current(session, CHAIN, now)
    except NoSuchChain:
        return parse(CHAIN_FILE.read_text())
    return definition_of(newest) if newest.published_by else parse(CHAIN_FILE.read_text())


def _somebody(one: ScreenedCareer, why: Sequence[Text] = ()) -> Somebody:
    career, facts, _ = one
    return Somebody(
        career.id, career.nip, career.name, career.unit_name, career.rank, facts["rank_to"], tuple(why)
    )


def _prospect(params: PromotionParams, one: ScreenedCareer) -> Prospect:
    career, facts, _ = one
    data = case_data(params, facts, nip=career.nip, unit_name=career.unit_name)
    return Prospect(career.id, career.unit_id, data)


def _by_unit_and_name(one: ScreenedCareer) -> tuple[str, str]:
    return one[0].unit_name, one[0].name


def _failing(screened: Sequence[ScreenedCareer], book: Rulebook) -> list[FailingRule]:
    """The rules that were not met, the most frequent first."""
    by_rule: dict[str, list[tuple[ScreenedCareer, Explained]]] = defaultdict(list)
    for one in screened:
        if one[2].outcome is Screening.FAILS:
            for finding in explain(one[2].plain, one[1], book):
                if finding["met"] == NOT_MET:
                    by_rule[finding["rule"]].append((one, finding))
    rules = [
        FailingRule(
            rule,
            found[0][1]["title"],
            found[0][1]["needed"],
            found[0][1]["reference"],
            found[0][1]["sure"],
            [_somebody(one, [finding["found"]]) for one, finding in found],
        )
        for rule, found in by_rule.items()
    ]
    return sorted(rules, key=lambda rule: -len(rule.people))


def _finish(definition: ChainDefinition, calendar: WorkCalendar, now: datetime) -> datetime:
    at = now
    for stage in definition.stages:
        length = OUTSIDE_TAKES if stage.is_external else stage.due
        at = after(calendar, at, length) if length else at
    return at


def file_window(effective_on: date, today: date) -> FileWindow:
    """When files for a promotion of that day are sent in, and whether that is now."""
    window = rulebook().window
    opens, closes = window.opens.before(effective_on), window.closes.before(effective_on)
    return FileWindow(opens, closes, opens <= today <= closes, window.reference.model_dump())
