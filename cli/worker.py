"""`./mufakat worker`: runs the flows."""

import asyncio
import signal

from cli import logs
from cli.ready import announce
from cli.serving import prefect_environment


def worker() -> None:
    """Bring the deployments up to date and run the flows of the work pool, until stopped.

    Several workers may run at once, also on several machines. How many flows run at a time is set on the
    work pool, never here: a worker with a limit of its own dies when a run resumes while its old process is
    still going out.

    Examples:

        ./mufakat worker

        MUFAKAT_PREFECT_API_URL=http://10.0.0.5:4200/api ./mufakat worker
    """
    prefect_environment()
    logs.configure()
    asyncio.run(_work())


async def _work() -> None:
    from prefect.workers.process import ProcessWorker

    from core.settings import settings
    from flows.process import deployments

    working = asyncio.current_task()
    assert working
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, working.cancel)
    try:
        await _prefect_answers()
        await asyncio.to_thread(deployments.register)
        pool = settings().prefect.work_pool
        await ProcessWorker(work_pool_name=pool).start(printer=lambda *_: announce())
    except asyncio.CancelledError:
        return


async def _prefect_answers() -> None:
    """Wait for the Prefect server, however long: it may be started after its workers."""
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        while await client.api_healthcheck() is not None:
            await asyncio.sleep(1)
