"""HR changes a chain in a real browser: on a phone and on a desk, found in order by axe."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visiting
from tests.browser.test_accessible import violations

CHAIN = "/hr/chains/rank-promotion"


def look(page: Page, name: str, size: str) -> list[str]:
    """What axe finds; and a picture, where pictures are wanted."""
    if folder := os.environ.get("CHAIN_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)
    return violations(page)


def test_hr_changes_a_chain_and_publishes_it(visit: Visiting):
    page = visit("hr").page
    found: list[str] = []
    page.goto("/hr/chains")
    found += look(page, "list", visit.size)
    page.click(f"a[href='{CHAIN}']")
    found += look(page, "chain", visit.size)
    page.goto(f"{CHAIN}/versions/1")
    found += look(page, "version", visit.size)
    page.locator("form[action$='/draft/begin'] button").click()
    page.wait_for_url("**/draft")
    found += look(page, "draft", visit.size)
    page.fill("#f-stages-0-due-amount", "2")
    page.locator("#stage-0 .chain-foot button[value=save]").click()
    expect(page.locator("#source")).to_have_value(re.compile("due: 2 working days"))
    page.fill("#f-stages-0-when-in", "subject.rank >=")
    page.locator("#stage-0 .chain-foot button[value=save]").click()
    expect(page.locator("#wrong")).to_be_visible()
    found += look(page, "wrong", visit.size)
    page.locator("#wrong a[data-line]").click()
    chosen = page.evaluate(
        "() => { const s = document.getElementById('source');"
        " return s.value.slice(s.selectionStart, s.selectionEnd) }"
    )
    assert "subject.rank >=" in chosen
    page.fill("#f-stages-0-when-in", "")
    page.locator("#stage-0 .chain-foot button[value=save]").click()
    expect(page.locator("#wrong")).to_have_count(0)
    page.goto(f"{CHAIN}/draft/publish")
    found += look(page, "publish", visit.size)
    page.fill("#reason", "Dua hari kerja sudah cukup.")
    page.locator("form[action$='/draft/publish'] button").click()
    page.wait_for_url("**/versions/2")
    found += look(page, "published", visit.size)
    assert not found, "\n".join(found)
