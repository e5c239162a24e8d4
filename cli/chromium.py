"""The browser of the tests: found, or had from Debian or from Playwright."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from core.errors import MufakatError

VARIABLE = "MUFAKAT_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


class NoChromium(MufakatError):
    """The browser tests need Chromium, and none could be had ({tried}). Install Debian's package chromium or
    Google Chrome, or point MUFAKAT_CHROMIUM at the program."""


def found() -> str | None:
    """A Chromium of this machine; the one of MUFAKAT_CHROMIUM first."""
    for name in (os.environ.get(VARIABLE), *NAMES, MAC):
        if name and (path := shutil.which(name)):
            return path
    return _playwrights()


def ensured() -> str:
    """A Chromium, installed if need be. Raises NoChromium with what was tried."""
    if path := found():
        return path
    tried = ["no program found"]
    for title, commands in _ways():
        print(f"Chromium is missing: trying {title}", file=sys.stderr)
        done = all(
            subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0 for command in commands
        )
        if done and (path := found()):
            return path
        tried.append(f"{title} failed")
    raise NoChromium(tried="; ".join(tried))


def _ways() -> list[tuple[str, list[list[str]]]]:
    ways: list[tuple[str, list[list[str]]]] = []
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        ways.append(("Debian's package", [["apt-get", "update", "-q"], install]))
    ways.append(("Playwright's download", [[sys.executable, "-m", "playwright", "install", "chromium"]]))
    return ways


def _playwrights() -> str | None:
    default = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "ms-playwright"
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or default)
    programs = sorted(folder.glob("chromium-*/chrome-*/chrome")) if folder.is_dir() else []
    return str(programs[-1]) if programs else None
