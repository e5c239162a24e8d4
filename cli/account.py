"""`./mufakat account`: who may log in."""

import json
from typing import Annotated

import typer

app = typer.Typer(help="Create, list and reset logins.", no_args_is_help=True)


@app.command()
def create(
    nip: Annotated[str, typer.Argument(help="The employee's number (18 digits).")],
    login: Annotated[str, typer.Option(help="What to type at the login; the NIP if not given.")] = "",
    role: Annotated[
        list[str] | None, typer.Option(help="hr, hr-verifier, operator, auditor or admin; may be repeated.")
    ] = None,
) -> None:
    """Give an employee an account, and print its one-time password.

    Examples:

        ./mufakat account create 198503152010011004

        ./mufakat account create 198503152010011004 --login ratna --role hr --role operator
    """
    import wiring
    from cli.reach import database
    from core.actor import system
    from core.database import transaction
    from core.errors import NotFound
    from personnel import accounts, queries

    wiring.wire()
    with database(), transaction() as session:
        found = queries.employees(session, search=nip, limit=1)
        if not found or found[0].nip != nip:
            raise NotFound
        account = accounts.create(session, system("cli"), found[0].id, login or nip, roles=role or [])
        password = accounts.reset(session, system("cli"), account.id)
    _tell(account.login, password)


@app.command()
def reset(
    login: Annotated[str, typer.Argument(help="The login, or the NIP of its owner.")],
) -> None:
    """Print a new one-time password for an account; its sessions end.

    Examples:

        ./mufakat account reset ratna
    """
    import wiring
    from cli.reach import database
    from core.actor import system
    from core.database import transaction
    from personnel import accounts

    wiring.wire()
    with database(), transaction() as session:
        account = accounts.find(session, login)
        password = accounts.reset(session, system("cli"), account.id)
    _tell(account.login, password)


@app.command("reset-factor")
def reset_factor(
    login: Annotated[str, typer.Argument(help="The login, or the NIP of its owner.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept, and the owner is told.")],
) -> None:
    """Forget the second factor of an account whose owner lost phone and recovery codes; its sessions end.

    Examples:

        ./mufakat account reset-factor ratna --reason "ponsel hilang, identitas diperiksa di kantor"
    """
    import wiring
    from cli.reach import database
    from core.actor import system
    from core.database import transaction
    from personnel import accounts, factors

    wiring.wire()
    with database(), transaction() as session:
        account = accounts.find(session, login)
        factors.reset(session, system("cli"), account.id, reason)
    print(f"The second factor of {account.login} is forgotten; a new one is set at the next login.")


@app.command("list")
def list_(
    search: Annotated[str, typer.Argument(help="Part of a name, NIP or login.")] = "",
    role: Annotated[str, typer.Option(help="Only accounts with this role.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead.")] = False,
) -> None:
    """List accounts by name.

    Examples:

        ./mufakat account list --role hr

        ./mufakat account list ratna --json | jq -r '.[].login'
    """
    import wiring
    from cli.reach import database
    from core.database import transaction
    from personnel import rolls

    wiring.wire()

    with database(), transaction() as session:
        rows = rolls.accounts(session, search, role, limit)
    if as_json:
        print(json.dumps([_facts(row) for row in rows]))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Login", "Name", "NIP", "Roles", "State", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.login, row.name, row.nip, ", ".join(sorted(row.roles)), row.state)
    Console().print(table)


def _facts(row: object) -> dict[str, object]:
    from personnel.rolls import AccountRow

    assert isinstance(row, AccountRow)
    seen = row.last_login_at.isoformat() if row.last_login_at else None
    return {
        "id": str(row.id),
        "login": row.login,
        "name": row.name,
        "nip": row.nip,
        "state": row.state,
        "roles": sorted(row.roles),
        "has_password": row.has_password,
        "last_login_at": seen,
    }


def _tell(login: str, password: str) -> None:
    print(f"Login:    {login}")
    print(f"Password: {password}   (to be changed at the first login)")
