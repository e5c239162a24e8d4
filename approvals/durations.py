"""The office's own pace at each stage of a chain, from its decisions, answers and repairs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.measuring import ANSWERS, DECISIONS, REPAIRS, Slice, Tables
from approvals.models import Task
from approvals.pace import Pace, Seen
from core.worktable import WorkTable
from core.worktime import Duration, after

MEMORY = timedelta(days=730)
"""What lies further back says little of how the office works today."""
MOST_OBSERVATIONS = 2_000
"""Of each stage, the newest."""
ASSUMED = Duration(5, "working day")
"""How long a stage takes that has neither a record nor a due date; no source sets it."""

_SEEN = """
    , line AS (
        SELECT *, lag(ended) OVER onward AS previous,
               min(began) OVER (backward ROWS UNBOUNDED PRECEDING) AS lies_since
        FROM measured
        WINDOW onward AS (PARTITION BY decider_id, calendar ORDER BY ended, id),
               backward AS (PARTITION BY decider_id, calendar ORDER BY ended DESC, id DESC)
    )
    SELECT * FROM (
        SELECT stage, process_id, decider_id,
               ended - greatest(lies_since, coalesce(previous, lies_since)) AS seconds,
               lies_since <= previous AS following,
               row_number() OVER stage_newest AS nth,
               count(*) OVER (PARTITION BY stage) AS decisions,
               count(*) FILTER (WHERE kind = 'return') OVER (PARTITION BY stage) AS returned,
               count(*) FILTER (WHERE kind = 'reject') OVER (PARTITION BY stage) AS rejected
        FROM line WHERE chain = :of_chain
        WINDOW stage_newest AS (PARTITION BY stage ORDER BY decided_at DESC, id)
    ) newest WHERE nth <= :most"""
"""What each decision took its decider, counted from when they were through with the one before: the decider
was at work as long as anything lay there that they decided later."""
_SPANS = """
    SELECT * FROM (
        SELECT stage, process_id, worked AS seconds, kind,
               row_number() OVER (PARTITION BY stage ORDER BY decided_at DESC, id) AS nth,
               count(*) OVER (PARTITION BY stage) AS decisions,
               count(*) FILTER (WHERE kind = 'return') OVER (PARTITION BY stage) AS returned,
               count(*) FILTER (WHERE kind = 'reject') OVER (PARTITION BY stage) AS rejected
        FROM measured WHERE chain = :of_chain
    ) newest WHERE nth <= :most"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the record says of a chain's stages, by stage."""

    decisions: Mapping[str, Sequence[Row[Any]]]
    answers: Mapping[str, Sequence[Row[Any]]]
    repairs: Mapping[str, Sequence[Row[Any]]]

    @classmethod
    def of(cls, session: Session, directory: Directory, chain: str, now: datetime) -> "Measured":
        """Measure what was decided before a moment, and nothing after it."""
        tables = Tables.of(session, directory, now)
        if not tables.tables:
            return cls({}, {}, {})
        # people decide in several chains: their pace shows in all they do
        slice = Slice(now - MEMORY, now)
        params = {"of_chain": chain, "most": MOST_OBSERVATIONS}
        return cls(
            *(
                _by_stage(tables.measure(session, source, slice, answer, **params))
                for source, answer in ((DECISIONS, _SEEN), (ANSWERS, _SPANS), (REPAIRS, _SPANS))
            )
        )

    def pace(self, stage: str, within: float) -> Pace:
        """A stage's pace, where there is enough to say; else what is promised."""
        if answers := self.answers.get(stage):
            return _pace(stage, within, [_seen(row, "first") for row in answers], answers[0], ())
        rows = self.decisions.get(stage) or ()
        seen = [_seen(row, "following" if row.following else "first", row.decider_id) for row in rows]
        repairs = [_seen(row, "first") for row in self.repairs.get(stage) or ()]
        return _pace(stage, within, seen, rows[0] if rows else None, repairs)


def paces(
    session: Session,
    definition: ChainDefinition,
    directory: Directory,
    *,
    table: WorkTable,
    now: datetime,
    assumed: Mapping[str, Duration] | None = None,
) -> list[Pace]:
    """The pace of each stage of a chain as the office knows it at a moment.

    A stage with fewer than pace.FEWEST decisions is assumed: within its due date, or `assumed`, or ASSUMED.
    """
    measured = Measured.of(session, directory, definition.chain, now)
    return [
        measured.pace(
            stage.name, seconds_of(stage.due or (assumed or {}).get(stage.name, ASSUMED), table, now)
        )
        for stage in definition.stages
    ]


def seconds_of(length: Duration, table: WorkTable, now: datetime) -> float:
    """A length of time as working seconds from a moment on."""
    return table.between(now, after(table.calendar, now, length))


def in_hand(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many open tasks each of these people has by name."""
    found = select(Task.assignee_id, func.count()).where(
        Task.ended_at.is_(None), Task.assignee_id.in_(person_ids)
    )
    rows = session.execute(found.group_by(Task.assignee_id)).tuples()
    return {person: count for person, count in rows if person}


def _by_stage(rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    stages: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        stages[row.stage].append(row)
    return stages


def _seen(row: Row[Any], kind: Any, decider: UUID | None = None) -> Seen:
    return Seen(max(0.0, row.seconds), row.process_id, decider, kind)


def _pace(
    stage: str, within: float, seen: Sequence[Seen], counted: Row[Any] | None, repairs: Sequence[Seen]
) -> Pace:
    if counted is None:
        return Pace(stage, within)
    returned, rejected = counted.returned / counted.decisions, counted.rejected / counted.decisions
    return Pace.of(stage, within, seen, returned=returned, rejected=rejected, repair=repairs)
