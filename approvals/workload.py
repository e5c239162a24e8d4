"""Where work piles up: what comes to each stage and leaves it, what lies there, and who has how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from approvals.analytics import seen_by, stage_order
from approvals.chains import definition_by_id
from approvals.directory import Directory
from approvals.measuring import DECISIONS, OPEN, Slice, Tables
from approvals.models import Case, CaseState
from core import clock
from core.actor import Actor, Role
from core.settings import settings

Place = tuple[str, str]
"""A chain and its stage."""
Week = tuple[date, int, int]
"""A week's Monday, how much arrived and how much was completed in it."""
ARRIVED = OPEN.replace("WHERE t.ended_at IS NULL AND", "WHERE t.opened_at >= :since AND")
"""What came before people in the period."""


@dataclass(frozen=True, slots=True)
class StageFlow:
    """What comes to a stage and leaves it, and what lies there now."""

    chain: str
    stage: str
    arrived: int
    completed: int
    in_hand: int
    late: int
    oldest: float | None
    """Age of the oldest that lies there, in working seconds."""
    middle: float | None
    weeks: Sequence[Week]
    """Every week of the period."""

    @property
    def weeks_in_hand(self) -> float | None:
        """How many weeks it takes to work off what lies there, at the period's rate; None at no rate."""
        return self.in_hand * len(self.weeks) / self.completed if self.completed else None


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """How much somebody has in hand now, and decided in the period. No speeds: this is no ranking."""

    person_id: UUID
    open: int
    late: int
    decided: int


def stage_flows(session: Session, actor: Actor, slice: Slice, *, directory: Directory) -> list[StageFlow]:
    """What arrives, leaves and lies now at each stage; where most weeks of work lie, first.

    Raises NotAllowed.
    """
    slice, now = seen_by(actor, slice), clock.now(session)
    weeks = _weeks(session, slice)
    lying = Tables.of(session, directory, now).measure(
        session,
        OPEN,
        replace(slice, until=now),
        """SELECT chain, stage, count(*) AS in_hand, count(*) FILTER (WHERE due_at < :until) AS late,
                  max(worked) AS oldest, percentile_cont(0.5) WITHIN GROUP (ORDER BY worked) AS middle
           FROM measured GROUP BY chain, stage""",
    )
    here: dict[Place, Row[Any]] = {(row.chain, row.stage): row for row in lying}
    outside: Mapping[Place, int] = {} if slice.person_id else _waiting_outside(session, slice)
    places: set[Place] = {*weeks, *here, *outside}
    flows = [_flow(p, weeks.get(p, []), here.get(p), outside.get(p, 0)) for p in places]
    order = stage_order(session)
    return sorted(
        flows, key=lambda f: (-(f.weeks_in_hand or f.in_hand), order.get((f.chain, f.stage), (f.chain, 99)))
    )


def loads(session: Session, actor: Actor, slice: Slice) -> list[PersonLoad]:
    """Who has how much, by what is in hand; for HR and administrators, others see themselves.

    Raises NotAllowed.
    """
    slice = seen_by(actor, slice)
    if slice.person_id is None and not actor.has(Role.HR, Role.ADMIN):
        slice = replace(slice, person_id=actor.person_id)
    statement = f"""
        SELECT person_id, sum(open)::int AS open, sum(late)::int AS late, sum(decided)::int AS decided FROM (
            SELECT decider_id AS person_id, count(*) AS open,
                   count(*) FILTER (WHERE due_at < :now) AS late, 0 AS decided
            FROM ({slice.narrowed(_OPEN_NOW)}) waiting WHERE decider_id IS NOT NULL GROUP BY 1
            UNION ALL
            SELECT decider_id, 0, 0, count(*) FROM ({slice.narrowed(DECISIONS)}) decided GROUP BY 1
        ) parts GROUP BY person_id"""  # noqa: S608 - constants only
    rows = session.execute(text(statement), {**slice.params, "now": clock.now(session)})
    found = [PersonLoad(row.person_id, row.open, row.late, row.decided) for row in rows]
    return sorted(found, key=lambda p: (-p.open, -p.decided, p.person_id))


_OPEN_NOW = OPEN.replace(":until", ":now")


def _weeks(session: Session, slice: Slice) -> dict[Place, list[Week]]:
    """Tasks that opened and decisions that were made, by stage and week; no week of the period is missing."""
    arrived = slice.narrowed(ARRIVED)
    statement = f"""
        WITH week AS (
            SELECT generate_series(date_trunc('week', CAST(:since AS timestamptz) AT TIME ZONE :zone),
                                   CAST(:until AS timestamptz) AT TIME ZONE :zone, '1 week')::date AS week
        ), moved AS (
            SELECT chain, stage, date_trunc('week', began_at AT TIME ZONE :zone)::date AS week,
                   1 AS arrived, 0 AS completed FROM ({arrived}) opened
            UNION ALL
            SELECT chain, stage, date_trunc('week', decided_at AT TIME ZONE :zone)::date, 0, 1
            FROM ({slice.narrowed(DECISIONS)}) decided
        ), counted AS (
            SELECT chain, stage, week, sum(arrived)::int AS arrived, sum(completed)::int AS completed
            FROM moved GROUP BY chain, stage, week
        )
        SELECT chain, stage, week, coalesce(arrived, 0) AS arrived, coalesce(completed, 0) AS completed
        FROM (SELECT DISTINCT chain, stage FROM counted) places CROSS JOIN week
        LEFT JOIN counted USING (chain, stage, week)
        ORDER BY chain, stage, week"""  # noqa: S608 - constants only
    found: dict[Place, list[Week]] = {}
    for row in session.execute(text(statement), {**slice.params, "zone": settings().office.zone}):
        found.setdefault((row.chain, row.stage), []).append((row.week, row.arrived, row.completed))
    return found


def _waiting_outside(session: Session, slice: Slice) -> Mapping[Place, int]:
    """How many cases wait for authorities outside, by stage."""
    waiting = select(Case.chain_version_id, Case.stage, func.count()).where(
        Case.settled_at.is_(None), Case.state == CaseState.OPEN, Case.opened_at < slice.until
    )
    if slice.process_id:
        waiting = waiting.where(Case.process_id == slice.process_id)
    if slice.unit_ids is not None:
        waiting = waiting.where(Case.unit_id.in_(slice.unit_ids))
    found: dict[Place, int] = {}
    for version_id, stage, count in session.execute(waiting.group_by(Case.chain_version_id, Case.stage)):
        definition = definition_by_id(session, version_id)
        wanted = slice.chain in (None, definition.chain)
        if wanted and stage and definition.stage(stage).is_external:
            key = (definition.chain, stage)
            found[key] = found.get(key, 0) + count
    return found


def _flow(key: Place, weeks: list[Week], here: Row[Any] | None, outside: int) -> StageFlow:
    return StageFlow(
        *key,
        arrived=sum(week[1] for week in weeks),
        completed=sum(week[2] for week in weeks),
        in_hand=(here.in_hand if here else 0) + outside,
        late=here.late if here else 0,
        oldest=here.oldest if here else None,
        middle=here.middle if here else None,
        weeks=weeks,
    )
