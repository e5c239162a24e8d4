"""axe-core looks at every page: in both languages, on phone and desk, in light and dark; WCAG 2.2 AA."""

import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.conftest import SIZES, Visiting
from tests.browser.furnished import BY_MAIL, Furnished, furnish
from tests.integration.web.matrix import routes
from tests.integration.web.office import Office
from tests.integration.web.record import appraised
from web import cookies
from web.app import create_app

AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules that see a colour: nothing else of a page differs between light and dark."""
HEIGHT = "document.documentElement.scrollHeight"
NO_PAGES = re.compile(
    r"^/(api/v1(?!/docs)|static|events|healthz|readyz|metrics|login/oidc|mail(?!/off))"  # for programs
    r"|\.(csv|xlsx|zip|txt|pdf|\{kind\})$|/pages/\{number\}$|/documents/\{document_id\}$|/receipt$|/body$"
    r"|^/(inbox/after/\{task_id\}|analytics|login/second)$"  # lead elsewhere; the last is looked at apart
)


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each with the first place it found.

    The screen is made as high as the page: bars that stick to its edge cover nothing then.
    """
    size = page.viewport_size
    assert size
    page.set_viewport_size({**size, "height": page.evaluate(HEIGHT) + 1})
    page.evaluate(AXE)  # through the debugger: the page's own policy would not let it in
    found = found_by_axe(page, RULES)
    page.set_viewport_size(size)
    return found


def found_by_axe(page: Page, rules: object) -> list[str]:
    run = "rules => axe.run(document, {runOnly: rules, preload: false}).then(result => result.violations)"
    found: list[dict[str, Any]] = page.evaluate(run, rules)
    return [f"{page.url}: {v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]


@pytest.fixture
def furnished(office: Office, address: str) -> Furnished:
    return furnish(office, address)


def looked_at_from_all_sides(devtools: CDPSession, page: Page) -> list[str]:
    """What axe finds on a page at both sizes in both schemes; it is loaded once."""
    found: list[str] = []
    for name in SIZES:
        turn_to(devtools, page, name)
        for scheme, rules in (("light", RULES), ("dark", OF_COLOURS)):
            page.emulate_media(color_scheme=scheme)  # pyright: ignore
            found += [f"{name} {scheme} {said}" for said in found_by_axe(page, rules)]
    return found


def turn_to(devtools: CDPSession, page: Page, name: str) -> None:
    """Show the page that is open as another device does, on a screen as high as the page."""
    phone, size = bool(SIZES[name].get("is_mobile")), SIZES[name]["viewport"]
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": phone})
    for _ in range(2):
        devtools.send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 1, "mobile": phone})
        size = {**size, "height": page.evaluate(HEIGHT) + 1}
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size["width"], f"{page.url} is {wide} pixels wide on {name}"


@pytest.mark.parametrize("size", ["desktop"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_on_any_page_at_any_size_in_any_colours(
    furnished: Furnished, visit: Visiting, language: str
):
    found, pages = list[str](), furnished.pages()
    assert not left_out(chain(*pages.values())), "name each in furnished.py"
    for login, paths in pages.items():
        visitor = visit("" if login == BY_MAIL else login, reduced_motion="reduce")
        worn = {"mufakat_language": language} | ({cookies.LINK: furnished.passed} if login == BY_MAIL else {})
        of_ours = [{"name": name, "value": value, "url": visit.address} for name, value in worn.items()]
        visitor.page.context.add_cookies(of_ours)  # pyright: ignore
        visitor.page.add_init_script(AXE)
        devtools = visitor.page.context.new_cdp_session(visitor.page)
        for path in paths:
            visitor.page.goto(path)
            found += looked_at_from_all_sides(devtools, visitor.page)
        visitor.page.context.close()
    assert not found, "\n".join(found)


def left_out(pages: Iterable[str]) -> set[str]:
    """The routes of the application that give a page which is not among these."""
    plain = [page.partition("?")[0] for page in pages]
    there = {path for method, path in routes(create_app()) if method == "GET" and not NO_PAGES.search(path)}
    pattern = {route: re.compile(re.sub(r"\{\w+\}", "[^/]+", route)) for route in there}
    return {route for route in there if not any(pattern[route].fullmatch(page) for page in plain)}


def test_axe_finds_nothing_where_things_stand_open_or_went_wrong(office: Office, visit: Visiting):
    page = visit("head").page
    page.goto(f"/tasks/{office.task()}")
    page.get_by_role("button", name="Kembalikan", exact=True).click()
    found = violations(page)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    found += violations(page)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = false")
    if visit.size == "desktop":
        page.locator("h1").click()
        page.keyboard.press("?")
        found += violations(page)
    assert not found, "\n".join(found)


def test_the_dry_run_and_its_people_are_accessible(office: Office, visit: Visiting):
    appraised(office)
    page = visit("hr").page
    page.goto("/hr/processes/new")
    page.select_option("#effective_on", index=2)  # not the day of the cycle that is under way
    page.get_by_role("button", name="Uji coba").click()
    page.wait_for_url("**/dry-run?**")
    page.get_by_role("heading", name="Perkiraan lamanya").wait_for()
    page.evaluate("for (const d of document.querySelectorAll('main details')) d.open = true")
    found = violations(page)
    assert not found, "\n".join(found)


def test_one_can_skip_to_the_content_by_keyboard(office: Office, visit: Visiting):
    page = visit("head").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
