"""First passwords: each new account gets a code by mail or letter, and its owner sets a password with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from core import clock, onetime
from core.actor import Actor, Role
from core.errors import Invalid, NotAllowed
from core.events import Event
from core.ids import new_id
from core.settings import settings
from personnel import accounts, attempts, history, passwords
from personnel.among import among
from personnel.days import in_force, office_day, serving
from personnel.models import Account, AccountState, Employee, Holding, Position
from personnel.models_accounts import AccountCode, Channel, Purpose
from personnel.names import full_name

RESET_GOOD_FOR = timedelta(hours=2)
PRINTED_WITHIN = timedelta(hours=1)
"""So long whoever asked for letters may fetch them again: a printer jams."""


class AccountsAreHrs(NotAllowed):
    """Only HR or an administrator may do this with accounts; nothing was changed."""


class WrongAccountCode(Invalid):
    """This code does not belong to this login, or it was used, replaced or is too old; nothing was changed.
    Check the newest mail or letter, or ask HR for a new code."""


class Result(StrEnum):
    """What came of asking for one account's code."""

    SENT = "sent"
    PRINTED = "printed"
    ACTIVATED = "activated"
    NO_ADDRESS = "no-address"
    NOT_ACTIVE = "not-active"
    ADMINS_ONLY = "admins-only"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Invited:
    """One account's line of the result, and the code where a letter carries it."""

    account_id: UUID
    employee_id: UUID
    login: str
    name: str
    nip: str
    language: str
    result: Result
    code_id: UUID | None = None
    """Of the code that a letter is to carry."""
    code: str = ""
    expires_at: datetime | None = None


def keep_logins(actor: Actor) -> None:
    """Let HR, administrators and the system pass. Raises AccountsAreHrs."""
    if not (actor.is_system or actor.has(Role.HR, Role.ADMIN)):
        raise AccountsAreHrs


def may_touch(actor: Actor, account: Account) -> bool:
    """Accounts with roles are administrators' alone: else HR could become an administrator by a letter."""
    return actor.is_system or actor.has(Role.ADMIN) or not account.roles


def invite(
    session: Session, actor: Actor, account_ids: Iterable[UUID], channel: Channel
) -> Sequence[Invited]:
    """Give accounts without a password a fresh code, by mail or for a letter; one line for each, by name.

    Earlier codes stop working. Whoever has a password, no address, left or is locked gets none, and the line
    says why; nobody gets one from themselves. Accounts with roles, letters to those who decide by their post,
    and letters in place of a password that there is, are administrators' alone. Raises AccountsAreHrs.
    """
    keep_logins(actor)
    now = clock.now(session)
    day = office_day(now)
    query = (
        select(Account, Employee, serving(day), _decides(day))
        .join(Employee, Employee.id == Account.employee_id)
        .where(among(Account.id, account_ids))
        .order_by(Employee.name, Employee.id)
        .with_for_update(of=Account)
    )
    lines: list[Invited] = []
    given: list[AccountCode] = []
    for account, employee, serves, decides in session.execute(query):
        result = _refused(actor, account, employee, channel, serves=serves, decides=decides)
        line = _line(account, employee, result or _done(channel))
        if result is None:
            first = account.password_hash == passwords.UNUSABLE
            made = _code(account, Purpose.ACTIVATION if first else Purpose.RESET, channel, actor, now)
            given.append(made)
            line = _line(account, employee, line.result, made)
        lines.append(line)
    _give(session, actor, given, {line.account_id: line.employee_id for line in lines})
    return lines


def to_print(session: Session, actor: Actor, code_ids: Iterable[UUID]) -> Sequence[Invited]:
    """What the letters say for which this actor was just given codes; those that ended since are left out.

    Raises AccountsAreHrs.
    """
    keep_logins(actor)
    now = clock.now(session)
    query = (
        select(AccountCode, Account, Employee)
        .join(Account, Account.id == AccountCode.account_id)
        .join(Employee, Employee.id == Account.employee_id)
        .where(
            among(AccountCode.id, code_ids),
            AccountCode.channel == Channel.LETTER,
            AccountCode.made_by == actor.person_id,
            AccountCode.made_at > now - PRINTED_WITHIN,
            AccountCode.ended_at.is_(None),
        )
        .order_by(Employee.name, Employee.id)
    )
    found = session.execute(query)
    return [_line(account, employee, Result.PRINTED, code) for code, account, employee in found]


def unactivated(session: Session, unit_ids: Iterable[UUID] | None = None) -> list[UUID]:
    """The active accounts, of some units or of all, whose owners have set no password yet; by name."""
    query = (
        select(Account.id)
        .join(Employee, Employee.id == Account.employee_id)
        .where(
            Account.password_hash == passwords.UNUSABLE,
            Account.state == AccountState.ACTIVE,
            serving(office_day(clock.now(session))),
        )
        .order_by(Employee.name, Employee.id)
    )
    if unit_ids is not None:
        query = query.where(among(Employee.unit_id, unit_ids))
    return list(session.scalars(query))


def send_reset(session: Session, actor: Actor, account: Account) -> AccountCode:
    """Mail an account a code for a new password, or its first one; earlier codes stop working."""
    first = account.password_hash == passwords.UNUSABLE
    purpose = Purpose.ACTIVATION if first else Purpose.RESET
    code = _code(account, purpose, Channel.MAIL, actor, clock.now(session))
    _give(session, actor, [code], {account.id: account.employee_id})
    return code


def redeem(session: Session, login: str, code: str, password: str, address: str) -> Account:
    """Set a password by a code: the code is used up, all sessions of the account end, its owner is told.

    An unknown login and a wrong, used or old code are refused alike. Raises WrongAccountCode, WeakPassword
    (the code stays good), TooManyTries.
    """
    now = clock.now(session)
    attempts.count(login, address, now)
    said = login.strip().casefold()
    living = (
        select(Account, Employee, AccountCode)
        .join(Employee, Employee.id == Account.employee_id)
        .join(AccountCode, AccountCode.account_id == Account.id)
        .where(
            or_(Account.login == said, Employee.nip == "".join(said.split())),
            Account.state == AccountState.ACTIVE,
            serving(office_day(now)),
            AccountCode.ended_at.is_(None),
            AccountCode.expires_at > now,
        )
        .order_by(AccountCode.made_at.desc(), AccountCode.id.desc())
        .limit(1)
        .with_for_update(of=(Account, AccountCode))
    )
    found = session.execute(living).one_or_none()
    # an id of nobody's: a login without a code costs the same work
    purpose, id_ = (found[2].purpose, found[2].id) if found else ("nothing", new_id())
    if not onetime.fits(code, purpose, id_) or found is None:
        raise WrongAccountCode
    account, employee, given = found
    attempts.clear(login, address)
    passwords.check(password, account.login, employee.nip, employee.name)
    given.ended_at = now
    account.known_email = employee.email.strip()
    owner = accounts.actor_of(account, employee)
    accounts.change_password(session, owner, account, password, must_change=False, how=given.purpose)
    return account


def counts(session: Session) -> tuple[int, int]:
    """How many active accounts have a password, and how many wait for their first one."""
    query = (
        select(
            func.count().filter(Account.password_hash != passwords.UNUSABLE),
            func.count().filter(Account.password_hash == passwords.UNUSABLE),
        )
        .join(Employee, Employee.id == Account.employee_id)
        .where(Account.state == AccountState.ACTIVE, serving(office_day(clock.now(session))))
    )
    have, wait = session.execute(query).one()
    return have, wait


def _refused(
    actor: Actor, account: Account, employee: Employee, channel: Channel, *, serves: bool, decides: bool
) -> Result | None:
    """Why an account gets no code; None when it gets one."""
    if actor.person_id == account.employee_id:
        return Result.OWN
    if account.state != AccountState.ACTIVE or not serves:
        return Result.NOT_ACTIVE
    by_letter, by_admin = channel is Channel.LETTER, actor.is_system or actor.has(Role.ADMIN)
    if not may_touch(actor, account) or (by_letter and decides and not by_admin):
        return Result.ADMINS_ONLY
    if account.password_hash != passwords.UNUSABLE and not (by_letter and by_admin):
        return Result.ACTIVATED
    if channel is Channel.MAIL and not employee.email.strip():
        return Result.NO_ADDRESS
    return None


def _decides(day: date) -> ColumnElement[bool]:
    """Whether somebody has a post that chains ask: their letter in other hands would decide."""
    posts = select(Holding.id).join(Position, Position.id == Holding.position_id)
    return posts.where(Holding.employee_id == Employee.id, in_force(day), Position.key.is_not(None)).exists()


def _done(channel: Channel) -> Result:
    return Result.SENT if channel is Channel.MAIL else Result.PRINTED


def _code(account: Account, purpose: Purpose, channel: Channel, actor: Actor, now: datetime) -> AccountCode:
    activation, by_mail = timedelta(days=settings().login.activation_days), channel is Channel.MAIL
    return AccountCode(
        id=new_id(),
        account_id=account.id,
        purpose=purpose,
        channel=channel,
        made_at=now,
        made_by=actor.person_id,
        expires_at=now + (RESET_GOOD_FOR if purpose is Purpose.RESET and by_mail else activation),
        ended_at=None,
    )


def _give(session: Session, actor: Actor, codes: Sequence[AccountCode], owners: dict[UUID, UUID]) -> None:
    """Write codes down in place of earlier ones; what tells of it sends the mails."""
    if not codes:
        return
    now = clock.now(session)
    earlier = among(AccountCode.account_id, [code.account_id for code in codes])
    session.execute(update(AccountCode).where(earlier, AccountCode.ended_at.is_(None)).values(ended_at=now))
    session.add_all(codes)
    session.flush()
    history.record(session, actor, [_given(code, owners[code.account_id]) for code in codes])


def _given(code: AccountCode, owner: UUID) -> Event:
    facts = {
        "account": code.account_id,
        "code": code.id,
        "purpose": code.purpose,
        "channel": code.channel,
        "expires_at": code.expires_at,
    }
    return Event("account.code_given", owner, "person", facts)


def _line(account: Account, employee: Employee, result: Result, made: AccountCode | None = None) -> Invited:
    """A line of the result; the code itself only where a letter is to carry it."""
    by_letter = made is not None and made.channel == Channel.LETTER
    return Invited(
        account.id,
        employee.id,
        account.login,
        full_name(employee.front_title, employee.name, employee.back_title),
        employee.nip,
        employee.language,
        result,
        made.id if made and by_letter else None,
        onetime.code_of(made.purpose, made.id) if made and by_letter else "",
        made.expires_at if made else None,
    )
