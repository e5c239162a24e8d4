"""A rank in the record put right by a later decree: another day, or back to the rank before."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import Conflict, NotFound
from core.events import Event
from personnel import history
from personnel.access import keep_records, not_for_oneself
from personnel.models import Employee, RankHeld


class RankMovedOn(Conflict):
    """The record does not hold {rank} by decree {decree} as the present rank any more; nothing was changed. Look at the record first: what came later builds on that decree."""  # noqa: E501


def must_be_present(session: Session, employee_id: UUID, rank: str, decree_number: str) -> RankHeld:
    """The rank that a decree gave, if it is the person's present one. Raises RankMovedOn, NotFound."""
    employee = session.get(Employee, employee_id)
    if employee is None:
        raise NotFound
    by_decree = (RankHeld.employee_id == employee_id, RankHeld.decree_number == decree_number)
    held = session.scalar(select(RankHeld).where(*by_decree, RankHeld.rank == rank))
    if held is None or employee.rank != rank:
        raise RankMovedOn(rank=rank, decree=decree_number)
    return held


def correct(  # noqa: PLR0917 - as careers.promote
    session: Session, actor: Actor, employee_id: UUID, rank: str, before: str, since: date, decree_number: str
) -> None:
    """Let the present rank rest on the decree that corrected the one `before`, and begin on its day.

    Raises RankMovedOn, NotFound, RecordsAreHrs, OwnRecord.
    """
    keep_records(actor)
    not_for_oneself(actor, [employee_id])
    employee = session.get(Employee, employee_id, with_for_update=True)
    held = must_be_present(session, employee_id, rank, before)
    assert employee is not None
    facts = {"rank": rank, "from": held.since, "to": since, "decree": decree_number, "corrects": before}
    held.since, held.decree_number, employee.rank_since = since, decree_number, since
    history.record(session, actor, [Event("person.rank_corrected", employee_id, "person", facts)])
    session.flush()


def take_back(  # noqa: PLR0917 - as careers.promote
    session: Session,
    actor: Actor,
    employee_id: UUID,
    rank: str,
    revoked: str,
    back_to: str,
    since: date | None,
    decree_number: str,
) -> None:
    """Take back the present rank whose decree was `revoked`: the one before is the present one again.

    `since` is the day on which that had begun, where the record itself holds none. Raises RankMovedOn,
    NotFound, RecordsAreHrs, OwnRecord.
    """
    keep_records(actor)
    not_for_oneself(actor, [employee_id])
    employee = session.get(Employee, employee_id, with_for_update=True)
    held = must_be_present(session, employee_id, rank, revoked)
    assert employee is not None
    before = select(RankHeld.since).where(RankHeld.employee_id == employee_id, RankHeld.rank == back_to)
    since = session.scalar(before) or since
    session.delete(held)
    employee.rank, employee.rank_since = back_to, since
    facts = {"from": rank, "to": back_to, "since": since, "decree": decree_number, "revokes": revoked}
    history.record(session, actor, [Event("person.rank_restored", employee_id, "person", facts)])
    session.flush()
