"""The parts of an instance, as children of its supervisor."""

import asyncio
import signal
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from cli.child import Child
from cli.places import ROOT
from cli.ports import LOOPBACK
from cli.postgres import Cluster
from cli.ready import FILE, Ready, announced, answering, serving
from cli.site import Site

SERVICES = ("postgres", "prefect", "worker", "web", "keeper", "courier")
STEPS = ("migrations", "sample")
EXTENSIONS = ("pg_trgm",)

POSTGRES_STOPS = ((signal.SIGINT, 2.0), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 1.0))
"""Its fast shutdown, its immediate one, and the end. SIGTERM would wait for its clients to leave."""

PREFECT_SERVER = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",  # no automations here
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",  # no blocks either
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
}


def parts(services: Collection[str], *, migrate: bool = True, sample: bool = False) -> list[str]:
    """The names of the services and of the steps that go with them."""
    return [*(["migrations"] if migrate else []), *(["sample"] if sample else []), *services]


def children(site: Site, names: Collection[str]) -> list[Child]:
    """The children of those names; what runs elsewhere is left out, and not waited for."""
    wanted = set(names)
    if site.cluster is None:
        wanted.discard("postgres")
    if site.prefect_elsewhere:
        wanted.discard("prefect")
    chosen = [_make(site, name) for name in (*STEPS, *SERVICES) if name in wanted]
    here = {child.name for child in chosen}
    return [replace(child, after=tuple(name for name in child.after if name in here)) for child in chosen]


def _make(site: Site, name: str) -> Child:
    if name in ("postgres", "prefect"):
        return _postgres(site) if name == "postgres" else _prefect(site)
    part = _ours(site, name)
    match name:
        case "migrations":
            return replace(part, after=("postgres",))
        case "worker" | "keeper":
            return replace(part, after=("prefect", "migrations"))
        case "web":
            return replace(part, ready=_web_ready(site))
        case "courier":
            # A letter may be on its way; cut off now, it would be sent again.
            return replace(part, stopping=((signal.SIGTERM, 4.0), (signal.SIGKILL, 1.0)))
        case _:
            return part


def _postgres(site: Site) -> Child:
    cluster = site.cluster
    assert cluster is not None
    ready = serving(cluster)

    async def ready_with_databases(pid: int) -> bool:
        if not await ready(pid):
            return False
        return await asyncio.to_thread(_ensure_databases, site, cluster)

    return Child(
        "postgres",
        cluster.command(),
        cluster.environment(),
        cluster.folder,
        _log(site, "postgres"),
        ready_with_databases,
        account=cluster.installation.account,
        stopping=POSTGRES_STOPS,
        tries=5,  # the processes of a killed server may still be on their way out
        failure=cluster.failure,
    )


def _ensure_databases(site: Site, cluster: Cluster) -> bool:
    from psycopg import OperationalError

    try:
        cluster.ensure_database("mufakat", site.values["MUFAKAT_CLUSTER_OURS"], EXTENSIONS)
        cluster.ensure_database("prefect", site.values["MUFAKAT_CLUSTER_PREFECT"], EXTENSIONS)
    except OperationalError:
        return False  # asked again until its time is up; its own log says why
    return True


def _prefect(site: Site) -> Child:
    port = site.values["MUFAKAT_PREFECT_PORT"]
    environment = site.environment() | PREFECT_SERVER
    environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = site.prefect_database_url
    environment["PREFECT_SERVER_API_AUTH_STRING"] = site.prefect_auth
    return Child(
        "prefect",
        [sys.executable, "-m", "prefect", "server", "start", "--host", LOOPBACK, "--port", port],
        environment,
        site.home,
        _log(site, "prefect"),
        answering(LOOPBACK, int(port), "/api/health"),
        after=("postgres",),
    )


def _ours(site: Site, name: str) -> Child:
    file = site.home / "run" / f"{name}.ready"
    command = ("db", "upgrade") if name == "migrations" else (name,)
    return Child(
        name,
        [sys.executable, "-m", "cli", *command],
        {**site.environment(), FILE: str(file)},
        ROOT,
        _log(site, name),
        announced(file),
        after=("migrations",),
        once=name in STEPS,
    )


def _web_ready(site: Site) -> Ready:
    host = site.web_url.removeprefix("http://").rpartition(":")[0]
    return answering(host, site.web_port, "/healthz")


def _log(site: Site, name: str) -> Path:
    return site.home / "logs" / f"{name}.log"
