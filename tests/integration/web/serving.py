"""The pages as they are served: a real server on a free port of this machine, in a thread."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from cli.ports import free_port
from tests.conftest import forget_settings

PATIENCE_SECONDS = 20.0


@contextmanager
def serving(change: Callable[[FastAPI], None] | None = None, **settings: str) -> Iterator[str]:
    """Serve the pages with these settings until the block is left; gives their address.

    `change` is done to the application before it is served.
    """
    from web.app import create_app

    port = free_port()
    said = {"MUFAKAT_WEB_PORT": str(port), **settings}
    before = {name: os.environ.get(name) for name in said}
    os.environ |= said
    forget_settings()
    app = create_app()
    if change:
        change(app)
    config = uvicorn.Config(
        app,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _wait_for(server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        forget_settings()


def _wait_for(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            raise TimeoutError("the pages were not served in time")
        time.sleep(0.01)
