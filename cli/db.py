"""`./mufakat db`: the database's shape, its copies and their return."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Bring the database up to date, check it, copy it, put a copy back.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]


@app.command()
def upgrade(
    to: Annotated[str, typer.Option(help="A revision; the newest if not given.")] = "head",
) -> None:
    """Bring the tables up to date. Does nothing when they are.

    Safe to repeat, and from several machines at once: one does it, the others wait.

    Examples:

        ./mufakat db upgrade
    """
    from alembic import command

    from cli.reach import database
    from cli.schema import alembic_config

    with database(migrate=False):
        command.upgrade(alembic_config(), to)


@app.command()
def check(as_json: Json = False) -> None:
    """Check that the database answers, is new enough, is at the newest revision and has the code's tables.

    Exit code 1 when something is not as it should be; it then says what to do.

    Examples:

        ./mufakat db check

        ./mufakat db check --json | jq .at_head
    """
    from cli.database_check import examine
    from cli.reach import database

    with database(migrate=False):
        found = examine()
    if as_json:
        print(json.dumps(found.facts()))
    else:
        for line in found.lines():
            print(line)
    raise typer.Exit(0 if found.is_well else 1)


@app.command()
def dump(
    file: Annotated[
        Path, typer.Argument(help="Where to write; an existing file is only replaced at the end.")
    ],
) -> None:
    """Write a copy of our database into one file, while everything goes on working.

    PostgreSQL's custom format: compressed, and readable by pg_restore of version 18 and later. The database
    of Prefect's server isn't in it, and need not be: after a restore the keeper starts every open cycle
    again, and each step knows by our own tables what it has done. Keep the file as safe as the office's
    records, and keep instance.env of the data folder with it: the secret in it signs the links in sent
    emails.

    Examples:

        ./mufakat db dump /backup/mufakat-$(date +%F).dump
    """
    from cli import copies
    from cli.reach import database
    from core.database import transaction
    from core.upkeep import Chore, note_if_known

    with database(migrate=False):
        size = copies.dump(file)
        sha256 = copies.fingerprint(file)
        with transaction() as session:
            note_if_known(session, Chore.COPY, file=str(file.resolve()), bytes=size, sha256=sha256)
    print(f"{file}: {size / 1e6:.1f} MB")


@app.command("try")
def try_(
    file: Annotated[Path, typer.Argument(help="A file that `db dump` wrote.", exists=True, dir_okay=False)],
    as_json: Json = False,
) -> None:
    """Try a copy: put it back into a database that is thrown away, and verify the log in it.

    Neither the office's database nor anything else is touched; only a copy that was tried is known to be
    good. It takes as much room in the folder for temporary files as the database has. The operator's page
    shows when the last copy was tried, and how that ended. Exit code 1 when its log is not sound.

    Examples:

        ./mufakat db try /backup/mufakat-2026-11-23.dump
    """
    from cli import trials, verdicts
    from cli.copies import NotRestored, fingerprint
    from cli.reach import unreachable
    from core.database import transaction
    from core.upkeep import Chore, note_if_known

    def noted(*, well: bool, **facts: object) -> None:
        if unreachable() is None:
            with transaction() as session:
                note_if_known(session, Chore.TRIAL, well=well, file=str(file.resolve()), **facts)

    try:
        tried = trials.trial(file)
    except NotRestored as error:
        noted(well=False, sha256=fingerprint(file), error=str(error))
        raise
    noted(well=tried.well, **tried.facts())
    if as_json:
        print(json.dumps({"ok": tried.well, **tried.facts()}))
    else:
        for line in verdicts.of_ledger(tried.report, 0):
            print(line)
        print(f"{file}: put back and looked through in {tried.seconds:.1f} s")
    raise typer.Exit(0 if tried.well else 1)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `db dump` wrote.", exists=True, dir_okay=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace what the database holds now.")] = False,
) -> None:
    """Put a copy back, whole or not at all, and bring its tables up to date.

    Refused onto a database with records unless --force is given, and while other processes use the
    database: stop ./mufakat up (or web, keeper, courier and workers) first. Afterwards start them again:
    the keeper finds the cycles that were open, and they go on from where our tables say they were.

    Examples:

        ./mufakat db restore /backup/mufakat-2026-11-23.dump

        ./mufakat db restore /backup/mufakat-2026-11-23.dump --force
    """
    from alembic import command

    from cli import copies
    from cli.reach import database
    from cli.schema import alembic_config
    from core.database import transaction
    from core.upkeep import Chore, note

    with database():
        copies.restore(file, force=force)
        command.upgrade(alembic_config(), "head")
        with transaction() as session:
            note(session, Chore.RETURN, file=str(file.resolve()), sha256=copies.fingerprint(file))
    print("Restored. Start ./mufakat up again: open cycles go on from where they were.")
