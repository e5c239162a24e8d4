"""How the office decided: the time at each stage, and the reasons of what was sent back or rejected.

Times are working time in the calendar of the case's unit. Whoever is no overseer sees their own figures
alone; how quickly single people decide is for HR and administrators: for the others, figures of fewer than
FEWEST_PEOPLE deciders are withheld.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from approvals.access import READERS
from approvals.chains import definition_of
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.measuring import ANSWERS, DECISIONS, Slice, Tables
from approvals.models import ChainVersion
from approvals.titles import Titles
from core.actor import Actor, Role
from core.errors import NotAllowed
from core.settings import settings

FEWEST_PEOPLE = 3
By = Literal["stage", "process", "unit", "month"]


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long a stage takes, in working seconds; `None` where it would tell of single people."""

    chain: str
    stage: str
    group: str
    """The process, unit or month, where it is asked apart; else empty."""
    decisions: int
    p50: float | None
    p80: float | None
    p95: float | None
    returned: int
    rejected: int
    due: int
    late: int
    """Of those that had a due date (`due`), how many were decided after it."""


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How often a reason was given for a return or a rejection."""

    chain: str
    stage: str
    """Empty where it would tell of single people."""
    kind: str
    code: str
    count: int


def seen_by(actor: Actor, slice: Slice) -> Slice:
    """The part of a slice that somebody may see: overseers all, others their own. Raises NotAllowed."""
    if actor.has(Role.HR, Role.ADMIN):
        return slice
    if slice.person_id not in (None, actor.person_id):
        raise NotAllowed
    if actor.has(*READERS):
        return slice
    if actor.person_id is None:
        raise NotAllowed
    return replace(slice, person_id=actor.person_id)


def stage_times(
    session: Session, actor: Actor, slice: Slice, *, directory: Directory, by: By = "stage"
) -> list[StageTime]:
    """Within which time half, four fifths and nineteen of twenty decisions of each stage were made.

    With how many were returned, rejected and late; in the order of the chains. Raises NotAllowed.
    """
    slice, tables = seen_by(actor, slice), Tables.of(session, directory, slice.until)
    group = {
        "stage": "''",
        "process": "process_id::text",
        "unit": "unit_id::text",
        "month": "to_char(decided_at AT TIME ZONE :zone, 'YYYY-MM')",
    }[by]
    answer = f"""
        SELECT chain, stage, {group} AS grouped, count(*) AS decisions,
               percentile_cont(ARRAY[0.5, 0.8, 0.95]) WITHIN GROUP (ORDER BY worked) AS within,
               count(*) FILTER (WHERE kind = 'return') AS returned,
               count(*) FILTER (WHERE kind = 'reject') AS rejected,
               count(due_at) AS due, count(*) FILTER (WHERE decided_at > due_at) AS late,
               count(DISTINCT decider_id) AS deciders
        FROM measured GROUP BY chain, stage, grouped"""  # noqa: S608 - constants only
    sources = (DECISIONS,) if slice.person_id else (DECISIONS, ANSWERS)
    zone = settings().office.zone
    rows = [row for s in sources for row in tables.measure(session, s, slice, answer, zone=zone)]
    times = [_time(row, hidden=tells_of_people(actor, slice, row.deciders)) for row in rows]
    order = stage_order(session)
    return sorted(times, key=lambda t: (order.get((t.chain, t.stage), (t.chain, 99)), t.group))


def reasons(session: Session, actor: Actor, slice: Slice) -> list[ReasonCount]:
    """The coded reasons of returns and rejections, the most frequent first. Raises NotAllowed."""
    slice = seen_by(actor, slice)
    statement = f"""
        SELECT chain, stage, kind, coalesce(code, '') AS code, count(*) AS times,
               count(DISTINCT decider_id) AS deciders
        FROM ({slice.narrowed(DECISIONS)} AND d.kind IN ('return', 'reject')) decided
        GROUP BY chain, stage, kind, code"""  # noqa: S608 - constants only
    counted: dict[tuple[str, str, str, str], int] = {}
    for row in session.execute(text(statement), slice.params):
        stage = "" if tells_of_people(actor, slice, row.deciders) else row.stage
        key = (row.chain, stage, row.kind, row.code)
        counted[key] = counted.get(key, 0) + row.times
    found = [ReasonCount(*key, count) for key, count in counted.items()]
    return sorted(found, key=lambda r: (-r.count, r.chain, r.stage, r.kind, r.code))


def stage_titles(session: Session) -> dict[tuple[str, str], Titles]:
    """What each chain's stages are called, by the newest version that has them; of a chain, under ''."""
    titles: dict[tuple[str, str], Titles] = {}
    for version in session.scalars(select(ChainVersion).order_by(ChainVersion.chain, ChainVersion.number)):
        definition = definition_of(version)
        titles[version.chain, ""] = definition.title
        titles |= {(version.chain, stage.name): stage.title for stage in definition.stages}
    return titles


def newest_definitions(session: Session) -> dict[str, ChainDefinition]:
    """Each chain as it was published last."""
    versions = select(ChainVersion).order_by(ChainVersion.chain, ChainVersion.number)
    return {version.chain: definition_of(version) for version in session.scalars(versions)}


def stage_order(session: Session) -> dict[tuple[str, str], tuple[str, int]]:
    """Where each stage stands in its chain."""
    seen: dict[str, int] = {}
    order: dict[tuple[str, str], tuple[str, int]] = {}
    for chain, stage in stage_titles(session):
        if stage:
            seen[chain] = seen.get(chain, 0) + 1
            order[chain, stage] = chain, seen[chain]
    return order


def tells_of_people(actor: Actor, slice: Slice, deciders: int) -> bool:
    """Whether a figure is of so few that it is about them; everybody may see their own."""
    personal = 0 < deciders < FEWEST_PEOPLE and slice.person_id != actor.person_id
    return personal and not actor.has(Role.HR, Role.ADMIN)


def _time(row: Row[Any], *, hidden: bool) -> StageTime:
    p50, p80, p95 = (None, None, None) if hidden else row.within
    return StageTime(
        row.chain,
        row.stage,
        row.grouped,
        row.decisions,
        p50,
        p80,
        p95,
        row.returned,
        row.rejected,
        row.due,
        row.late,
    )
