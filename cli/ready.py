"""How the parts of an instance tell that they are ready."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from cli.postgres import Cluster

FILE = "MUFAKAT_READY_FILE"

Ready = Callable[[int], Awaitable[bool]]


def announce() -> None:
    """Tell the supervisor, if there is one, that this process does its work now."""
    if path := os.environ.get(FILE):
        scratch = Path(f"{path}.new")
        scratch.write_text(str(os.getpid()))
        scratch.replace(path)


def announced(file: Path) -> Ready:
    """Whether the process announced itself in the file."""

    async def ready(pid: int) -> bool:
        try:
            return file.read_text() == str(pid)
        except FileNotFoundError:
            return False

    return ready


def serving(cluster: Cluster) -> Ready:
    """Whether the cluster's own server, not an older one, takes connections."""

    async def ready(pid: int) -> bool:
        return cluster.is_ready() and cluster.running_pid() == pid

    return ready


def answering(host: str, port: int, path: str) -> Ready:
    """Whether an HTTP server answers 200 there."""

    async def ready(pid: int) -> bool:
        try:
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    writer.write(
                        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
                    )
                    return b" 200 " in await reader.readline()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False

    return ready
