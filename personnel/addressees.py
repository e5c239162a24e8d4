"""Whoever a message was addressed to, as an actor: for those who confirm who they are without logging in."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from personnel.accounts import actor_of
from personnel.directory import office_day, serving
from personnel.models import Account, AccountState, Employee


def actor_of_person(session: Session, employee_id: UUID, via: str) -> Actor | None:
    """The actor that this person is, with the roles of their account; None once they left or it is closed."""
    query = (
        select(Account, Employee)
        .join(Employee, Employee.id == Account.employee_id)
        .where(
            Employee.id == employee_id,
            Account.state == AccountState.ACTIVE,
            serving(office_day(clock.now(session))),
        )
    )
    found = session.execute(query).one_or_none()
    return actor_of(found[0], found[1], via) if found else None
