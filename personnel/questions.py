"""The questions that every decision asks of the records; `core.questions.ask` answers them."""

from sqlalchemy import ARRAY, Date, Text, and_, any_, bindparam, func, join, select

from core.questions import IDS, Together
from personnel.days import away, in_force, serving
from personnel.models import Account, AccountState, Calendar, Employee, FreeDay, Holding, Position, Unit

_DAY = bindparam("day", type_=Date)

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

PEOPLE = select(*_PERSON).where(Employee.id == any_(IDS))
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

POSTS = _FILLED.where(Position.key == bindparam("key"), Position.unit_id == any_(IDS))
"""The same for the positions that the units of `ids` call by a `key`."""

_FREE = select(FreeDay.on).where(FreeDay.calendar_id == Calendar.id).scalar_subquery()

_CALENDAR = (
    Calendar.id,
    Calendar.zone,
    Calendar.week,
    Calendar.seasons,
    func.array(_FREE, type_=ARRAY(Date)).label("free"),
)

CALENDARS = select(*_CALENDAR).where(Calendar.id == any_(IDS))
"""Calendars with the days that are free in them."""

_UNITS_CALENDAR = select(Unit.id.label("unit_id"), *_CALENDAR).join(Calendar, Calendar.id == Unit.calendar_id)

UNITS_CALENDARS = _UNITS_CALENDAR.where(Unit.id == any_(IDS))
"""The same for the calendars that the units of `ids` follow."""

DECIDING = Together(POST, _UNITS_CALENDAR.where(Unit.id == bindparam("unit")), MEMBERS, HELD)
"""What a decision asks: who has its post, when its unit works, who goes on, and what its decider has.

Of one unit it is said that it is one: of a list PostgreSQL supposes ten in the plan that it would keep, finds
a plan for this one list cheaper, and makes one each time.
"""
