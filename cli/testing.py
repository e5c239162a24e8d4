"""`./mufakat test`: is all as it should be?"""

import os
import sys
from typing import Any

import typer

PASSED_ON: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True}


def test(context: typer.Context) -> None:
    """Run everything that must hold, or only what pytest is told to run.

    Without arguments: lint, format, types, import contracts, declared libraries, then all tests, on a
    PostgreSQL, a Prefect server, an SMTP server and a browser of their own. All stages run, whatever fails;
    exit code 1 if any did. With arguments: pytest with just these.

    Examples:

        ./mufakat test

        ./mufakat test tests/patterns -q

        ./mufakat test -k delegate --pdb
    """
    from cli import chromium
    from cli.places import ROOT
    from cli.stages import run_all

    os.chdir(ROOT)
    wanted = context.args
    if not wanted or any("browser" in argument for argument in wanted):
        os.environ[chromium.VARIABLE] = chromium.ensured()
    elif path := chromium.found():
        os.environ[chromium.VARIABLE] = path
    if wanted:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *wanted])
    raise typer.Exit(run_all())
