"""Accounts in lists: who may log in, in which roles, and who still waits for a first password."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFound
from personnel import passwords
from personnel.days import office_day, serving
from personnel.models import Account, AccountState, Employee, Unit
from personnel.models_accounts import AccountCode, SecondFactor
from personnel.names import full_name

WAITING = "waiting"
"""Of accounts that could be used if their owners had set a password; the other states are AccountState's."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as lists show it."""

    id: UUID
    employee_id: UUID
    login: str
    name: str
    nip: str
    unit_id: UUID
    roles: frozenset[str]
    state: str
    has_password: bool
    last_login_at: datetime | None
    unit_name: str = ""
    email: str = ""
    lock_reason: str = ""
    has_factor: bool = False
    code_until: datetime | None = None
    """Until when the code that was given to its owner is good; None without one."""


def accounts(
    session: Session, search: str = "", role: str = "", limit: int = 50, offset: int = 0, *, state: str = ""
) -> list[AccountRow]:
    """Accounts by name, found by a part of name, NIP or login, by role and by state."""
    now = clock.now(session)
    found = _query(now).where(*_found(search, role, state, now)).order_by(Employee.name, Employee.id)
    return [_row(*one) for one in session.execute(found.limit(limit).offset(offset))]


def count(session: Session, search: str = "", role: str = "", *, state: str = "") -> int:
    """How many `accounts` finds in all."""
    query = select(func.count(Account.id)).join(Employee, Employee.id == Account.employee_id)
    return session.scalars(query.where(*_found(search, role, state, clock.now(session)))).one()


def row(session: Session, account_id: UUID) -> AccountRow:
    """One account. Raises NotFound."""
    found = session.execute(_query(clock.now(session)).where(Account.id == account_id)).one_or_none()
    if found is None:
        raise NotFound
    return _row(*found)


def _query(now: datetime) -> Select[tuple[Account, Employee, str, datetime | None, datetime]]:
    code = (
        select(func.max(AccountCode.expires_at))
        .where(
            AccountCode.account_id == Account.id,
            AccountCode.ended_at.is_(None),
            AccountCode.expires_at > now,
        )
        .scalar_subquery()
    )
    return (
        select(Account, Employee, Unit.name, SecondFactor.confirmed_at, code)
        .join(Employee, Employee.id == Account.employee_id)
        .join(Unit, Unit.id == Employee.unit_id)
        .outerjoin(SecondFactor, SecondFactor.account_id == Account.id)
    )


def _found(search: str, role: str, state: str, now: datetime) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if search:
        like = search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        fields = (Employee.name, Employee.nip, Account.login)
        wanted.append(or_(*(field.ilike(f"%{like}%") for field in fields)))
    if role:
        wanted.append(Account.roles.contains([role]))
    if state == WAITING:
        wanted += [
            Account.password_hash == passwords.UNUSABLE,
            Account.state == AccountState.ACTIVE,
            serving(office_day(now)),
        ]
    elif state:
        wanted.append(Account.state == state)
    return wanted


def _row(
    account: Account,
    employee: Employee,
    unit_name: str,
    factor_since: datetime | None,
    code_until: datetime | None,
) -> AccountRow:
    return AccountRow(
        account.id,
        employee.id,
        account.login,
        full_name(employee.front_title, employee.name, employee.back_title),
        employee.nip,
        employee.unit_id,
        frozenset(account.roles),
        account.state,
        account.password_hash != passwords.UNUSABLE,
        account.last_login_at,
        unit_name,
        employee.email,
        account.lock_reason,
        factor_since is not None,
        code_until,
    )
