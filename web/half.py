"""Somebody who has shown a password (or come from the identity provider) and still owes the second factor.

There is no session yet: what is owed is sealed in a cookie that is good for ten minutes, and worth nothing
once the password was changed or the account locked.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.settings import settings
from personnel.models import Account, AccountState
from web import cookies
from web.security import https

GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Half:
    """Whose login is half done, by which way, and where it leads."""

    account: Account
    way: str
    back: str


def put(answer: Response, account: Account, way: str, back: str) -> None:
    """Let the browser carry what is owed."""
    value: list[Any] = [str(account.id), _proof(account), way, back, datetime.now(UTC).timestamp()]
    cookies.put(answer, _name(), cookies.sealed("half", value), int(GOOD_FOR.total_seconds()))


def drop(answer: Response) -> None:
    cookies.drop(answer, _name())


def read(request: Request, session: Session) -> Half | None:
    """The half login of this browser; None when there is none, or it is too old or void."""
    value = cookies.opened("half", request.cookies.get(_name(), ""))
    if not value:
        return None
    id_, proof, way, back, since = value
    if datetime.now(UTC).timestamp() - since > GOOD_FOR.total_seconds():
        return None
    account = session.get(Account, UUID(id_))
    if account is None or account.state != AccountState.ACTIVE:
        return None
    return Half(account, way, back) if hmac.compare_digest(proof, _proof(account)) else None


def _proof(account: Account) -> str:
    """Follows from the password as it is kept: another password, another proof."""
    key = f"mufakat.half:{settings().secret.get_secret_value()}".encode()
    return hmac.digest(key, account.password_hash.encode(), "sha256").hex()


def _name() -> str:
    return "__Host-mufakat_half" if https() else "mufakat_half"
