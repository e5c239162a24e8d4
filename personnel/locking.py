"""Accounts locked for a reason, and unlocked again; the person keeps everything but the way in."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from personnel import accounts, history
from personnel.access import AccountsAreAdmins
from personnel.activation import keep_logins, may_touch
from personnel.models import Account, AccountState


class ReasonWanted(Invalid):
    """Say why; nothing was changed. The reason is kept, and the person is told."""


class OwnAccount(NotAllowed):
    """Your own account is locked, unlocked and freed of its second factor by somebody else; nothing was
    changed."""


class NotLockable(Conflict):
    """This account is {state} already; nothing was changed."""


def lock(session: Session, actor: Actor, account_id: UUID, reason: str) -> Account:
    """Lock an account: its sessions and codes end, and no password opens it until it is unlocked.

    HR, and administrators for accounts with roles; nobody their own. Raises AccountsAreHrs,
    AccountsAreAdmins, OwnAccount, ReasonWanted, NotLockable, NotFound.
    """
    account = held(session, actor, account_id, reason)
    if account.state != AccountState.ACTIVE:
        raise NotLockable(state=account.state)
    account.state, account.lock_reason = AccountState.LOCKED, reason.strip()
    accounts.end_access(session, account.id)
    return _said(session, actor, account, "locked", reason)


def unlock(session: Session, actor: Actor, account_id: UUID, reason: str) -> Account:
    """Let an account's password open it again. Raises what `lock` raises."""
    account = held(session, actor, account_id, reason)
    if account.state != AccountState.LOCKED:
        raise NotLockable(state=account.state)
    account.state, account.lock_reason = AccountState.ACTIVE, ""
    return _said(session, actor, account, "unlocked", reason)


def held(session: Session, actor: Actor, account_id: UUID, reason: str) -> Account:
    """Another person's account, locked for a change that needs a reason. Raises as `lock` does."""
    keep_logins(actor)
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise NotFound
    if actor.person_id == account.employee_id:
        raise OwnAccount
    if not may_touch(actor, account):
        raise AccountsAreAdmins
    if not reason.strip():
        raise ReasonWanted
    return account


def _said(session: Session, actor: Actor, account: Account, happened: str, reason: str) -> Account:
    facts = {"account": account.id}
    said = Event(f"account.{happened}", account.employee_id, "person", facts, {"reason": reason.strip()})
    history.record(session, actor, [said])
    session.flush()
    return account
