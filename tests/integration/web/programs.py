"""Programs that come in by the interface, each with a token of somebody's or of a system's."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from httpx import Client, Response
from sqlalchemy import select

from core.actor import Actor, Role
from core.database import transaction
from core.ids import new_id
from personnel import tokens
from personnel.accounts import actor_of
from personnel.models import Account, Employee
from personnel.tokens import OF_SYSTEMS, Permit, Wanted
from tests.integration.web.office import PATIENCE_SECONDS

ADMIN = Actor(None, "Admin", frozenset({str(Role.ADMIN)}))


def token_of(login: str, permits: Iterable[Permit] = tuple(Permit), days: int = 30) -> str:
    """A token that somebody made for themselves, by login."""
    with transaction() as session:
        query = select(Account, Employee).join(Employee, Employee.id == Account.employee_id)
        account, employee = session.execute(query.where(Account.login == login)).one()
        wanted = Wanted(name="program", permits=frozenset(permits), days=days)
        return tokens.make(session, actor_of(account, employee), account.id, wanted).secret


def token_of_system(name: str = "SIASN", permits: Iterable[Permit] = OF_SYSTEMS) -> str:
    """A token that an administrator made for a system."""
    with transaction() as session:
        wanted = Wanted(name="bridge", permits=frozenset(permits), days=30)
        return tokens.make_for_system(session, ADMIN, name, wanted).secret


class Program(Client):
    """A program that sends its token along."""

    def __init__(self, address: str, token: str, language: str = "en") -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        super().__init__(base_url=f"{address}/api/v1", headers=headers, timeout=PATIENCE_SECONDS)

    def decide(self, task: UUID, key: str = "", version: int = 1, **said: Any) -> Response:
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": key or str(new_id())}
        return self.post(f"/tasks/{task}/decision", json={"kind": "approve", **said}, headers=headers)
