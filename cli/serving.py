"""What the long-running commands share: they stop when told, and say when they do their work."""

import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager

from cli import logs


@contextmanager
def until_told() -> Generator[threading.Event]:
    """Logs, the composition of the rooms, and an event that is set when the process is asked to end."""
    import wiring

    logs.configure()
    wiring.wire()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    yield stop


def prefect_environment() -> None:
    """Let Prefect's client find the server of our settings. To be called before Prefect is imported."""
    from core.settings import settings

    prefect = settings().prefect
    os.environ |= {
        "PREFECT_API_URL": prefect.api_url,
        "PREFECT_API_AUTH_STRING": prefect.auth.get_secret_value(),
        "PREFECT_HOME": str(settings().home / "prefect"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "DO_NOT_TRACK": "1",
    }
