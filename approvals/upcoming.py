"""What is coming to somebody: announced, and not theirs to do yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from approvals.access import Reach, announced_to
from approvals.chains import definition_by_id
from approvals.directory import Directory
from approvals.models import Case
from approvals.models_announcing import Announcement
from approvals.titles import Titles
from core import clock
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class UpcomingRow:
    """A task to come: of which case, for which stage, and where the case is now."""

    case_id: UUID
    reference: str
    title: str
    subject_name: str
    stage: str
    stage_title: Titles
    now_at: Titles
    announced_at: datetime


def upcoming(
    session: Session, actor: Actor, *, directory: Directory, limit: int = 50, offset: int = 0
) -> list[UpcomingRow]:
    """A page of what is coming to somebody, what was announced first at the top."""
    mine = _mine(session, actor, directory)
    if mine is None:
        return []
    found = (
        select(Announcement, Case)
        .join(Case)
        .where(mine)
        .order_by(Announcement.announced_at, Announcement.case_id)
        .limit(limit)
        .offset(offset)
    )
    return [_row(session, told, case) for told, case in session.execute(found)]


def count_upcoming(session: Session, actor: Actor, *, directory: Directory) -> int:
    """How much is coming to somebody."""
    mine = _mine(session, actor, directory)
    if mine is None:
        return 0
    return session.scalar(select(func.count()).select_from(Announcement).join(Case).where(mine)) or 0


def _mine(session: Session, actor: Actor, directory: Directory) -> ColumnElement[bool] | None:
    if actor.person_id is None:
        return None
    me, now = actor.person_id, clock.now(session)
    reach = Reach.of(session, actor, me, directory=directory, at=now)
    return announced_to(reach)


def _row(session: Session, told: Announcement, case: Case) -> UpcomingRow:
    definition = definition_by_id(session, case.chain_version_id)
    return UpcomingRow(
        case.id,
        case.reference,
        case.title,
        case.subject_name,
        told.stage,
        definition.stage(told.stage).title,
        definition.stage(told.at_stage).title,
        told.announced_at,
    )
