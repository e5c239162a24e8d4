"""Whose account it is, by what an identity provider vouches for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core import clock
from core.settings import settings
from personnel.days import office_day, serving
from personnel.models import Account, AccountState, Employee


def account_of(session: Session, claims: Mapping[str, Any]) -> Account | None:
    """The active account of whom these verified claims are about; None where there is none, or several.

    The settings say which claim counts, and with what it is compared. An email counts only when the provider
    itself verified it. No account is made, and roles stay as they are.
    """
    said = claims.get(settings().oidc.claim)
    if not isinstance(said, str | int) or isinstance(said, bool) or not (value := str(said).strip()):
        return None
    if settings().oidc.matches == "email" and claims.get("email_verified") is not True:
        return None
    query = (
        select(Account)
        .join(Employee, Employee.id == Account.employee_id)
        .where(_is(value), Account.state == AccountState.ACTIVE, serving(office_day(clock.now(session))))
    )
    found = session.scalars(query.limit(2)).all()
    if len(found) != 1:
        return None
    found[0].last_login_at = clock.now(session)
    return found[0]


def _is(value: str) -> ColumnElement[bool]:
    match settings().oidc.matches:
        case "nip":
            return Employee.nip == "".join(value.split())
        case "email":
            return func.lower(func.btrim(Employee.email)) == value.lower()
        case "login":
            return Account.login == value.casefold()
