"""Fixtures of the browser's tests: a real Chromium at the size of a phone and of a desk."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.integration.web.conftest import address, office, office_template
from tests.integration.web.office import PASSWORD

__all__ = ["address", "office", "office_template"]

QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-features=MediaRouter,OptimizationHints,Translate",
    "--no-first-run",
    "--metrics-recording-only",
)
SIZES: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}


@dataclass
class Visitor:
    """A person at a browser, and everything that went wrong in it."""

    page: Page
    address: str
    trouble: list[str] = field(default_factory=list[str])

    def watch(self) -> None:
        """Keep what the console complains of, what scripts throw and what is asked of other hosts."""
        self.page.on("console", self._read)
        self.page.on("response", self._look)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("request", lambda r: self._note(r.url) if not self._is_ours(r.url) else None)

    def log_in(self, login: str) -> None:
        self.page.goto("/login")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.press("#password", "Enter")
        self.page.wait_for_url("**/inbox")

    def _read(self, message: ConsoleMessage) -> None:
        """A refused form answers with a status of its own, on purpose: that is no trouble."""
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self._note(message.text)

    def _look(self, answer: Response) -> None:
        if answer.status >= (400 if "/static/" in answer.url else 500):
            self._note(f"{answer.status} {answer.url}")

    def _note(self, text: str) -> None:
        self.trouble.append(text)

    def _is_ours(self, url: str) -> bool:
        return url.startswith((f"{self.address}/", "data:"))


def chromium() -> str | None:
    """The browser to drive: the one that is named, or found, else Playwright's own."""
    named = os.environ.get("MUFAKAT_CHROMIUM", "/usr/bin/chromium")
    return named if Path(named).exists() else None


@pytest.fixture(scope="session")
def engine() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def visit(engine: Browser, address: str, size: str) -> Iterator["Visiting"]:
    """Sends people to the pages with a browser of this size; at the end none may have had trouble."""
    visiting = Visiting(engine, address, size)
    yield visiting
    for context in visiting.contexts:
        context.close()
    assert visiting.trouble == []


@dataclass
class Visiting:
    """Opens browsers."""

    engine: Browser
    address: str
    size: str
    contexts: list[BrowserContext] = field(default_factory=list[BrowserContext])
    visitors: list[Visitor] = field(default_factory=list[Visitor])

    def __call__(self, login: str = "", **said: Any) -> Visitor:
        options = {**SIZES[self.size], "locale": "id-ID", "base_url": self.address, **said}
        context = self.engine.new_context(**options)
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        visitor = Visitor(context.new_page(), self.address)
        self.visitors.append(visitor)
        visitor.watch()
        if login:
            visitor.log_in(login)
        return visitor

    @property
    def trouble(self) -> list[str]:
        return [text for visitor in self.visitors for text in visitor.trouble]
