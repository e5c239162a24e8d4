"""Working time of many spans at once, measured inside the database.

Each calendar's running totals (core.worktable) go in as arrays, an element a day; the working time between
two moments is then two look-ups and a subtraction, for hundreds of thousands of rows in one statement. Joined
as rows the planner sorts every span twice; not materialized, later sorts drag the arrays along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from approvals.directory import Directory
from core.worktable import WorkTable
from core.worktime import WorkCalendar

AHEAD = timedelta(days=60)
"""How far beyond the period moments can be measured, such as due dates."""

DECISIONS = """
    SELECT d.id, d.stage, d.kind, d.code, d.decider_id, d.decided_at, t.due_at, c.process_id, c.unit_id,
           v.chain, t.opened_at AS began_at, d.decided_at AS ended_at
    FROM decision d
    JOIN task t ON t.id = d.task_id
    JOIN "case" c ON c.id = d.case_id
    JOIN chain_version v ON v.id = c.chain_version_id
    WHERE d.decided_at >= :since AND d.decided_at < :until AND d.kind <> 'recuse'"""
"""What people decided, from when it came before them to their decision."""

ANSWERS = """
    SELECT a.id, a.stage, a.outcome AS kind, NULL AS code, NULL::uuid AS decider_id,
           a.recorded_at AS decided_at, NULL::timestamptz AS due_at, c.process_id, c.unit_id, v.chain,
           coalesce((SELECT max(t.ended_at) FROM task t
                     WHERE t.case_id = a.case_id AND t.round = a.round AND t.ended_at <= a.recorded_at),
                    CASE WHEN a.round = 1 THEN c.opened_at END) AS began_at,
           a.recorded_at AS ended_at
    FROM external_answer a
    JOIN "case" c ON c.id = a.case_id
    JOIN chain_version v ON v.id = c.chain_version_id
    WHERE a.recorded_at >= :since AND a.recorded_at < :until"""
"""What authorities outside answered, from when the case began to wait for them."""

REPAIRS = """
    SELECT d.id, d.stage, d.kind, d.code, d.decider_id, d.decided_at, NULL::timestamptz AS due_at,
           c.process_id, c.unit_id, v.chain, d.decided_at AS began_at,
           (SELECT min(again.opened_at) FROM task again
            WHERE again.case_id = d.case_id AND again.round = t.round + 1) AS ended_at
    FROM decision d
    JOIN task t ON t.id = d.task_id
    JOIN "case" c ON c.id = d.case_id
    JOIN chain_version v ON v.id = c.chain_version_id
    WHERE d.kind = 'return' AND d.decided_at >= :since AND d.decided_at < :until"""
"""What was sent back, until it came in again."""

OPEN = """
    SELECT t.id, t.stage, t.state AS kind, NULL AS code, t.assignee_id AS decider_id, t.due_at, c.process_id,
           c.unit_id, v.chain, t.opened_at AS began_at, CAST(:until AS timestamptz) AS ended_at
    FROM task t
    JOIN "case" c ON c.id = t.case_id
    JOIN chain_version v ON v.id = c.chain_version_id
    WHERE t.ended_at IS NULL AND t.opened_at < :until"""
"""What waits for people, from when it came before them to the period's end."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of the record: a period, and within it a chain, a process, units, a person."""

    since: datetime
    until: datetime
    chain: str | None = None
    process_id: UUID | None = None
    unit_ids: tuple[UUID, ...] | None = None
    """Of which units; None means all."""
    person_id: UUID | None = None
    """Whose decisions and tasks alone."""

    def narrowed(self, source: str) -> str:
        """A source of rows cut to this slice."""
        wanted = {
            "c.process_id = :process_id": self.process_id,
            "v.chain = :chain": self.chain,
            "c.unit_id = ANY(:unit_ids)": self.unit_ids,
        }
        owners = ("d.decider_id", "t.assignee_id")
        owner = next((column for column in owners if column in source), None)
        wanted[f"{owner} = :person_id" if owner else "false"] = self.person_id
        cuts = [cut for cut, value in wanted.items() if value is not None]
        return " AND ".join([source, *cuts])

    @property
    def params(self) -> dict[str, Any]:
        return {
            "since": self.since,
            "until": self.until,
            "chain": self.chain,
            "process_id": self.process_id,
            "unit_ids": list(self.unit_ids or ()),
            "person_id": self.person_id,
        }


@dataclass(frozen=True, slots=True)
class Tables:
    """The working time of every unit that has cases: which calendar it follows, and each calendar's table."""

    calendar_of: Mapping[UUID, int]
    tables: Sequence[WorkTable]

    @classmethod
    def of(cls, session: Session, directory: Directory, until: datetime) -> "Tables":
        """The calendars of all units with cases, from the first case to a moment."""
        found = session.execute(text('SELECT unit_id, min(opened_at) FROM "case" GROUP BY unit_id')).all()
        units = [row[0] for row in found]
        first = min([until, *(row[1] for row in found)])
        calendars: list[WorkCalendar] = []
        calendar_of: dict[UUID, int] = {}
        for unit, calendar in directory.calendars(units).items():
            if calendar not in calendars:
                calendars.append(calendar)
            calendar_of[unit] = calendars.index(calendar)
        # a day more at both ends: zones differ, and all tables must have the same days
        days = first.date() - timedelta(days=1), until.date() + AHEAD
        return cls(calendar_of, [WorkTable(c, *days) for c in calendars])

    def of_unit(self, unit_id: UUID) -> WorkTable:
        return self.tables[self.calendar_of[unit_id]]

    def measure(
        self, session: Session, source: str, slice: Slice, answer: str, **params: Any
    ) -> Sequence[Row[Any]]:
        """Ask about the spans of a source within a slice.

        `answer` is the rest of a statement that reads `measured`: the source's columns with `began` and
        `ended` (working seconds of the unit's calendar, which is `calendar`) and `worked` between them.
        """
        statement = text(f"{self._with(slice.narrowed(source))} {answer}")
        return session.execute(statement, {**slice.params, **self._params(), **params}).all()

    def _with(self, source: str) -> str:
        pieces = range(self._pieces)
        arrays = "".join(
            f", CAST(:o{n} AS float8[]) AS o{n}, CAST(:c{n} AS float8[]) AS c{n}" for n in pieces
        )

        def day(at: str) -> str:
            """A moment's day in the arrays; null where the tables do not reach."""
            on = f"({at} AT TIME ZONE unit.zone)::date"
            within = f"{on} BETWEEN :first_day AND :last_day"
            return f"CASE WHEN {within} THEN unit.offset_ + ({on} - CAST(:first_day AS date)) END"

        def total(day: str, second: str) -> str:
            spans = "".join(
                f" + greatest(0, least(table_.c{n}[{day}], {second}) - table_.o{n}[{day}])" for n in pieces
            )
            return f"table_.before[{day}]{spans}"

        return f"""
            WITH unit AS (
                SELECT * FROM unnest(CAST(:units AS uuid[]), CAST(:unit_calendars AS int[]),
                                     CAST(:unit_offsets AS int[]), CAST(:unit_zones AS text[]))
                         AS u(unit_id, calendar, offset_, zone)
            ), table_ AS MATERIALIZED (
                SELECT CAST(:befores AS float8[]) AS before{arrays}
            ), span AS MATERIALIZED (
                SELECT found.*, unit.calendar, {day("began_at")} AS began_on, {day("ended_at")} AS ended_on,
                       date_part('epoch', began_at) AS began_s, date_part('epoch', ended_at) AS ended_s
                FROM ({source}) found JOIN unit USING (unit_id)
            ), measured AS MATERIALIZED (
                SELECT placed.*, ended - began AS worked FROM (
                    SELECT span.*, {total("began_on", "began_s")} AS began,
                           {total("ended_on", "ended_s")} AS ended
                    FROM span CROSS JOIN table_
                    WHERE began_on IS NOT NULL AND ended_on IS NOT NULL
                ) placed
            )"""  # noqa: S608 - constants only

    @property
    def _pieces(self) -> int:
        """How many spans the fullest day of all calendars has."""
        return max((len(day.spans) for table in self.tables for day in table.days), default=1)

    def _params(self) -> dict[str, Any]:
        days = [day for table in self.tables for day in table.days]
        length = len(days) // len(self.tables) if self.tables else 0
        zones = [table.calendar.zone.key for table in self.tables]
        params: dict[str, Any] = {
            "units": list(self.calendar_of),
            "unit_calendars": list(self.calendar_of.values()),
            "unit_offsets": [n * length + 1 for n in self.calendar_of.values()],  # arrays count from 1
            "unit_zones": [zones[n] for n in self.calendar_of.values()],
            "first_day": days[0].on if days else None,
            "last_day": days[-1].on if days else None,
            "befores": [day.before for day in days],
        }
        for n in range(self._pieces):
            # a span that a day has not begins and ends at the beginning of time: nothing lies in it
            spans = [day.spans[n] if n < len(day.spans) else (0.0, 0.0) for day in days]
            params |= {f"o{n}": [span[0] for span in spans], f"c{n}": [span[1] for span in spans]}
        return params
