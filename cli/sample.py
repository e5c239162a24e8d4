"""`python -m cli sample`: fills an empty database with the sample agency, as an office would fill it."""

from typing import TYPE_CHECKING

from cli.ready import announce

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PASSWORD = "mufakat-demo"  # noqa: S105 - printed on the login page of a demo, and refused anywhere else
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
        _import(session)
    with transaction() as session:
        _launch(session)
    announce()


def _import(session: "Session") -> None:
    from core.actor import system
    from personnel import accounts, calendars, importing, queries
    from personnel.sample import workbook

    if queries.employees(session, limit=1):
        return
    actor = system("cli")
    calendars.seed(session)
    found = importing.preview(session, actor, FILE, workbook())
    importing.apply(session, actor, found.id)
    accounts.provision(session, actor, password=PASSWORD)


def _launch(session: "Session") -> None:
    from flows.process import queries

    if queries.processes(session, limit=1):
        return
