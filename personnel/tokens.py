"""Tokens of programs: made by a person for themselves, or by an administrator for a named system.

A token is a random secret that is shown once. Its permits only ever narrow: at each use its owner's rights
are asked anew, so it dies with the account, and a role that is taken away is gone from it at once. A system
has no role at all: it reads what its permits name, and decides nothing.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from core import clock
from core.actor import SERVICE, Actor
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.ids import new_id
from personnel import history
from personnel.access import keep_accounts
from personnel.accounts import actor_of
from personnel.days import office_day
from personnel.models import Account, AccountState, Employee
from personnel.models_tokens import ApiToken

MARK = "mufakat_"
"""How every token begins, so that scanners of repositories find one that was left there."""
SHOWN = len(MARK) + 6
MOST = 20
LONGEST_DAYS = 366
LONGEST_NAME = 80
USED_EVERY = timedelta(minutes=1)


class Permit(StrEnum):
    """What a token may be allowed, each as little as makes sense."""

    TASKS_READ = "tasks:read"
    TASKS_DECIDE = "tasks:decide"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    CYCLES_READ = "cycles:read"
    HR_WRITE = "hr:write"
    DELEGATIONS_READ = "delegations:read"
    DELEGATIONS_WRITE = "delegations:write"
    CHAINS_READ = "chains:read"
    PEOPLE_READ = "people:read"
    LEDGER_READ = "ledger:read"


OF_SYSTEMS = frozenset(
    {Permit.CASES_READ, Permit.CYCLES_READ, Permit.CHAINS_READ, Permit.PEOPLE_READ, Permit.LEDGER_READ}
)
"""What a system may be allowed: to read. Whatever changes something is a person's doing."""


class NoSuchToken(NotFound):
    """There is no such token, or it is not yours."""


class TooManyTokens(Conflict):
    """You have {most} tokens that are still good. Nothing was made; revoke those that nobody uses first."""


class BadToken(Invalid):
    """A token needs a name of at most {longest} letters, at least one permission, and an end within a year.
    Nothing was made."""


class NotForSystems(Invalid):
    """A system only reads; it can't be given the permission {permit}. Nothing was made."""


class OnlyByPeople(NotAllowed):
    """Tokens are made by people on these pages, never by another token. Nothing was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants a token to be."""

    name: str
    permits: frozenset[Permit]
    days: int

    @classmethod
    def said(cls, name: str, permits: Iterable[str], days: int) -> "Wanted":
        """As a form says it. Raises BadToken."""
        known = frozenset(Permit(p) for p in permits if p in set(Permit))
        called = " ".join(name.split())
        if not (0 < len(called) <= LONGEST_NAME and known and 0 < days <= LONGEST_DAYS):
            raise BadToken(longest=LONGEST_NAME)
        return cls(name=called, permits=known, days=days)


@dataclass(frozen=True, slots=True)
class Made:
    """A new token: what is kept of it, and the secret that is shown once."""

    token: ApiToken
    secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who came in by a token, and what the token allows."""

    token_id: UUID
    actor: Actor
    permits: frozenset[str]
    language: str
    expires_at: datetime


def make(session: Session, actor: Actor, account_id: UUID, wanted: Wanted) -> Made:
    """A token of one's own. Raises NoSuchToken for another's account, TooManyTokens, OnlyByPeople."""
    account = session.get(Account, account_id, with_for_update={"key_share": True})
    if account is None or account.employee_id != actor.person_id:
        raise NoSuchToken
    if actor.via == "api":
        raise OnlyByPeople
    living = (ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now(session))
    count = select(func.count()).where(ApiToken.account_id == account_id, *living)
    if (session.scalar(count) or 0) >= MOST:
        raise TooManyTokens(most=MOST)
    made = _made(session, actor, wanted, account_id=account_id)
    history.record(session, actor, [_event("made", made.token, account.employee_id)])
    return made


def make_for_system(session: Session, actor: Actor, system: str, wanted: Wanted) -> Made:
    """A token for a named system, by an administrator. Raises AccountsAreAdmins, NotForSystems, BadToken."""
    keep_accounts(actor)
    if actor.via == "api":
        raise OnlyByPeople
    called = " ".join(system.split())
    if not 0 < len(called) <= LONGEST_NAME:
        raise BadToken(longest=LONGEST_NAME)
    if beyond := sorted(wanted.permits - OF_SYSTEMS):
        raise NotForSystems(permit=beyond[0])
    made = _made(session, actor, wanted, system=called)
    history.record(session, actor, [_event("made", made.token)])
    return made


def revoke(session: Session, actor: Actor, token_id: UUID) -> ApiToken:
    """End a token at once: one's own, or any by an administrator; again changes nothing. Raises
    NoSuchToken."""
    token = session.get(ApiToken, token_id, with_for_update=True)
    owner = _owner(session, token) if token else None
    if token is None or not (actor.has("admin") or (owner and owner == actor.person_id)):
        raise NoSuchToken
    if token.revoked_at is None:
        token.revoked_at = clock.now(session)
        session.flush()
        history.record(session, actor, [_event("revoked", token, owner)])
    return token


def read(session: Session, secret: str) -> Bearer | None:
    """Who a token lets in; None once it is revoked or expired, or its owner may not come in any more."""
    if not secret.startswith(MARK):
        return None
    query = (
        select(ApiToken, Account, Employee)
        .outerjoin(Account, Account.id == ApiToken.account_id)
        .outerjoin(Employee, Employee.id == Account.employee_id)
        .where(ApiToken.token_hash == _hash(secret), ApiToken.revoked_at.is_(None))
    )
    found = session.execute(query).tuples().one_or_none()
    at = clock.now(session)
    if found is None or found[0].expires_at <= at:
        return None
    token, account, employee = found
    if token.system is not None:
        actor, language = Actor(None, token.system, frozenset({SERVICE}), "api"), ""
    elif account and employee and _may_come_in(account, employee, office_day(at)):
        actor, language = actor_of(account, employee, "api"), employee.language
    else:
        return None
    _mark_used(session, token, at)
    return Bearer(token.id, actor, frozenset(token.scopes), language, token.expires_at)


def tokens_of(session: Session, account_id: UUID) -> list[ApiToken]:
    """An account's tokens, newest first; those that ended too."""
    return list(session.scalars(_newest().where(ApiToken.account_id == account_id)))


def tokens_of_systems(session: Session, actor: Actor) -> list[ApiToken]:
    """Every system's tokens, newest first. Raises AccountsAreAdmins."""
    keep_accounts(actor)
    return list(session.scalars(_newest().where(ApiToken.system.is_not(None))))


def _newest() -> Select[tuple[ApiToken]]:
    return select(ApiToken).order_by(ApiToken.made_at.desc(), ApiToken.id.desc()).limit(200)


def _made(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    *,
    account_id: UUID | None = None,
    system: str | None = None,
) -> Made:
    secret, at = MARK + secrets.token_urlsafe(32), clock.now(session)
    token = ApiToken(
        id=new_id(),
        token_hash=_hash(secret),
        prefix=secret[:SHOWN],
        name=wanted.name,
        account_id=account_id,
        system=system,
        scopes=sorted(wanted.permits),
        made_at=at,
        made_by=actor.person_id,
        made_by_name=actor.name,
        expires_at=at + timedelta(days=wanted.days),
    )
    session.add(token)
    session.flush()
    return Made(token, secret)


def _may_come_in(account: Account, employee: Employee, today: date) -> bool:
    """As a login would let them: an active account, a password of their own, and still here."""
    left = employee.left_on is not None and employee.left_on <= today
    return account.state == AccountState.ACTIVE and not account.must_change and not left


def _mark_used(session: Session, token: ApiToken, at: datetime) -> None:
    """Not more often than every minute, and never waiting for another request that does the same."""
    if token.used_at is not None and at - token.used_at < USED_EVERY:
        return
    free = select(ApiToken.id).where(ApiToken.id == token.id).with_for_update(skip_locked=True)
    session.execute(
        update(ApiToken)
        .where(ApiToken.id.in_(free.scalar_subquery()))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )


def _owner(session: Session, token: ApiToken) -> UUID | None:
    account = session.get(Account, token.account_id) if token.account_id else None
    return account.employee_id if account else None


def _event(happened: str, token: ApiToken, owner: UUID | None = None) -> Event:
    """A person's token is part of their history; a system's has a history of its own."""
    facts = {"token": token.id, "scopes": token.scopes, "expires_at": token.expires_at}
    if owner is not None:
        return Event(f"token.{happened}", owner, "person", facts, {"name": token.name})
    return Event(f"token.{happened}", token.id, "token", facts | {"system": token.system})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
