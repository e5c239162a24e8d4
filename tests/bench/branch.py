"""A branch of the office with its records, its logins and its chain, for benches of whole pages and parts."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from uuid import UUID

import psutil
from sqlalchemy import select
from sqlalchemy.orm import Session

import wiring
from approvals import chains
from approvals.models import ChainVersion
from cli.places import ROOT
from cli.ports import free_port
from core import database
from core.actor import system
from flows.promotion.pinned import CHAIN_FILE
from personnel import accounts
from personnel.models import Account, Employee, LoginSession, Position
from tests.bench import place
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency
from web.cookies import session_name
from web.security import form_token

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Branch:
    """Ids of what the bench needs to know of it."""

    process: UUID
    version: UUID
    heads: Sequence[UUID]
    posts: Sequence[UUID]
    """The heads' posts, in their order."""
    units: Sequence[UUID]
    staff: UUID
    """Somebody the cases are about."""


@contextmanager
def own_branch(units: int = 24) -> Iterator[tuple[str, Branch]]:
    """A database of its own with a branch in it; this process is wired as the office is."""
    os.environ["MUFAKAT_SECRET"] = secrets.token_urlsafe(32)
    with place.own_database() as url:
        wiring.wire()
        with database.transaction() as session:
            made = found(session, units)
        yield url, made


def found(session: Session, units: int) -> Branch:
    """A mayor, a head for each unit, a verifier, one candidate, and a cycle that is written down."""
    agency = Agency.founded(session, units=units)
    staff = agency.candidate(agency.units[0])
    version: ChainVersion = chains.publish(session, system("flow"), CHAIN_FILE.read_text())
    posts = dict(
        session.execute(
            select(Position.unit_id, Position.id).where(Position.unit_id.in_([u.id for u in agency.units]))
        )
        .tuples()
        .all()
    )
    return Branch(
        process=cycles.create(agency).id,
        version=version.id,
        heads=[head.id for head in agency.heads],
        posts=[posts[unit.id] for unit in agency.units],
        units=[unit.id for unit in agency.units],
        staff=staff.id,
    )


@dataclass(frozen=True, slots=True)
class Login:
    """What the browser of somebody who is logged in holds."""

    cookie: str
    secret: str

    @property
    def csrf(self) -> str:
        return form_token(self.secret)


def log_in(session: Session, person_id: UUID) -> Login:
    """Open a session as the login page does after the password."""
    account = session.scalars(select(Account).where(Account.employee_id == person_id)).one()
    employee = session.get_one(Employee, person_id)
    token = accounts.open_session(session, account, "127.0.0.1", "bench", employee.language)
    opened = select(LoginSession.csrf).where(LoginSession.account_id == account.id)
    secret = session.scalars(opened.order_by(LoginSession.opened_at.desc()).limit(1)).one()
    return Login(f"{session_name()}={token}", secret)


@contextmanager
def web_workers(count: int) -> Iterator[tuple[int, psutil.Process]]:
    """The pages as `./mufakat web` serves them by so many processes; at which port, and who serves."""
    port = free_port()
    environment = os.environ | {"MUFAKAT_WEB_PORT": str(port)}
    command = [sys.executable, "-m", "cli", "web", "--workers", str(count)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as serving:
        try:
            wait_for(port, serving)
            yield port, psutil.Process(serving.pid)
        finally:
            serving.terminate()
            serving.wait(PATIENCE_SECONDS)


def wait_for(port: int, serving: "subprocess.Popen[bytes]") -> None:
    """Until the pages answer."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            if serving.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def largest_mb(process: psutil.Process) -> float:
    """The memory of the largest of a process and those it started."""
    everybody = [process, *process.children(recursive=True)]
    return round(max(p.memory_info().rss for p in everybody) / 1024**2, 1)
