"""`./mufakat web`: serves the pages."""

import os
from pathlib import Path
from typing import Annotated

import typer


def web(
    workers: Annotated[int, typer.Option(help="Processes that share the port.", min=1)] = 1,
) -> None:
    """Serve the pages, until stopped.

    Address and port are MUFAKAT_WEB_HOST and MUFAKAT_WEB_PORT; behind a reverse proxy on this machine,
    MUFAKAT_WEB_PUBLIC_URL is the address that people type.

    Examples:

        ./mufakat web

        MUFAKAT_WEB_HOST=0.0.0.0 ./mufakat web --workers 4
    """
    import uvicorn

    from cli import logs
    from core.settings import settings

    logs.configure()
    page = settings().web
    counting(settings().home / "run" / f"metrics-{page.port}")
    uvicorn.run(
        "web.app:create_app",
        factory=True,
        host=page.host,
        port=page.port,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        # Only a proxy of ours may say whom it speaks for; without one, anybody local could.
        proxy_headers=bool(page.public_url),
        timeout_graceful_shutdown=2,
    )


def counting(folder: Path) -> None:
    """Let all processes of the web count in one folder, which begins empty; before they are imported."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
