"""`python -m cli sample`: fills an empty database with the sample agency, as an office would fill it."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cli.ready import announce

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.actor import Actor

PASSWORD = "mufakat-demo"  # noqa: S105 - of invented people, and printed where the demo is started
FILE = "contoh-pegawai.xlsx"


def sample() -> None:
    """Import the sample agency, give everybody an account, and launch a promotion cycle.

    Each part is left alone when it is there already. Run by `demo`; refused in a real office.
    """
    import typer

    import wiring
    from core.database import transaction
    from core.settings import settings

    if not settings().demo:
        print("The sample agency goes into a demo only: use ./mufakat demo.")
        raise typer.Exit(3)
    wiring.wire()
    with transaction() as session:
        fill(session)
    with transaction() as session:
        _launch(session)
        logins_file(settings().home).write_text(json.dumps(_logins(session)))
    announce()


def logins_file(home: Path) -> Path:
    """Where the sample's logins are left for whoever prints them."""
    return home / "run" / "logins.json"


def fill(session: "Session") -> None:
    """The people of the sample agency, with their accounts; nothing where there is anybody already."""
    from core.actor import system
    from personnel import accounts, importing, queries, sample_committee
    from personnel.sample import workbook

    if queries.count_employees(session):
        return
    actor = system("cli")
    found = importing.preview(session, actor, FILE, workbook())
    importing.apply(session, actor, found.id)
    accounts.provision(session, actor, password=PASSWORD)
    sample_committee.form(session, actor)


def _launch(session: "Session") -> None:
    from babel.dates import format_date

    from core import clock
    from core.settings import settings
    from flows.process import queries, service
    from flows.process.models import IntentKind

    if queries.count_processes(session):
        return
    today = clock.now(session).astimezone(settings().zone).date()
    first = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    actor = _actor(session, "hr")
    title = f"Kenaikan pangkat reguler {format_date(first, 'MMMM y', locale='id')}"
    made = service.create(session, actor, "promotion", title, {"effective_on": first.isoformat()})
    service.ask(session, actor, made.id, IntentKind.LAUNCH)


def _logins(session: "Session") -> list[dict[str, str]]:
    """One login a role: what to type, who it is, and what for."""
    from personnel.sample import LOGINS

    return [
        {"login": login, "name": _actor(session, login).name, "purpose": purpose["en"], "password": PASSWORD}
        for login, purpose in LOGINS.items()
    ]


def _actor(session: "Session", login: str) -> "Actor":
    from personnel import accounts
    from personnel.models import Employee

    account = accounts.find(session, login)
    return accounts.actor_of(account, session.get_one(Employee, account.employee_id), "cli")
