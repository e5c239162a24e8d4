"""Forgotten passwords. Asking is answered alike for everybody; what comes of it is done a moment later."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.actor import system
from core.ids import new_id
from personnel import addresses
from personnel.activation import send_reset
from personnel.days import office_day, serving
from personnel.models import Account, AccountState, Employee
from personnel.models_accounts import AccountCode, Channel, Purpose, ResetRequest

MOST, PER = 3, timedelta(hours=1)
"""Mails that one account is sent in a time, whoever asks."""
AT_ONCE = 100


def ask(session: Session, login: str, address: str) -> None:
    """Note that somebody forgot the password of a login. The same statement whether there is such a login or
    not: neither the answer nor its time tells."""
    said = "".join(login.split()).casefold()[:200]
    session.add(ResetRequest(id=new_id(), login=said, address=address[:100], asked_at=clock.now(session)))
    session.flush()


def work_off(session: Session) -> int:
    """Send a code to those who asked, are here and have an address; returns how many were sent.

    Requests are forgotten once they are dealt with. Several keepers may do it at once.
    """
    query = select(ResetRequest).order_by(ResetRequest.asked_at, ResetRequest.id).limit(AT_ONCE)
    asked = session.scalars(query.with_for_update(skip_locked=True)).all()
    sent = 0
    for login in dict.fromkeys(request.login for request in asked):
        found = _able(session, login)
        if found is None or _often(session, found[0]):
            continue
        account, address = found
        if addresses.trusted(session, system("keeper"), account, address):
            send_reset(session, system("keeper"), account)
            sent += 1
    for request in asked:
        session.delete(request)
    session.flush()
    return sent


def forget(session: Session, before: datetime) -> int:
    """Delete codes that ended or ran out before a moment; returns how many. For upkeep."""
    over = or_(AccountCode.ended_at < before, AccountCode.expires_at < before)
    return len(session.scalars(delete(AccountCode).where(over).returning(AccountCode.id)).all())


def _able(session: Session, login: str) -> tuple[Account, str] | None:
    """Whom a login means, and the address in the record."""
    query = (
        select(Account, Employee.email)
        .join(Employee, Employee.id == Account.employee_id)
        .where(
            or_(Account.login == login, Employee.nip == login),
            Account.state == AccountState.ACTIVE,
            serving(office_day(clock.now(session))),
            func.btrim(Employee.email) != "",
        )
        .order_by((Account.login == login).desc())
        .limit(1)
        .with_for_update(of=Account)
    )
    found = session.execute(query).one_or_none()
    return (found[0], found[1]) if found else None


def _often(session: Session, account: Account) -> bool:
    """Whether so many mails went to an account lately that one more would be a nuisance."""
    lately = select(func.count()).where(
        AccountCode.account_id == account.id,
        AccountCode.channel == Channel.MAIL,
        AccountCode.purpose.in_([Purpose.RESET, Purpose.ACTIVATION]),
        AccountCode.made_by.is_(None),
        AccountCode.made_at > clock.now(session) - PER,
    )
    return session.scalars(lately).one() >= MOST
