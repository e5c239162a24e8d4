"""Posts without a holder: whoever emptied one does not decide in its place, where HR is the last resort."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from approvals.candidates import LAST_RESORT
from approvals.errors import EmptiedIt
from approvals.models import Task
from approvals.models_vacancies import PostEmptied
from core import clock
from core.actor import Actor


def emptied(session: Session, by: UUID, position_ids: Collection[UUID]) -> None:
    """Remember who recorded that these posts' holders left."""
    if position_ids:
        at = clock.now(session)
        rows = [{"position_id": id_, "person_id": by, "at": at} for id_ in sorted(position_ids)]
        session.execute(insert(PostEmptied).values(rows).on_conflict_do_nothing())


def filled(session: Session, position_ids: Collection[UUID]) -> None:
    """These posts have holders of their own again."""
    if position_ids:
        session.execute(delete(PostEmptied).where(PostEmptied.position_id.in_(position_ids)))


def must_not_have_emptied(session: Session, task: Task, actor: Actor) -> None:
    """Asked only of what waits at a post for HR, because nobody holds it. Raises EmptiedIt."""
    if task.queue != LAST_RESORT or task.position_id is None:
        return
    found = select(PostEmptied.person_id).where(
        PostEmptied.position_id == task.position_id, PostEmptied.person_id == actor.person_id
    )
    if session.scalar(found) is not None:
        raise EmptiedIt
