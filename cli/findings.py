"""What the doctor looks at: one function a subject, none of which may raise."""

import hashlib
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Literal

from cli.pginstall import version
from cli.places import ROOT, home
from cli.site import database_is_ours, read_values


@dataclass(frozen=True)
class Finding:
    """What was found of one subject, and what to do about it."""

    subject: str
    state: Literal["ok", "warning", "broken"]
    found: str
    advice: str = ""


def findings(*, start: bool = True) -> Iterator[Finding]:
    """All findings, each as soon as it is made. A database of ours that does not run is started for those of
    the database, unless nothing may be started."""
    machine: list[Callable[[], Finding]] = [python, uv, lock, data_folder, disk, clock_zone]
    for look in (*machine, secrets, logins, mail, chromium, prefect):
        yield look()
    yield from databases(start=start)


def python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("Python", "ok", f"{version}, {sys.executable}")


def uv() -> Finding:
    path = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".venv-tool" / "bin"))
    if path:
        return Finding("uv", "ok", path)
    return Finding("uv", "warning", "not found", "Run ./mufakat once: it installs uv into .venv-tool.")


def lock() -> Finding:
    stamp = ROOT / ".venv" / ".mufakat-lock"
    current = hashlib.sha256((ROOT / "uv.lock").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text().split() == [current]:
        return Finding("Libraries", "ok", "as uv.lock says")
    return Finding(
        "Libraries", "warning", "not installed by ./mufakat from this uv.lock", "Run ./mufakat --help."
    )


def disk() -> Finding:
    from core import machine

    disk = machine.disk()
    found = f"{disk.free / 1e9:.1f} GB free for {disk.folder}"
    if disk.free >= machine.ROOM_NEEDED:
        return Finding("Disk", "ok", found)
    return Finding("Disk", "broken", found, "Make room, or choose another data folder by MUFAKAT_HOME.")


def data_folder() -> Finding:
    kept = read_values(home() / "instance.env")
    if not kept:
        return Finding(
            "Data folder", "warning", f"{home().resolve()}: not made yet", "Run ./mufakat up or demo."
        )
    kind = {"1": "demo", "0": "office"}.get(kept.get("MUFAKAT_DEMO", ""), "empty")
    where = kept.get("MUFAKAT_CLUSTER_FOLDER", "database elsewhere")
    return Finding("Data folder", "ok", f"{home().resolve()} ({kind}), cluster: {where}")


def clock_zone() -> Finding:
    from core.settings import settings

    zone = settings().office.zone
    try:
        named = settings().zone
    except (ValueError, OSError, KeyError) as error:
        return Finding(
            "Office's zone",
            "broken",
            f"{zone}: {error}",
            "Set MUFAKAT_OFFICE_ZONE to a zone such as Asia/Jakarta.",
        )
    now = datetime.now(named)
    if now.year < 2026:
        return Finding(
            "Clock",
            "broken",
            f"this machine thinks it is {now.year}",
            "Set its clock: deadlines depend on it.",
        )
    return Finding("Clock", "ok", f"{now:%Y-%m-%d %H:%M} in {zone}")


def secrets() -> Finding:
    """Whether anybody but their owner can read the files that hold secrets."""
    from core.settings import settings

    kept = [settings().instance_file, settings().ledger_key_file, settings().oidc.client_secret_file]
    there = [file for file in kept if file is not None and file.exists()]
    open_ = [str(file) for file in there if file.stat().st_mode & 0o077]
    if not open_:
        return Finding("Secrets", "ok", "in the environment, and in files that their owner alone reads")
    return Finding(
        "Secrets", "broken", f"others can read {', '.join(open_)}", "Run chmod 600 on each of them."
    )


def logins() -> Finding:
    """By what people get in."""
    from core.settings import settings

    if settings().second_factor_required:
        return Finding("Logins", "ok", "HR, operators and administrators need a second factor")
    trying = settings().demo or settings().rehearsal
    advice = "" if trying else "Take MUFAKAT_LOGIN_SECOND_FACTOR away."
    return Finding("Logins", "ok" if trying else "warning", "nobody needs a second factor", advice)


def mail() -> Finding:
    from core.settings import settings

    chosen = settings().mail
    if chosen.transport == "maildir":
        advice = "" if settings().demo else "Set MUFAKAT_MAIL_TRANSPORT=smtp and MUFAKAT_MAIL_SMTP_HOST."
        state = "ok" if settings().demo else "warning"
        return Finding("Mail", state, f"kept in {settings().maildir}, sent to nobody", advice)
    try:
        socket.create_connection((chosen.smtp_host, chosen.smtp_port), timeout=5).close()
    except OSError as error:
        return Finding(
            "Mail",
            "broken",
            f"{chosen.smtp_host}:{chosen.smtp_port}: {error.strerror or error}",
            "Check MUFAKAT_MAIL_SMTP_HOST and _PORT.",
        )
    return Finding("Mail", "ok", f"SMTP by {chosen.smtp_host}:{chosen.smtp_port}")


def chromium() -> Finding:
    from cli.chromium import found

    if path := found():
        return Finding("Chromium", "ok", path)
    return Finding(
        "Chromium",
        "warning",
        "not found; only ./mufakat test needs it",
        "Run ./mufakat test: it installs one.",
    )


def databases(*, start: bool = True) -> list[Finding]:
    from cli.database_check import examine
    from cli.reach import database, unreachable
    from core.errors import MufakatError

    if not start and (reason := unreachable()):
        return [Finding("PostgreSQL", "broken", reason, "Start it, or see its log in the data folder.")]
    if database_is_ours(home()) and not read_values(home() / "instance.env"):
        return [Finding("PostgreSQL", "ok", f"{version()}, comes with Mufakat; no data yet")]

    try:
        with database(migrate=False):
            found = examine()
            proof = [ledger(), copies()] if found.at_head else []
    except MufakatError as error:
        return [Finding("PostgreSQL", "broken", str(error), "See above.")]
    enough = "ok" if found.new_enough else "broken"
    server = Finding(
        "PostgreSQL", enough, found.version, "" if found.new_enough else "Use version 15 or later."
    )
    if found.at_head and not found.differences:
        return [server, Finding("Tables", "ok", f"at the newest revision, {found.revision}"), *proof]
    if found.revision is None:
        return [
            server,
            Finding("Tables", "warning", "none yet", "Run ./mufakat up, or ./mufakat db upgrade."),
        ]
    return [server, Finding("Tables", "broken", found.lines()[1], "Run ./mufakat db upgrade.")]


def ledger() -> Finding:
    """Whether checkpoints are signed as they should be; not whether the log is sound: that takes longer."""
    from core.database import transaction
    from core.ledger import checkpoints

    with transaction() as session:
        last = checkpoints.latest(session)
        late = checkpoints.is_late(session)
    found = f"checkpoint {last.number} of {last.at:%Y-%m-%d %H:%M} UTC" if last else "no checkpoint yet"
    if not late:
        return Finding("Ledger", "ok", found)
    return Finding(
        "Ledger",
        "warning",
        f"{found}; the next is late",
        "See the keeper's log, and run ./mufakat ledger verify.",
    )


def copies() -> Finding:
    """Whether a copy of the database was made lately, and tried."""
    from core import upkeep
    from core.database import transaction
    from core.settings import settings

    with transaction() as session:
        done = upkeep.latest(session)
    copy, trial = done.get(upkeep.Chore.COPY), done.get(upkeep.Chore.TRIAL)
    if copy is None:
        found = "none was made by ./mufakat db dump"
    else:
        how = {None: "none was tried", True: "the last trial went well", False: "the last trial went wrong"}
        tried = how[trial.well if trial else None]
        found = f"{copy.facts['file']} of {copy.at:%Y-%m-%d %H:%M} UTC; {tried}"
    if settings().demo or not upkeep.copy_is_late(copy, datetime.now(UTC), settings().upkeep.copy_hours):
        return Finding("Copies", "ok", found)
    return Finding("Copies", "warning", found, "Run ./mufakat db dump every night, and db try now and then.")


def prefect() -> Finding:
    import httpx

    from core.settings import settings

    chosen = settings().prefect
    user, _, password = chosen.auth.get_secret_value().partition(":")
    try:
        answer = httpx.get(f"{chosen.api_url}/admin/version", auth=(user, password), timeout=5)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        return Finding(
            "Prefect",
            "warning",
            f"{chosen.api_url}: {error}",
            "Run ./mufakat up; decisions work without it, flows wait.",
        )
    ours, theirs = metadata.version("prefect"), str(answer.json())
    state = "ok" if ours == theirs else "warning"
    return Finding(
        "Prefect",
        state,
        f"{theirs} at {chosen.api_url}",
        "" if state == "ok" else f"This code expects {ours}.",
    )
