"""`./mufakat up`: everything on this machine."""

import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from cli.places import home

if TYPE_CHECKING:
    from cli.instance import Instance

ONE_WISH = 1.0


def up() -> None:
    """Run Mufakat on this machine: PostgreSQL, Prefect's server, worker, web, keeper and courier.

    What dies is started again; Ctrl-C stops all. Records, mail, logs and secrets are in the data folder
    (MUFAKAT_HOME, else var beside the code). With MUFAKAT_DATABASE_URL or MUFAKAT_PREFECT_API_URL that part
    is taken from elsewhere and not run here.

    Examples:

        ./mufakat up

        MUFAKAT_HOME=/srv/mufakat MUFAKAT_WEB_PORT=8000 ./mufakat up
    """
    with supervised() as instance:
        print(f"Mufakat is ready at {instance.site.public_url}", flush=True)


@contextmanager
def supervised(*, demo: bool = False) -> "Generator[Instance]":
    """A running instance; after the block, it runs on until it is told to stop, and the command ends."""
    from cli.instance import Instance
    from cli.terminal import Terminal

    ended_by: list[int] = []
    told_at = 0.0

    def end(number: int, frame: object) -> None:
        nonlocal told_at
        # Told twice in a moment is told once: some programs signal us and our whole group.
        if time.monotonic() - told_at < ONE_WISH:
            return
        told_at = time.monotonic()
        ended_by.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    terminal = Terminal()
    try:
        with Instance.started(home(), demo=demo, sample=demo, terminal=terminal) as instance:
            yield instance
            while True:
                signal.pause()
    except KeyboardInterrupt:
        print("Mufakat has stopped.", file=sys.stderr)
        # Being told to stop is how a service ends well; Ctrl-C is an interruption, as for every command.
        raise typer.Exit(130 if ended_by[0] == signal.SIGINT else 0) from None
