"""`./mufakat doctor`: what is wrong here, and what to do about it."""

import json
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
    as_lines: Annotated[bool, typer.Option("--lines", hidden=True)] = False,
) -> None:
    """Look at everything that Mufakat needs, and say of each what to do.

    Exit code 1 when something is broken; a warning alone is no failure.

    Examples:

        ./mufakat doctor

        ./mufakat doctor --json | jq '.findings[] | select(.state != "ok")'
    """
    from rich.console import Console
    from rich.table import Table

    from cli.findings import findings

    if as_lines:  # for the operator's page: each as soon as it is found, and nothing is started
        for finding in findings(start=False):
            print(json.dumps(vars(finding)), flush=True)
        return
    found = list(findings())
    broken = any(finding.state == "broken" for finding in found)
    if as_json:
        print(json.dumps({"ok": not broken, "findings": [vars(finding) for finding in found]}))
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        marks = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "broken": "[red]broken[/]"}
        for finding in found:
            advice = f"\n[bold]{finding.advice}[/]" if finding.advice else ""
            table.add_row(marks[finding.state], finding.subject, f"{finding.found}{advice}")
        Console().print(table)
    raise typer.Exit(1 if broken else 0)
