"""Accounts: who may log in, in which roles, by which password."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role
from core.database import constraint_of
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.ids import new_id
from core.settings import settings
from personnel import attempts, history, logins, passwords
from personnel.access import AccountsAreAdmins, keep_accounts
from personnel.among import among_texts
from personnel.directory import office_day, serving
from personnel.logins import close_session, open_session, read_session
from personnel.models import Account, AccountState, Employee
from personnel.models_accounts import AccountCode
from personnel.names import full_name

__all__ = [
    "actor_of",
    "authenticate",
    "change_password",
    "check_password",
    "close",
    "close_session",
    "create",
    "end_access",
    "find",
    "grant",
    "open_session",
    "provision",
    "read_session",
    "reset",
    "set_password",
]


class WrongLogin(NotAllowed):
    """This login and password do not fit together."""


class LoginTaken(Conflict):
    """The login {login} belongs to somebody else, or this person has an account already; nothing was
    changed."""


class UnknownRole(Invalid):
    """There is no role {role}; nothing was changed."""


def authenticate(session: Session, login: str, password: str, address: str) -> Account:
    """The account that this login and password open.

    Raises WrongLogin, in the same words and time for a login that does not exist, a closed account and a
    person who left; TooManyTries, however right the password is, while the login or address must wait.
    """
    at = clock.now(session)
    attempts.count(login, address, at)
    query = (
        select(Account)
        .join(Employee, Employee.id == Account.employee_id)
        .where(
            Account.login == login.strip().casefold(),
            Account.state == AccountState.ACTIVE,
            serving(office_day(at)),
        )
    )
    account = session.scalar(query)
    fits, renewed = passwords.matches(password, account.password_hash if account else passwords.UNUSABLE)
    if account is None or not fits:
        raise WrongLogin
    account.password_hash = renewed or account.password_hash
    account.last_login_at = at
    attempts.clear(login, address)
    return account


def actor_of(account: Account, employee: Employee, via: str = "web") -> Actor:
    """The actor that a logged-in person is."""
    name = full_name(employee.front_title, employee.name, employee.back_title)
    return Actor(employee.id, name, frozenset({*account.roles, str(Role.EMPLOYEE)}), via)


def create(
    session: Session,
    actor: Actor,
    employee_id: UUID,
    login: str,
    *,
    roles: Iterable[str] = (),
    password: str = "",
) -> Account:
    """Give an employee an account; without a password it waits for one to be set.

    Raises LoginTaken, UnknownRole, WeakPassword, NotFound, AccountsAreAdmins.
    """
    keep_accounts(actor)
    employee = session.get(Employee, employee_id)
    if employee is None:
        raise NotFound
    if password:
        passwords.check(password, login, employee.nip, employee.name)
    stored = passwords.hashed(password) if password else passwords.UNUSABLE
    account = Account(
        **_row(employee_id, login, _known(roles), stored, at=clock.now(session), must_change=bool(password))
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as exc:
        if constraint_of(exc) in ("uq_account_login", "uq_account_employee_id"):
            raise LoginTaken(login=login) from exc
        raise
    history.record(session, actor, [_opened(account.id, employee_id, account.roles)])
    return account


def provision(session: Session, actor: Actor, *, password: str | None = None) -> int:
    """Give everybody who serves and has no account one, as the imported file asks; returns how many.

    The login is the NIP or the alias of the column "Login", the roles those of the column "Peran". With a
    password all get the same one, to be changed at the first login except in a demo or a rehearsal; without,
    each account waits until one is set. Raises LoginTaken, AccountsAreAdmins.
    """
    keep_accounts(actor)
    at = clock.now(session)
    query = (
        select(Employee.id, Employee.nip, Employee.wanted_login, Employee.wanted_roles)
        .outerjoin(Account, Account.employee_id == Employee.id)
        .where(Account.id.is_(None), serving(office_day(at)))
        .order_by(Employee.nip)
    )
    # One hash for all: it protects one shared secret, and 20,000 hashes would take a quarter of an hour.
    stored = passwords.hashed(password) if password else passwords.UNUSABLE
    must_change = bool(password) and not (settings().demo or settings().rehearsal)
    rows = [
        _row(id_, login or nip, _known(roles), stored, at=at, must_change=must_change)
        for id_, nip, login, roles in session.execute(query)
    ]
    if not rows:
        return 0
    taken = session.scalar(
        select(Account.login).where(among_texts(Account.login, (r["login"] for r in rows))).limit(1)
    )
    if taken is not None:
        raise LoginTaken(login=taken)
    session.execute(insert(Account), rows)
    history.record(session, actor, [_opened(r["id"], r["employee_id"], r["roles"]) for r in rows])
    return len(rows)


def set_password(
    session: Session, actor: Actor, account_id: UUID, password: str, *, current: str | None = None
) -> None:
    """Set a password and end the account's sessions: one's own by the current one, another's by admins.

    Somebody else's must be changed at the next login. Raises WrongLogin, WeakPassword, NotFound,
    AccountsAreAdmins.
    """
    account, employee = _locked(session, account_id)
    own = actor.person_id == account.employee_id
    if own and not passwords.matches(current or "", account.password_hash)[0]:
        raise WrongLogin
    if not own:
        keep_accounts(actor)
    passwords.check(password, account.login, employee.nip, employee.name)
    change_password(session, actor, account, password, must_change=not own, how="own" if own else "admin")


def check_password(account: Account, password: str) -> None:
    """Ask for a password once more before something that it guards. Raises WrongLogin."""
    if not passwords.matches(password, account.password_hash)[0]:
        raise WrongLogin


def reset(session: Session, actor: Actor, account_id: UUID) -> str:
    """A new one-time password, to be changed at the first login. Raises NotFound, AccountsAreAdmins."""
    keep_accounts(actor)
    account, _ = _locked(session, account_id)
    password = passwords.one_time()
    change_password(session, actor, account, password, must_change=True, how="admin")
    return password


def change_password(
    session: Session, actor: Actor, account: Account, password: str, *, must_change: bool, how: str
) -> None:
    """Set a locked account's password, once a verb found that it may be; its sessions and codes end.

    `how` it came about: own, admin, activation, reset.
    """
    account.password_hash, account.must_change = passwords.hashed(password), must_change
    end_access(session, account.id)
    facts = {"account": account.id, "how": how}
    history.record(session, actor, [_event("password_set", account.employee_id, facts)])


def end_access(session: Session, account_id: UUID) -> None:
    """End every session of an account, and every code with which a password could be set."""
    logins.close_all(session, account_id)
    session.execute(
        update(AccountCode)
        .where(AccountCode.account_id == account_id, AccountCode.ended_at.is_(None))
        .values(ended_at=clock.now(session))
    )


def grant(session: Session, actor: Actor, account_id: UUID, roles: Iterable[str]) -> None:
    """Give an account these roles and no others; nobody changes their own.

    Raises UnknownRole, NotFound, AccountsAreAdmins.
    """
    keep_accounts(actor)
    account, _ = _locked(session, account_id)
    if actor.person_id == account.employee_id:
        raise AccountsAreAdmins
    before, account.roles = account.roles, _known(roles)
    facts = {"account": account.id, "from": before, "to": account.roles}
    history.record(session, actor, [_event("roles_changed", account.employee_id, facts)])


def close(session: Session, actor: Actor, account_id: UUID) -> None:
    """Close an account and end its sessions. Raises NotFound, AccountsAreAdmins."""
    keep_accounts(actor)
    account, _ = _locked(session, account_id)
    account.state = AccountState.CLOSED
    end_access(session, account.id)
    history.record(session, actor, [_event("closed", account.employee_id, {"account": account.id})])


def find(session: Session, login: str) -> Account:
    """The account of a login, or of the NIP of its owner. Raises NotFound."""
    said = login.strip().casefold()
    query = select(Account).join(Employee, Employee.id == Account.employee_id)
    query = query.where(or_(Account.login == said, Employee.nip == said))
    account = session.scalar(query.order_by((Account.login == said).desc()).limit(1))
    if account is None:
        raise NotFound
    return account


def _row(
    employee_id: UUID, login: str, roles: list[str], stored: str, *, at: datetime, must_change: bool
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "employee_id": employee_id,
        "login": login.strip().casefold(),
        "password_hash": stored,
        "roles": roles,
        "state": AccountState.ACTIVE,
        "must_change": must_change,
        "created_at": at,
        "last_login_at": None,
    }


def _known(roles: Iterable[str]) -> list[str]:
    chosen = sorted({str(role) for role in roles} - {str(Role.EMPLOYEE)})
    if unknown := [role for role in chosen if role not in set(Role)]:
        raise UnknownRole(role=unknown[0])
    return chosen


def _locked(session: Session, account_id: UUID) -> tuple[Account, Employee]:
    account = session.get(Account, account_id, with_for_update=True)
    employee = session.get(Employee, account.employee_id) if account else None
    if account is None or employee is None:
        raise NotFound
    return account, employee


def _opened(account_id: UUID, employee_id: UUID, roles: list[str]) -> Event:
    return _event("opened", employee_id, {"account": account_id, "roles": roles})


def _event(happened: str, employee_id: UUID, facts: dict[str, Any]) -> Event:
    return Event(f"account.{happened}", employee_id, "person", facts)
