"""Scripted people: each has a browser without JavaScript, and does what the pages let them do."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpx
from lxml import html
from lxml.html import FormElement, HtmlElement

PATIENCE_SECONDS = 90.0


class PageRefused(Exception):
    """The office answered a page with an error: {0}."""


class NoSuchForm(Exception):
    """The page has no form that a person could use for this."""


@dataclass(slots=True)
class Page:
    """What a person sees: an address, a status, and a document to read."""

    url: str
    status: int
    document: HtmlElement

    @property
    def text(self) -> str:
        return " ".join(self.document.text_content().split())

    def links(self, pattern: str) -> list[str]:
        """Addresses on the page that match, each once, in the order they stand there."""
        found = [urljoin(self.url, a.get("href", "")) for a in self.document.iterfind(".//a[@href]")]
        return list(dict.fromkeys(a for a in found if re.search(pattern, a)))

    def form(self, action: str) -> FormElement:
        """The form whose action matches. Raises NoSuchForm with what the page says."""
        for form in self.document.forms:
            if re.search(action, form.action or self.url):
                return form
        raise NoSuchForm(f"{self.url}: no form for {action!r} on: {self.text[:300]}")


@dataclass(slots=True)
class Browser:
    """One person's browser; every answer they got accepted is remembered, to be held against the records."""

    base_url: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.base_url, follow_redirects=True, timeout=PATIENCE_SECONDS)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *error: object) -> None:
        self.client.close()

    def open(self, url: str) -> Page:
        """Read a page. Raises PageRefused for an error page, httpx.TransportError when nobody answers."""
        return self._page(self._sent(lambda: self.client.get(url)))

    def download(self, url: str) -> bytes:
        """A file behind an address. Raises PageRefused."""
        answer = self._sent(lambda: self.client.get(url))
        if answer.status_code >= 400:
            raise PageRefused(f"{answer.status_code} {answer.url}")
        return answer.content

    def submit(
        self,
        page: Page,
        action: str,
        fields: Mapping[str, str | Iterable[str]] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Page:
        """Fill in the form with this action, as it stands with its hidden fields, and send it."""
        form = page.form(action)
        filled: dict[str, str | list[str]] = {}
        for name, value in form.form_values():
            before = filled.get(name)
            filled[name] = (
                value if before is None else [*([before] if isinstance(before, str) else before), value]
            )
        for name, value in (fields or {}).items():
            filled[name] = value if isinstance(value, str) else list(value)
        target = urljoin(page.url, form.action or page.url)
        if form.method == "GET":
            return self._page(self._sent(lambda: self.client.get(target, params=filled)))
        return self._page(self._sent(lambda: self.client.post(target, data=filled, files=files)))

    def log_in(self, login: str, password: str) -> Page:
        return self.submit(self.open("/login"), "login", {"login": login, "password": password})

    @staticmethod
    def _sent(ask: Callable[[], httpx.Response]) -> httpx.Response:
        """Ask again, as people do, while nobody answers or the office says that it is not well."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = ask()
                if answer.status_code < 500 or time.monotonic() > until:
                    return answer
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.5)

    @staticmethod
    def _page(answer: httpx.Response) -> Page:
        is_html = "html" in answer.headers.get("content-type", "")
        document = html.fromstring(answer.text or "<html/>") if is_html else html.fromstring("<html/>")
        page = Page(str(answer.url), answer.status_code, document)
        if answer.status_code >= 400:
            raise PageRefused(f"{answer.status_code} {answer.url}: {page.text[:400]}")
        return page
