"""Which figures somebody asks for, and what they speak of in words: for a page or a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from approvals.analytics import newest_definitions, stage_titles
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.measuring import Slice
from approvals.titles import DEFAULT_REASONS, OUTSIDE_REASONS, VOTE_REASONS, Titles
from core.settings import settings
from flows.process import queries as processes
from personnel import queries as personnel
from web.formats import in_language
from web.typed import YEARS

PERIOD = timedelta(days=365)
MOST_PROCESSES = 100


class View(StrEnum):
    """The pages of figures."""

    TIMES = "times"
    REASONS = "reasons"
    FLOW = "flow"
    LOAD = "load"
    OVERRUNS = "overruns"


class Asked(BaseModel):
    """What the address says; what can't be read is left out."""

    chain: str = ""
    process: str = ""
    unit: str = ""
    since: str = ""
    until: str = ""
    by: Literal["stage", "process", "unit", "month"] = "stage"

    def days(self, today: date) -> tuple[date, date]:
        """The period's first and last day; the year that ends today when nothing else is said."""
        last = _day(self.until) or today
        first = _day(self.since) or last - PERIOD
        return min(first, last), last

    def slice(self, session: Session, now: datetime) -> Slice:
        """The part of the record that is meant; a unit means all below it too."""
        zone = settings().zone
        first, last = self.days(now.astimezone(zone).date())
        units = tuple(personnel.units_below(session, [self.unit])) if self.unit else None
        return Slice(
            datetime.combine(first, time(), zone),
            min(now, datetime.combine(last + timedelta(days=1), time(), zone)),
            chain=self.chain or None,
            process_id=_id(self.process),
            unit_ids=units,
        )


@dataclass(slots=True)
class Names:
    """Chains, stages, reasons, processes, units and people in words of one language."""

    session: Session
    directory: Directory
    language: str
    titles: Mapping[tuple[str, str], Titles] = field(init=False)
    definitions: Mapping[str, ChainDefinition] = field(init=False)
    processes: Mapping[str, str] = field(init=False)
    units: Sequence[personnel.UnitNode] = field(init=False)

    def __post_init__(self) -> None:
        self.titles = stage_titles(self.session)
        self.definitions = newest_definitions(self.session)
        found = processes.processes(self.session, limit=MOST_PROCESSES)
        self.processes = {str(process.id): process.title for process in found}
        self.units = personnel.unit_tree(self.session)

    @property
    def chains(self) -> dict[str, str]:
        return {chain: self.chain(chain) for chain, stage in self.titles if not stage}

    def chain(self, chain: str) -> str:
        return in_language(self.titles.get((chain, "")), self.language) or chain

    def stage(self, chain: str, stage: str) -> str:
        return in_language(self.titles.get((chain, stage)), self.language) or stage

    def reason(self, chain: str, kind: str, code: str) -> str:
        """A coded reason as its chain calls it now."""
        definition = self.definitions.get(chain)
        known = [definition.reasons_for(kind, s.name) for s in definition.stages] if definition else []
        known += [DEFAULT_REASONS.get(kind, {}), OUTSIDE_REASONS.get(kind, {}), VOTE_REASONS]
        return next((in_language(r[code], self.language) for r in known if code in r), code or "–")

    def group(self, group: str) -> str:
        """A process, unit or month, whichever it is."""
        units = {str(unit.id): unit.name for unit in self.units}
        return self.processes.get(group) or units.get(group) or group

    def people(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        return {id_: person.name for id_, person in self.directory.people(ids).items()}


def _day(said: str) -> date | None:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None
