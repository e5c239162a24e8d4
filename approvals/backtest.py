"""How good forecasts would have been: past cycles foretold from only what was known when each began."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.directory import Directory
from approvals.durations import paces
from approvals.forecast import Interval, forecast
from approvals.models import Case
from approvals.pace import Pace
from approvals.staffing import Leave, Prospect, office_table, staff

RUNS = 200


@dataclass(frozen=True, slots=True)
class Trial:
    """A past cycle: when it really ended, and between which moments it was foretold to."""

    process_id: UUID
    cases: int
    began_at: datetime
    ended_at: datetime
    foretold: Interval
    measured: int
    """How many of its stages had a record then; the others were assumed."""

    @property
    def within80(self) -> bool:
        return self.foretold.low80 <= self.ended_at <= self.foretold.high80

    @property
    def within95(self) -> bool:
        return self.foretold.low95 <= self.ended_at <= self.foretold.high95


@dataclass(frozen=True, slots=True)
class Backtest:
    """All past cycles, oldest first, and how often each interval held the truth."""

    trials: Sequence[Trial]

    @property
    def coverage80(self) -> float | None:
        return _share([trial.within80 for trial in self.trials])

    @property
    def coverage95(self) -> float | None:
        return _share([trial.within95 for trial in self.trials])


def backtest(
    session: Session, chain: str, *, directory: Directory, leave: Leave, runs: int = RUNS
) -> Backtest:
    """Foretell every cycle of a chain that is over, as on the day its first case opened.

    Decisions made later are not looked at, and posts are asked for as they were held then; roles, and what
    lay before people then, are not on record as of a day and stand as they are or are left out. `leave` is
    what is known today.
    """
    trials = (_trial(session, chain, found, directory, leave=leave, runs=runs) for found in _cycles(session))
    return Backtest([trial for trial in trials if trial])


def _cycles(session: Session) -> list[tuple[UUID, datetime, datetime]]:
    """Processes all of whose cases are settled: when the first opened and the last was settled."""
    ended = (
        select(Case.process_id, func.min(Case.opened_at), func.max(Case.settled_at))
        .group_by(Case.process_id)
        .having(func.count() == func.count(Case.settled_at))
        .order_by(func.min(Case.opened_at))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(ended)]


def _trial(
    session: Session,
    chain: str,
    found: tuple[UUID, datetime, datetime],
    directory: Directory,
    *,
    leave: Leave,
    runs: int,
) -> Trial | None:
    process_id, began_at, ended_at = found
    cases = session.scalars(select(Case).where(Case.process_id == process_id).order_by(Case.id)).all()
    definition = definition_by_id(session, cases[0].chain_version_id)
    table = office_table(directory, {case.unit_id for case in cases}, began_at)
    if definition.chain != chain or table is None:
        return None
    prospects = [Prospect(c.subject_id, c.unit_id, c.data, c.requester_id) for c in cases]
    staffing = staff(definition, prospects, directory, began_at)
    known: list[Pace] = paces(session, definition, directory, table=table, now=began_at)
    plan = staffing.plan(session, directory, known, table=table, leave=leave, now=began_at, backlogs=False)
    told = forecast(plan, runs=runs)
    if told is None:
        return None
    measured = sum(pace.measured for pace in known)
    return Trial(process_id, len(cases), began_at, ended_at, told.finish, measured)


def _share(held: Sequence[bool]) -> float | None:
    return sum(held) / len(held) if held else None
