"""`./mufakat keeper`: holds what the office wants against what the flows do."""

from cli.ready import announce
from cli.serving import prefect_environment, until_told


def keeper() -> None:
    """Start, resume, cancel and restart flow runs as the office wants them, until stopped.

    It also seals the log and sends reminders and escalations when they are due. It works on while the Prefect
    server is away, and catches up when it is back.

    Examples:

        ./mufakat keeper
    """
    prefect_environment()
    with until_told() as stop:
        from flows.process import keeping

        announce()
        keeping.run(stop)
