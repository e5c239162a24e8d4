"""`./mufakat import`: personnel records from a file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

SHOWN = 50
"""Refused rows that are listed; a file that is wrong throughout need not fill the screen."""


def import_(
    file: Annotated[Path, typer.Argument(help="An XLSX or CSV file.", exists=True, dir_okay=False)],
    apply: Annotated[bool, typer.Option("--apply", help="Apply it when no row is refused.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Show row by row what a personnel file would change, and apply it whole or not at all.

    The same import as HR's page: without --apply nothing is changed. Exit code 1 when rows are refused.

    Examples:

        ./mufakat import pegawai.xlsx

        ./mufakat import pegawai.xlsx --apply
    """
    import wiring
    from cli.progress import bar
    from cli.reach import database
    from core.actor import system
    from core.database import transaction
    from personnel import importing

    wiring.wire()
    actor = system("cli")
    with database():
        with transaction() as session, bar(f"Reading {file.name}") as progress:
            found = importing.preview(session, actor, file.name, file.read_bytes(), progress)
            refused = _refused(session, found.id)
        if apply and not refused:
            with transaction() as session, bar("Applying") as progress:
                found = importing.apply(session, actor, found.id, progress)
    if as_json:
        facts = {"id": str(found.id), "file": found.file_name, "state": found.state}
        print(json.dumps(facts | {"counts": found.counts, "refused": refused}))
    else:
        _show(found.file_name, found.state, found.counts, refused)
    raise typer.Exit(1 if refused else 0)


def _refused(session: "Session", import_id: "UUID") -> list[dict[str, object]]:
    """The rows that can't be taken, with what is wrong with each."""
    from sqlalchemy import select

    from core.language import translate
    from personnel.models_imports import ImportRow

    query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.action == "refuse")
    return [
        {
            "sheet": row.sheet,
            "row": row.number,
            "label": row.label,
            "problems": [
                f"{problem['field']}: " + translate(problem["message"], "en", **problem["facts"])
                for problem in row.problems
            ],
        }
        for row in session.scalars(query.order_by(ImportRow.sheet, ImportRow.number))
    ]


def _show(file: str, state: str, counts: dict[str, Any], refused: list[dict[str, Any]]) -> None:
    for row in refused[:SHOWN]:
        print(f"{row['sheet']}, row {row['row']} ({row['label']}): {'; '.join(row['problems'])}")
    if len(refused) > SHOWN:
        print(f"... and {len(refused) - SHOWN} more")
    actions = ("create", "change", "same", "refuse", "warn")
    print(f"{file}: " + ", ".join(f"{counts.get(action, 0)} {action}" for action in actions) + f" ({state})")
    if skipped := counts.get("skipped"):
        print(f"Sheets not understood: {', '.join(skipped)}")
    if state == "previewed" and not refused:
        print("Nothing was changed; give --apply to apply it.")
