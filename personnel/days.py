"""What counts on a day: the office's date of a moment, and conditions on holdings, service and leave."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, or_

from core.settings import settings
from personnel.models import Employee, Holding, Leave


def office_day(at: datetime) -> date:
    """The date that a moment has in the office's zone."""
    return at.astimezone(settings().zone).date()


Day = date | ColumnElement[date]
"""A day, or what stands for it in a statement that is made beforehand."""


def in_force(day: Day) -> ColumnElement[bool]:
    """The holdings that count on a day, first and last day included."""
    return and_(Holding.starts_on <= day, or_(Holding.ends_on.is_(None), Holding.ends_on >= day))


def serving(day: Day) -> ColumnElement[bool]:
    """The employees who have not left by a day."""
    return or_(Employee.left_on.is_(None), Employee.left_on > day)


def away(day: Day) -> ColumnElement[bool]:
    """The employees who are on leave on a day."""
    return exists().where(Leave.employee_id == Employee.id, Leave.starts_on <= day, Leave.ends_on >= day)
