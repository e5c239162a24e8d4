"""Every route of the application against every role: who is let in, read from the application itself.

Each request runs through the whole application on the office's database; what it would write is given up
at its end, so that the order of routes does not matter.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import Client, Response
from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session
from starlette.routing import Mount

from approvals import comments, documents, instruments
from approvals.documents import Incoming
from approvals.instruments import Order
from approvals.models import Case, Task
from core import clock, database
from core.actor import Actor, Role
from core.database import transaction
from core.ids import new_id
from notifications import webhooks
from notifications.models import Message
from notifications.webhooks import Wanted
from personnel import accounts, tokens
from personnel.accounts import actor_of
from personnel.directory import PersonnelDirectory
from personnel.models import Account, Calendar, Employee
from personnel.tokens import OF_SYSTEMS, Permit
from tests.integration.web.office import Office
from tests.integration.web.programs import ADMIN
from web import cookies, deps, security

LINES = Path(__file__).with_name("matrix.txt")
ROLES = (
    "anonymous",
    "employee",
    "other",
    "approver",
    "verifier",
    "hr",
    "operator",
    "auditor",
    "admin",
    "system",
)
LOGINS = {
    "employee": "staff0",
    "other": "staff1",
    "approver": "head",
    "verifier": "verifier",
    "hr": "hr",
    "operator": "operator",
    "auditor": "staff8",
    "admin": "staff9",
}
"""The employee is whom all objects are about; the other one has nothing to do with them."""
PREFIX = "/api/v1"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

Rule = tuple[str, str]
"""A method and an address with names for its ids."""


def routes(app: FastAPI) -> Iterator[Rule]:
    """Every route of the application and of what is mounted in it."""
    for prefix, route in _walk(app.routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
                yield method, prefix + route.path


def _walk(found: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for route in found:
        if isinstance(route, Mount):
            yield from _walk(route.routes, prefix + route.path)
        elif router := getattr(route, "original_router", None):
            yield from _walk(router.routes, prefix + route.include_context.prefix)
        else:
            yield prefix, route


def table() -> dict[Rule, str]:
    """What matrix.txt says: of each route a letter for each role."""
    lines = [line.split() for line in LINES.read_text().splitlines() if line and not line.startswith("#")]
    return {(method, path): letters for method, path, letters in lines}


@dataclass
class Things:
    """One of everything, all about the employee."""

    ids: dict[str, str] = field(default_factory=dict[str, str])

    def address(self, path: str, but: Mapping[str, str] | None = None) -> str:
        """A route's address with ids of things that are there."""
        said = {**self.ids, **(but or {})}
        if path.startswith("/operator/processes"):
            said["kind"] = "pause"
        filled = re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: said.get(m[1], str(new_id())), path)
        return f"{filled}?search=ari" if path == f"{PREFIX}/people" else filled


def things(office: Office) -> Things:
    """Make what is not there yet: a document, a remark, a delegation, tokens, an endpoint."""
    with transaction() as session:
        task = session.get_one(Task, office.task())
        case, people = session.get_one(Case, task.case_id), PersonnelDirectory(session)
        _appoint(session)
        owner, head, hr = (_actor(session, login) for login in ("staff0", "head", "hr"))
        document = documents.add(
            session, owner, case.id, Incoming("ijazah.pdf", PDF), title="Ijazah", directory=people
        )
        remark = comments.comment(session, owner, case.id, "Sudah lengkap.", directory=people)
        order = Order(
            from_id=office.people.head,
            to_id=office.people.other_head,
            order_number="SPT-1/2026",
            reason="Dinas luar",
            starts_at=clock.now(session),
            ends_at=clock.now(session).replace(year=2099),
        )
        delegation = instruments.grant(session, head, order, directory=people)
        wanted = Wanted.said("SIASN", "https://example.com/hook", ["task.decided"], personal=False)
        endpoint, _ = webhooks.register(session, hr, wanted)
        ids = {
            "task_id": task.id,
            "case_id": case.id,
            "process_id": office.cycle,
            "cycle_id": office.cycle,
            "employee_id": office.people.staff[0],
            "person_id": office.people.staff[0],
            "document_id": document.id,
            "comment_id": remark.id,
            "delegation_id": delegation.id,
            "endpoint_id": endpoint.id,
            "delivery_id": webhooks.test(session, hr, endpoint.id).id,
            "token_id": tokens.tokens_of(session, _account(session, "staff0").id)[0].id,
            "message_id": session.scalars(_mails_to(office.people.head)).first() or "",
            "account_id": _account(session, "staff0").id,
            "calendar_id": session.scalars(select(Calendar.id).limit(1)).one(),
            "chain": "rank-promotion",
            "number": 1,
            "kind": "csv",
            "view": "times",
            "stage": "unit-head",
            "round": 1,
        }
        return Things({name: str(value) for name, value in ids.items()})


def _mails_to(person_id: UUID) -> Select[tuple[UUID]]:
    return select(Message.id).where(Message.recipient_id == person_id).order_by(Message.id).limit(1)


def _appoint(session: Session) -> None:
    """An auditor, an administrator; and tokens of everybody."""
    for login, role in (("staff8", Role.AUDITOR), ("staff9", Role.ADMIN)):
        accounts.grant(session, ADMIN, _account(session, login).id, [role])
    for login in LOGINS.values():
        wanted = tokens.Wanted(name="program", permits=frozenset(Permit), days=30)
        account = _account(session, login)
        tokens.make(session, _actor(session, login), account.id, wanted)


def _account(session: Session, login: str) -> Account:
    return session.scalars(select(Account).where(Account.login == login)).one()


def _actor(session: Session, login: str) -> Actor:
    account = _account(session, login)
    return actor_of(account, session.get_one(Employee, account.employee_id))


def rolled_back() -> Generator[Session]:
    """A request's transaction, given up at its end."""
    with database.sessions()() as session:
        yield session
        session.rollback()


@dataclass
class Door:
    """The application, entered in a role."""

    client: Client
    cookies: Mapping[str, Mapping[str, str]]
    forms: Mapping[str, str]
    bearers: Mapping[str, str]
    bodies: Mapping[Rule, Mapping[str, Any]]
    """What the description of the interface gives as an example for each of its routes."""

    def enter(self, role: str, rule: Rule, address: str) -> Response:
        """A request with proof of who sends it: a page's empty form, or the description's example."""
        method, path = rule
        if path.startswith(PREFIX) and path != f"{PREFIX}/docs":
            token = self.bearers.get(role, "")
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            headers |= {"If-Match": '"2"', "Idempotency-Key": str(new_id())} if method == "POST" else {}
            return self._read(method, address, headers=headers, **self.bodies.get(rule, {}))
        data = {"csrf": security.form_token(self.forms[role])} if method != "GET" else None
        worn = "; ".join(f"{name}={value}" for name, value in self.cookies[role].items())
        return self._read(method, address, data=data, headers={"cookie": worn})

    def _read(self, method: str, address: str, **sent: Any) -> Response:
        """The answer; of one that goes on for ever only its beginning."""
        answer = self.client.send(self.client.build_request(method, address, **sent), stream=True)
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        answer.close()
        return answer


def keep_nothing(app: FastAPI) -> None:
    """Let an application give up whatever it would write."""
    for one in (app, *(route.app for route in app.routes if isinstance(route, Mount))):
        one.dependency_overrides[deps.open_session] = rolled_back


def door(client: Client) -> Door:
    """Everybody's cookies and tokens."""
    worn: dict[str, dict[str, str]] = {}
    forms: dict[str, str] = {}
    bearers: dict[str, str] = {}
    with transaction() as session:
        for role, login in LOGINS.items():
            account = _account(session, login)
            opened = accounts.open_session(session, account, "127.0.0.1", "the matrix")
            found = accounts.read_session(session, opened)
            assert found
            worn[role], forms[role] = {cookies.session_name(): opened}, found.csrf
            wanted = tokens.Wanted(name="matrix", permits=frozenset(Permit), days=30)
            bearers[role] = tokens.make(session, _actor(session, login), account.id, wanted).secret
        wanted = tokens.Wanted(name="matrix", permits=frozenset(OF_SYSTEMS), days=30)
        bearers["system"] = tokens.make_for_system(session, ADMIN, "SIASN", wanted).secret
    for role in ("anonymous", "system"):
        forms[role] = security.new_secret()
        worn[role] = {cookies.form_name(): forms[role]}
    return Door(client, worn, forms, bearers, examples(client))


def examples(client: Client) -> dict[Rule, Mapping[str, Any]]:
    """The bodies of the description, by route."""
    said = client.get(f"{PREFIX}/openapi.json").json()
    found: dict[Rule, Mapping[str, Any]] = {}
    for path, methods in said["paths"].items():
        for method, one in methods.items():
            content = one.get("requestBody", {}).get("content", {})
            for kind, body in content.items():
                name = body["schema"]["$ref"].rpartition("/")[2]
                example = said["components"]["schemas"][name].get("examples", [{}])[0]
                sent = (
                    {"json": example} if kind == "application/json" else {"files": {"file": ("a.pdf", PDF)}}
                )
                found[method.upper(), PREFIX + path] = sent
    return found


def letter(answer: Response) -> str:
    """What came of a request: opened, sent back with a refusal, asked to log in, forbidden, or not there."""
    to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login")
    if answer.status_code == 401 or to_login:
        return "l"
    assert answer.status_code < 500, answer.text
    word: list[Any] | None = cookies.opened("flash", answer.cookies.get(cookies.FLASH, ""))
    if word and word[0][0] == "bad":
        return "r"
    return {403: "f", 404: "n"}.get(answer.status_code, "o")


def forget_hits() -> None:
    """Let nobody be turned away for asking too often."""
    with transaction() as session:
        session.execute(text("TRUNCATE web_hits, login_attempt"))
