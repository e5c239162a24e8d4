"""How each process stands: what our tables want of it, beside what Prefect's server shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from core import clock
from flows.process.keeper import ENDED, WISHES, Life, Seen, Standing
from flows.process.models import Process, ProcessState
from flows.process.prefect_api import RunSeen
from flows.process.waiting import is_open, waited_at

HOPELESS_AFTER = 8
"""Starts in a row that died before getting anywhere."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the keeper remembers of a process between reading it and acting on it."""

    id: UUID
    fence: int
    run_id: UUID | None
    run_state: str | None


def kept(session: Session) -> list[Kept]:
    """The processes that the keeper has to look at: those that go on, and those whose run has not ended."""
    query = select(Process.id, Process.fence, Process.run_id, Process.run_state).where(
        Process.state != ProcessState.DRAFT,
        or_(
            Process.ended_at.is_(None),
            and_(Process.run_id.is_not(None), func.coalesce(Process.run_state, "").not_in(ENDED)),
        ),
    )
    return [Kept(*row) for row in session.execute(query.order_by(Process.created_at))]


def standing(session: Session, process_id: UUID, runs: Mapping[UUID, RunSeen]) -> Standing | None:
    """One process as it stands now, by the database's clock; None if it is gone."""
    now = func.clock_timestamp()
    life: ColumnElement[str] = case(
        (Process.lease_until.is_(None), literal(Life.UNKNOWN.value)),
        (Process.lease_until > now, literal(Life.ALIVE.value)),
        else_=literal(Life.LAPSED.value),
    )
    rested = or_(Process.retry_at.is_(None), Process.retry_at <= now)
    query = select(Process, life, rested).where(Process.id == process_id)
    found = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        return None
    process, life, rested = found
    wish = WISHES[ProcessState(process.state)]
    gate = waited_at(session, process_id)
    return Standing(
        wish=wish,
        seen=seen(process.run_id, runs),
        due=process.start_at <= clock.now(session),
        life=Life(life),
        held_at_gate=gate is not None and not is_open(session, gate),
        rested=rested,
        hopeless=process.crashes >= HOPELESS_AFTER,
        told=process.error is not None,
    )


def seen(run_id: UUID | None, runs: Mapping[UUID, RunSeen]) -> Seen:
    """How the server shows a run."""
    if run_id is None:
        return Seen.ABSENT
    return runs[run_id].seen if run_id in runs else Seen.LOST
