"""Everything that this room stores about one person, as plain tables: what the person may take away."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.database import Base
from core.events import EventRow, facts_of, history
from personnel import looking
from personnel.models import (
    Account,
    Appraisal,
    Discipline,
    Document,
    Employee,
    Holding,
    Leave,
    LoginSession,
    Position,
    RankHeld,
    Schooling,
    Unit,
)
from personnel.models_accounts import AccountCode, RecoveryCode, SecondFactor
from personnel.models_committees import CommitteeSeat
from personnel.models_people import Capability, Relation
from personnel.models_tokens import ApiToken

Rows = Sequence[Mapping[str, Any]]
SECRET = frozenset({"password_hash", "token_hash", "csrf", "sealed", "code_hash", "last_step"})
"""Columns that guard the account: to know them helps nobody, to lose them hurts its owner."""
MOST_LOOKS = 10_000


def about(session: Session, employee_id: UUID) -> dict[str, Rows]:
    """The tables by their names, each row by its columns; empty ones too, so that one sees what there is."""
    tables: dict[str, Rows] = {"employee": rows_of(session, Employee, Employee.id == employee_id)}
    tables["unit"] = rows_of(
        session, Unit, Unit.id.in_(select(Employee.unit_id).where(Employee.id == employee_id))
    )
    owned: Sequence[tuple[type[Base], ColumnElement[bool]]] = (
        (Holding, Holding.employee_id == employee_id),
        (RankHeld, RankHeld.employee_id == employee_id),
        (Schooling, Schooling.employee_id == employee_id),
        (Appraisal, Appraisal.employee_id == employee_id),
        (Discipline, Discipline.employee_id == employee_id),
        (Leave, Leave.employee_id == employee_id),
        (Document, Document.employee_id == employee_id),
        (Capability, Capability.employee_id == employee_id),
        (CommitteeSeat, CommitteeSeat.employee_id == employee_id),
        (Relation, or_(Relation.person_id == employee_id, Relation.other_id == employee_id)),
        (Account, Account.employee_id == employee_id),
    )
    tables |= {model.__tablename__: rows_of(session, model, mine) for model, mine in owned}
    posts = select(Holding.position_id).where(Holding.employee_id == employee_id)
    tables["position"] = rows_of(session, Position, Position.id.in_(posts))
    account = select(Account.id).where(Account.employee_id == employee_id)
    for model in (LoginSession, AccountCode, SecondFactor, RecoveryCode, ApiToken):
        tables[model.__tablename__] = rows_of(session, model, model.account_id.in_(account))
    tables["record_view"] = [
        _look(one) for one in looking.looks(session, person_id=employee_id, limit=MOST_LOOKS)
    ]
    tables["event"] = [_event(row) for row in history(session, employee_id)]
    return tables


def rows_of(session: Session, model: type[Base], mine: ColumnElement[bool]) -> Rows:
    """A model's rows that a condition holds of, column by column, without what guards the account."""
    columns = [column for column in model.__table__.columns if column.name not in SECRET]
    found = session.execute(select(*columns).where(mine)).mappings()
    return [dict(row) for row in found]


def _look(one: looking.Look) -> dict[str, Any]:
    return {
        "viewer": one.viewer_name,
        "what": one.what,
        "day": one.day,
        "times": one.times,
        "first_at": one.first_at,
        "last_at": one.last_at,
    }


def _event(row: EventRow) -> dict[str, Any]:
    return {"name": row.name, "at": row.at, "facts": facts_of(row)}
