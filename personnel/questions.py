"""The questions that every decision asks of the records, made once and answered without whole people.

A statement that is built anew for each question costs as much as its answer, and so does an employee that the
session keeps to watch for changes. These are built when this module is read, and answered by plain rows.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Date, Row, Select, Text, and_, any_, bindparam, func, join, select
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Session

from personnel.days import away, in_force, serving
from personnel.models import Account, AccountState, Calendar, Employee, FreeDay, Holding, Position

_DAY = bindparam("day", type_=Date)
_IDS = bindparam("ids", type_=ARRAY(PG_UUID(as_uuid=True)))

_PERSON = (
    Employee.id,
    Employee.front_title,
    Employee.name,
    Employee.back_title,
    Employee.email,
    Employee.language,
    Employee.unit_id,
    Employee.left_on,
)
_HOLDER = (
    Holding.position_id,
    Holding.employee_id,
    Holding.capacity,
    Holding.order_number,
    away(_DAY).label("absent"),
    Holding.scope,
)
_FIRST_HELD = (Holding.starts_on, Holding.id)

PEOPLE = select(*_PERSON).where(Employee.id == any_(_IDS))
"""The people of `ids`."""

EVERYBODY = (
    select(*_PERSON)
    .join(Account, Account.employee_id == Employee.id)
    .where(Account.state == AccountState.ACTIVE, serving(_DAY))
    .order_by(Employee.name, Employee.id)
)
"""Everybody who serves on a `day` and can log in."""

MEMBERS = EVERYBODY.where(Account.roles.contains(bindparam("roles", type_=ARRAY(Text))))
"""Those of them who have `roles`."""

HELD = (
    select(*_HOLDER)
    .join(Employee, Employee.id == Holding.employee_id)
    .where(Holding.employee_id == bindparam("person"), in_force(_DAY), serving(_DAY))
    .order_by(*_FIRST_HELD)
)
"""What a `person` holds or acts for on a `day`."""

_FILLED = (
    select(Position.id, Position.unit_id, Position.title, *_HOLDER)
    .select_from(Position)
    .outerjoin(
        join(Holding, Employee, Employee.id == Holding.employee_id),
        and_(Holding.position_id == Position.id, in_force(_DAY), serving(_DAY)),
    )
    .order_by(*_FIRST_HELD)
)

POST = _FILLED.where(Position.id == bindparam("position"))
"""A `position` with everybody who has it on a `day`; one row without anybody when it is vacant."""

POSTS = _FILLED.where(Position.key == bindparam("key"), Position.unit_id == any_(_IDS))
"""The same for the positions that the units of `ids` call by a `key`."""

_FREE = select(FreeDay.on).where(FreeDay.calendar_id == Calendar.id).scalar_subquery()

CALENDARS = select(
    Calendar.id,
    Calendar.zone,
    Calendar.week,
    Calendar.seasons,
    func.array(_FREE, type_=ARRAY(Date)).label("free"),
).where(Calendar.id == any_(_IDS))
"""Calendars with the days that are free in them."""


def ask(session: Session, question: Select[Any], **given: object) -> Sequence[Row[Any]]:
    """The answer to one of these questions; what waits in the session is written first."""
    if session.autoflush:
        session.flush()
    return session.connection().execute(question, given).all()
