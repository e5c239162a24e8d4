"""Known holes in the libraries of uv.lock, by the open database of advisories (OSV), asked in one question.

Without a network the answer is plain: not reached, nothing was checked. That fails nothing: what holds on one
day holds on a plane too. A hole that is known, does.
"""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ADVISORIES = "https://api.osv.dev/v1/querybatch"
SECONDS = 15.0
LOCK, PROJECT = Path("uv.lock"), Path("pyproject.toml")

Library = tuple[str, str]
"""A name and the version that is locked."""


class NotReached(Exception):
    """The advisories could not be asked."""


@dataclass(frozen=True, slots=True)
class Hole:
    """An advisory about a library that we use."""

    library: Library
    advisory: str


def libraries(lock: Path = LOCK) -> list[Library]:
    """Every library that is locked, from the package index."""
    said = tomllib.loads(lock.read_text())
    return [(one["name"], one["version"]) for one in said["package"] if "registry" in one["source"]]


def accepted(project: Path = PROJECT) -> Mapping[str, str]:
    """Advisories that do not concern us, each with the reason: `[tool.mufakat.audit]`."""
    tool: Mapping[str, Any] = tomllib.loads(project.read_text())["tool"]
    return tool.get("mufakat", {}).get("audit", {})


def holes(found: Sequence[Library], address: str = ADVISORIES) -> list[Hole]:
    """What is known about these libraries. Raises NotReached."""
    queries = [
        {"package": {"ecosystem": "PyPI", "name": name}, "version": version} for name, version in found
    ]
    try:
        answer = httpx.post(address, json={"queries": queries}, timeout=SECONDS)
        answer.raise_for_status()
        results = answer.json()["results"]
    except (httpx.HTTPError, ValueError, KeyError) as exc:
        raise NotReached(f"{type(exc).__name__}: {exc}") from exc
    return [
        Hole(library, hole["id"])
        for library, result in zip(found, results, strict=True)
        for hole in result.get("vulns", ())
    ]


def main(address: str = ADVISORIES) -> int:
    """Say what is known; 1 when a hole is, that nobody has looked at."""
    found = libraries()
    try:
        known = holes(found, address)
    except NotReached as exc:
        print(f"not reached: nothing was checked ({exc})")
        return 0
    reasons = accepted()
    open_ = [hole for hole in known if hole.advisory not in reasons]
    for hole in known:
        print(
            f"{hole.library[0]} {hole.library[1]}: {hole.advisory} {reasons.get(hole.advisory, '')}".rstrip()
        )
    print(f"{len(found)} libraries, {len(open_)} open holes")
    return 1 if open_ else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
