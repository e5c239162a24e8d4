"""Where an instance lives and what its processes are told: the data folder, its ports, its secrets."""

import contextlib
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.pginstall import system_folder
from cli.places import ROOT
from cli.ports import LOOPBACK, free_port, is_free
from cli.postgres import Cluster, PortInUse
from cli.preconditions import Precondition
from core.errors import MufakatError

PREFERRED_PORTS = {"MUFAKAT_WEB_PORT": 8080, "MUFAKAT_PREFECT_PORT": 4200, "MUFAKAT_CLUSTER_PORT": 5442}
SECRETS = (
    "MUFAKAT_SECRET",
    "MUFAKAT_CLUSTER_PASSWORD",
    "MUFAKAT_CLUSTER_OURS",
    "MUFAKAT_CLUSTER_PREFECT",
    "MUFAKAT_PREFECT_PASSWORD",
)
HEADER = """\
# Made by ./mufakat: the ports and secrets of this data folder, read by every command. Keep it private, and
# keep it with the backups. Add settings of your own as further lines; the environment wins over them.
"""


class HomeNotUsable(MufakatError):
    """The data folder {home} can't be used ({reason}). Choose another by MUFAKAT_HOME."""


class RealOffice(Precondition):
    """The data folder {home} belongs to a real office, so the demo stays out of it. Choose another by
    MUFAKAT_HOME."""


class KeysLost(Precondition):
    """The data folder {home} has a database but its instance.env is gone, and with it the passwords. Put the
    file back from a backup, or move {folder} away to start anew."""


@dataclass(frozen=True)
class Site:
    """An instance's folder, its settings as text, and its cluster; None when its database is elsewhere."""

    home: Path
    values: Mapping[str, str]
    outer: Mapping[str, str]
    """The environment that the settings are added to for a process of the instance."""
    cluster: Cluster | None

    @property
    def rehearsal(self) -> bool:
        return self.values.get("MUFAKAT_REHEARSAL") == "1"

    @property
    def demo(self) -> bool:
        return self.values.get("MUFAKAT_DEMO") == "1"

    @property
    def web_port(self) -> int:
        return int(self.values["MUFAKAT_WEB_PORT"])

    @property
    def web_host(self) -> str:
        return self.values.get("MUFAKAT_WEB_HOST", LOOPBACK)

    @property
    def web_url(self) -> str:
        host = LOOPBACK if self.web_host == "0.0.0.0" else self.web_host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.web_port}"

    @property
    def public_url(self) -> str:
        """The address that people type."""
        return self.values.get("MUFAKAT_WEB_PUBLIC_URL", "").rstrip("/") or self.web_url

    @property
    def database_url(self) -> str:
        return self.values["MUFAKAT_DATABASE_URL"]

    @property
    def prefect_database_url(self) -> str:
        """The second database, as Prefect's server reads it."""
        return self.values["MUFAKAT_PREFECT_DATABASE_URL"]

    @property
    def prefect_url(self) -> str:
        return self.values["MUFAKAT_PREFECT_API_URL"]

    @property
    def prefect_auth(self) -> str:
        return self.values["MUFAKAT_PREFECT_AUTH"]

    @property
    def prefect_elsewhere(self) -> bool:
        return "MUFAKAT_PREFECT_PORT" not in self.values

    def environment(self) -> dict[str, str]:
        """What a process of the instance runs with."""
        return {
            **self.outer,
            **{name: value for name, value in self.values.items() if not name.startswith("MUFAKAT_CLUSTER_")},
            "MUFAKAT_HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **self.prefect_client(),
        }

    def prefect_client(self) -> dict[str, str]:
        """What a client of Prefect's API needs; it must never start a server of its own."""
        return {
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_API_URL": self.prefect_url,
            "PREFECT_API_AUTH_STRING": self.prefect_auth,
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "DO_NOT_TRACK": "1",
        }


def make_home(home: Path) -> Path:
    """The data folder, made if need be and enterable by its owner only. Raises HomeNotUsable."""
    home = home.resolve()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("logs", "run", "prefect"):
            (home / name).mkdir(exist_ok=True)
    except OSError as error:
        raise HomeNotUsable(home=home, reason=error.strerror) from error
    return home


def open_site(
    home: Path,
    outer: Mapping[str, str],
    *,
    demo: bool | None = None,
    rehearsal: bool = False,
    durable: bool = True,
) -> Site:
    """The site in a data folder that the caller has locked; secrets and ports are chosen once and remembered.

    A folder is a demo or a real office for good once it has records; None leaves it undecided.
    `outer` is the environment to add to; its MUFAKAT_ settings win over the folder's, for this start only.
    Raises HomeNotUsable, RealOffice, KeysLost, PortInUse.
    """
    home = make_home(home)
    file = home / "instance.env"
    kept = read_values(file)
    if demo and kept.get("MUFAKAT_DEMO") == "0":
        raise RealOffice(home=home)
    given = _written_by_hand(kept) | {n: value for n, value in outer.items() if n.startswith("MUFAKAT_")}
    values = _completed(home, kept, given, quiet_ports=rehearsal)
    if demo is not None and "MUFAKAT_DEMO" not in kept:
        values["MUFAKAT_DEMO"] = "1" if demo else "0"
    if rehearsal:
        values["MUFAKAT_REHEARSAL"] = "1"
    _write_values(file, values)
    values |= given
    cluster = None
    if "MUFAKAT_CLUSTER_FOLDER" in values and "MUFAKAT_DATABASE_URL" not in given:
        folder = Path(values["MUFAKAT_CLUSTER_FOLDER"])
        port = int(values["MUFAKAT_CLUSTER_PORT"])
        cluster = Cluster(folder, port, values["MUFAKAT_CLUSTER_PASSWORD"], durable=durable)
    return Site(home, values, outer, cluster)


def read_values(file: Path) -> dict[str, str]:
    """The settings in an instance file; none when there is no file."""
    try:
        lines = file.read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def database_is_ours(home: Path) -> bool:
    """Whether the data folder's database is, or would be, the cluster that comes with Mufakat."""
    given = _written_by_hand(read_values(home / "instance.env")) | os.environ
    return "MUFAKAT_DATABASE_URL" not in given


def remove_site(site: Site) -> None:
    """Remove a throwaway site, with its cluster."""
    if site.cluster:
        shutil.rmtree(site.cluster.folder, ignore_errors=True)
    shutil.rmtree(site.home, ignore_errors=True)


def _completed(
    home: Path, kept: Mapping[str, str], given: Mapping[str, str], *, quiet_ports: bool
) -> dict[str, str]:
    """The kept settings with what is missing: secrets, free ports, and the addresses made of them."""
    values = {name: secrets.token_urlsafe(32) for name in SECRETS} | dict(kept)
    elsewhere = {
        "MUFAKAT_CLUSTER_PORT": "MUFAKAT_DATABASE_URL",
        "MUFAKAT_PREFECT_PORT": "MUFAKAT_PREFECT_API_URL",
    }
    for name, preferred in PREFERRED_PORTS.items():
        if name in given or elsewhere.get(name, "") in given:
            continue
        values[name] = str(_port(name, values, 0 if quiet_ports else preferred))
    if "MUFAKAT_DATABASE_URL" in given:
        address = given["MUFAKAT_DATABASE_URL"]
        values.setdefault("MUFAKAT_PREFECT_DATABASE_URL", _second_database(address))
    else:
        if "MUFAKAT_CLUSTER_FOLDER" not in values:
            values["MUFAKAT_CLUSTER_FOLDER"] = str(_new_cluster_folder(home))
        server = f"{LOOPBACK}:{given.get('MUFAKAT_CLUSTER_PORT', values['MUFAKAT_CLUSTER_PORT'])}"
        ours, prefects = values["MUFAKAT_CLUSTER_OURS"], values["MUFAKAT_CLUSTER_PREFECT"]
        values["MUFAKAT_DATABASE_URL"] = f"postgresql+psycopg://mufakat:{ours}@{server}/mufakat"
        values["MUFAKAT_PREFECT_DATABASE_URL"] = f"postgresql+asyncpg://prefect:{prefects}@{server}/prefect"
    if "MUFAKAT_PREFECT_API_URL" not in given:
        port = given.get("MUFAKAT_PREFECT_PORT", values["MUFAKAT_PREFECT_PORT"])
        values["MUFAKAT_PREFECT_API_URL"] = f"http://{LOOPBACK}:{port}/api"
        values["MUFAKAT_PREFECT_AUTH"] = f"mufakat:{values['MUFAKAT_PREFECT_PASSWORD']}"
    return values


def _written_by_hand(kept: Mapping[str, str]) -> dict[str, str]:
    """Addresses of a database or a Prefect server elsewhere; our own come with a port that we chose."""
    ours = {"MUFAKAT_DATABASE_URL": "MUFAKAT_CLUSTER_PORT", "MUFAKAT_PREFECT_API_URL": "MUFAKAT_PREFECT_PORT"}
    return {name: kept[name] for name, port in ours.items() if name in kept and port not in kept}


def _port(name: str, values: Mapping[str, str], preferred: int) -> int:
    """The remembered port; a new one when it is new, or taken and nobody outside knows it."""
    others = frozenset(int(values[other]) for other in PREFERRED_PORTS if other in values and other != name)
    remembered = int(values.get(name, 0))
    if remembered and is_free(remembered):
        return remembered
    if remembered and name == "MUFAKAT_WEB_PORT":
        raise PortInUse(port=remembered, setting=name)
    return free_port(remembered or preferred, others)


def _second_database(url: str) -> str:
    """Prefect's own database on the server that was given."""
    server, _, name = url.partition("?")[0].rpartition("/")
    return f"postgresql+asyncpg:{server.partition(':')[2]}/{name}_prefect"


def _new_cluster_folder(home: Path) -> Path:
    """Where a new cluster goes: in the data folder, but for root in a folder that its user can enter.

    What lies there from a data folder that is gone is moved aside, never deleted.
    """
    if os.geteuid() != 0:
        folder = home / "postgres"
        if (folder / "data").exists():
            raise KeysLost(home=home, folder=folder)
        return folder
    parent = system_folder("clusters")
    sweep_orphans(parent)
    folder = parent / hashlib.sha256(str(home).encode()).hexdigest()[:16]
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name}.{int(time.time())}"))
    return folder


def sweep_orphans(parent: Path) -> None:
    """Remove the clusters of throwaway sites whose data folder is gone."""
    for note in parent.glob("*/throwaway-of"):
        with contextlib.suppress(OSError):
            if not Path(note.read_text()).exists():
                shutil.rmtree(note.parent)


def _write_values(file: Path, values: Mapping[str, str]) -> None:
    """Write the file whole or not at all, readable by its owner only."""
    if read_values(file) == dict(values):
        return
    text = HEADER + "".join(f"{name}={value}\n" for name, value in values.items())
    scratch = file.with_suffix(".new")
    scratch.touch(mode=0o600)
    scratch.write_text(text)
    scratch.replace(file)
