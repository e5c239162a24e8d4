"""`./mufakat demo`: everything on this machine, with a sample agency in it."""

import json
from pathlib import Path

from cli.sample import logins_file
from cli.up import supervised


def demo() -> None:
    """Run Mufakat with a sample agency of 480 people and a promotion cycle under way.

    The first start takes up to a minute. A later one finds everything as it was left; to begin anew, stop it
    and remove the data folder (MUFAKAT_HOME, else var beside the code). Refused in the data folder of a real
    office.

    Examples:

        ./mufakat demo

        MUFAKAT_HOME=~/mufakat-demo MUFAKAT_WEB_PORT=8099 ./mufakat demo
    """
    with supervised(demo=True) as instance:
        print(f"Mufakat is ready at {instance.site.public_url}", flush=True)
        show_logins(instance.home)


def show_logins(home: Path) -> None:
    """Print one login a role."""
    from rich.console import Console
    from rich.table import Table

    table = Table("Login", "Password", "Who", "What for", box=None, pad_edge=False)
    for row in json.loads(logins_file(home).read_text()):
        table.add_row(row["login"], row["password"], row["name"], row["purpose"])
    Console().print(table)
