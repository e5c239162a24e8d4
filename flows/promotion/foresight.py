"""What a launch would meet on its way: posts nobody holds, people away, conflicts, loads by week, its end."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.definition import ChainDefinition
from approvals.durations import paces
from approvals.forecast import Forecast, WeekLoad, forecast
from approvals.staffing import HORIZON, Leave, Prospect, Share, Staffing, office_table, staff
from approvals.staffing import Gap as Found
from core.worktime import Duration
from flows.promotion.outside import STAGE
from personnel.directory import PersonnelDirectory, office_day

OUTSIDE_TAKES = Duration(10, "working day")
"""How long the agency's technical consideration is reckoned with; no source sets it."""
AWAY_SOON = timedelta(days=60)
"""Leave is named that begins within so many days, or before the cycle's end."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stage at which cases would find nobody, or somebody who is away or in conflict."""

    stage: dict[str, str]
    post: str
    holder: str
    cases: int
    leave: tuple[tuple[date, date], ...] = ()
    """When the holder is away, first and last day included."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many cases an approver, or a queue, would get at a stage."""

    stage: dict[str, str]
    approver: str
    cases: int
    among: int = 0
    """How many people it is offered to by name; there is no one approver then."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """An approver's decisions week by week, and the fullest of these weeks."""

    approver: str
    weeks: Sequence[WeekLoad]
    total: float
    peak: WeekLoad


@dataclass(frozen=True, slots=True)
class Ground:
    """What a stage's forecast stands on: so many decisions of the office, or an assumption."""

    stage: dict[str, str]
    measured: bool
    observations: int
    days: float
    """Assumed: within so many working days."""
    returned: float
    rejected: float


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What stands in a cohort's way, who would do how much, and when it would end."""

    vacant: Sequence[Gap]
    absent: Sequence[Gap]
    conflicts: Sequence[Gap]
    load: Sequence[Load]
    forecast: Forecast | None
    """None with nobody to decide about."""
    weekly: Sequence[Weekly]
    grounds: Sequence[Ground]

    @property
    def most_in_a_week(self) -> int:
        """The most decisions of anybody in any week, in 9 of 10 runs."""
        return max((week.p90 for row in self.weekly for week in row.weeks), default=0)


def foresee(
    session: Session, definition: ChainDefinition, prospects: Sequence[Prospect], now: datetime
) -> Foreseen:
    """Find everybody's deciders and live through the cohort; writes nothing."""
    directory = PersonnelDirectory(session)
    staffing = staff(definition, prospects, directory, now)
    today = office_day(now)
    leave = directory.leave(staffing.people, today, today + HORIZON)
    told = _foretold(session, definition, staffing, directory, leave=leave, now=now)
    end = max(today + AWAY_SOON, office_day(told.finish.high95)) if told else today
    names = _Names(directory, now)
    return Foreseen(
        vacant=[names.gap(gap) for gap in staffing.gaps if gap.kind == "vacant"],
        absent=names.absent(staffing, leave, end),
        conflicts=[names.gap(gap) for gap in staffing.gaps if gap.kind == "conflict"],
        load=[names.load(share) for share in staffing.shares],
        forecast=told,
        weekly=names.weekly(staffing, told) if told else [],
        grounds=_grounds(definition, told) if told else [],
    )


def _foretold(
    session: Session,
    definition: ChainDefinition,
    staffing: Staffing,
    directory: PersonnelDirectory,
    *,
    leave: Leave,
    now: datetime,
) -> Forecast | None:
    table = office_table(directory, staffing.unit_ids, now)
    if table is None:
        return None
    known = paces(session, definition, directory, table=table, now=now, assumed={STAGE: OUTSIDE_TAKES})
    plan = staffing.plan(session, directory, known, table=table, leave=leave, now=now)
    return forecast(plan)


def _grounds(definition: ChainDefinition, told: Forecast) -> list[Ground]:
    return [
        Ground(
            stage.title.model_dump(),
            pace.measured,
            pace.observations,
            pace.within / told.usual_day,
            pace.returned,
            pace.rejected,
        )
        for stage, pace in zip(definition.stages, told.paces, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Names:
    """Ids in words."""

    directory: PersonnelDirectory
    now: datetime

    def person(self, person_id: UUID | None) -> str:
        found = self.directory.people([person_id]).get(person_id) if person_id else None
        return found.name if found else ""

    def post(self, position_id: UUID | None) -> str:
        return self.directory.post(position_id, self.now).title if position_id else ""

    def gap(self, gap: Found) -> Gap:
        return Gap(
            gap.stage.title.model_dump(), self.post(gap.position_id), self.person(gap.person_id), gap.cases
        )

    def load(self, share: Share) -> Load:
        who = self.person(share.person_id) if share.person_id else share.queue or ""
        return Load(share.stage.title.model_dump(), who, share.cases, share.among)

    def absent(self, staffing: Staffing, leave: Leave, until: date) -> list[Gap]:
        """Those who are given cases by name and are away before the end."""
        away = {p: tuple(s for s in spans if s[0] <= until) for p, spans in leave.items()}
        return [
            Gap(
                share.stage.title.model_dump(),
                self.post(share.position_id),
                self.person(share.person_id),
                share.cases,
                away[share.person_id],
            )
            for share in staffing.shares
            if share.person_id and away.get(share.person_id)
        ]

    def weekly(self, staffing: Staffing, told: Forecast) -> list[Weekly]:
        """The weeks of everybody who would decide something, the most loaded first."""
        people = self.directory.people(staffing.people)
        loads: dict[UUID, Sequence[WeekLoad]] = defaultdict(list)
        loads.update(zip(staffing.people, told.loads, strict=True))
        rows = [
            Weekly(
                people[person].name if person in people else "",
                weeks,
                sum(week.mean for week in weeks),
                max(weeks, key=lambda week: (week.mean, week.p90)),
            )
            for person, weeks in loads.items()
            if weeks
        ]
        return sorted(rows, key=lambda row: -row.total)
