"""A small office with logins and a cycle under way, for the tests that use the pages; and its browsers."""

import re
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID

from httpx import Client, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Task
from core.database import transaction
from personnel import passwords
from personnel.models import Account, Position, Unit
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency

PATIENCE_SECONDS = 30.0
PASSWORD = "kunci-Belawan-2026"
NAMES = (
    ("Ahmad Fauzi Nasution", "S.E."),
    ("Dewi Kartika Sari", "S.Pd."),
    ("Hendra Wijaya", "S.Kom."),
    ("Jonathan Simanjuntak", "S.T."),
    ("Maria Magdalena Ginting", "S.Sos."),
    ("Nurhayati Lubis", "S.Kom., M.M."),
    ("Parlindungan Hutagalung", "S.E."),
    ("Siti Aminah", "S.Sos."),
    ("Darwin Purba", "S.T."),
    ("Fitriani Batubara", "S.E., M.Si."),
    ("Rina Marlina", "S.AP."),
    ("Togar Sihombing", "S.H."),
)
"""In the order of their cases: the first eight are of the first unit."""
UNITS = ("Bidang Mutasi dan Promosi", "Bidang Pengembangan Aparatur")


@dataclass
class People:
    """Who is who in the office, by id; each logs in by the name of the field."""

    hr: UUID
    verifier: UUID
    operator: UUID
    mayor: UUID
    head: UUID
    other_head: UUID
    staff: list[UUID] = field(default_factory=list[UUID])


@dataclass
class Office:
    """What a test knows of the office: its people and its cycle."""

    people: People
    cycle: UUID

    def task(self, nth: int = 0, stage: str = "unit-head") -> UUID:
        """An open task at a stage, in the order of the cases' numbers."""
        with transaction() as session:
            query = (
                select(Task.id)
                .join(Case)
                .where(Task.ended_at.is_(None), Task.stage == stage, Case.process_id == self.cycle)
                .order_by(Case.reference)
            )
            return session.scalars(query).all()[nth]

    def case_of(self, task_id: UUID) -> Case:
        with transaction() as session:
            return session.scalars(select(Case).join(Task).where(Task.id == task_id)).one()


def found(session: Session) -> Office:
    """Found the office and launch its cycle: twelve people meet the rules, one file is incomplete."""
    agency = Agency.founded(session)
    for unit, name in zip(agency.units, UNITS, strict=True):
        unit.name = name
    for post in session.scalars(select(Position).where(Position.title.startswith("Kepala Bidang"))):
        post.title = f"Kepala {session.get_one(Unit, post.unit_id).name}"
    agency.heads[0].name, agency.heads[1].name = "Irwansyah Daulay", "Saodah Rangkuti"
    staff = [
        agency.candidate(
            agency.units[0 if n < 8 else 1], name, back_title=title, rank_since=date(2022, 10, 1)
        )
        for n, (name, title) in enumerate(NAMES)
    ]
    agency.candidate(agency.units[1], "Yusuf Ibrahim", documents=("sk-cpns", "sk-pns"))
    agency.candidate(agency.units[1], "Wahyuni Pratiwi", rank_since=date(2025, 10, 1))
    people = People(
        hr=agency.hr.id,
        verifier=agency.verifier.id,
        operator=agency.operator.id,
        mayor=agency.mayor.id,
        head=agency.heads[0].id,
        other_head=agency.heads[1].id,
        staff=[person.id for person in staff],
    )
    _logins(session, people)
    run = cycles.screened(agency)
    return Office(people, run.process_id)


def _logins(session: Session, people: People) -> None:
    hashed = passwords.hashed(PASSWORD)
    names = {id_: name for name, id_ in vars(people).items() if isinstance(id_, UUID)}
    names |= {id_: f"staff{n}" for n, id_ in enumerate(people.staff)}
    for account in session.scalars(select(Account)):
        account.password_hash = hashed
        account.login = names.get(account.employee_id, account.login)
    session.flush()


class Browser(Client):
    """A browser without scripts: it fills in forms as they stand on the page."""

    def __init__(self, address: str) -> None:
        super().__init__(base_url=address, timeout=PATIENCE_SECONDS)

    def token(self, path: str) -> str:
        """The proof that a form of this page carries."""
        return token_of(self.get(path, headers={"accept-language": "en"}))

    def fill(self, path: str, page: str, files: Any = None, **fields: Any) -> Response:
        """Send a form that stands on a page."""
        return self.post(path, data={"csrf": self.token(page), **fields}, files=files)

    def log_in(self, login: str, password: str = PASSWORD) -> Response:
        return self.fill("/login", "/login", login=login, password=password)

    def decide(self, task_id: UUID, **fields: Any) -> Response:
        """Open a task and send its form, with what is hidden in it."""
        page = self.get(f"/tasks/{task_id}")
        return self.post(f"/tasks/{task_id}/decide", data={**hidden(page), **fields})


def token_of(page: Response) -> str:
    return hidden(page)["csrf"]


def hidden(page: Response) -> dict[str, str]:
    """The hidden fields of a page's forms; of several with one name, the last."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in fields}
