"""HR changes a chain in a real browser: on a phone and on a desk, found in order by axe."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from approvals import takeovers
from approvals.proposals import proposals
from core.database import transaction
from tests.browser.conftest import Visiting
from tests.browser.test_accessible import violations
from tests.integration.approvals.second import ADMIN
from tests.integration.web.office import Browser, Office
from tests.integration.web.test_chain_runs import COMMITTEE, publish, text

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


@pytest.mark.parametrize("size", ["desktop"])
def test_hr_tries_a_change_on_past_cases_and_takes_those_under_way_over(office: Office, visit: Visiting):
    with Browser(visit.address) as head:
        head.log_in("head")
        for task in [office.task(n) for n in range(3)]:
            head.decide(task, decision="reject", reject_code="data-untrue", comment="Data tidak sesuai.")
    first = f"{COMMITTEE}  - stage: unit-head\n"
    publish(
        text().replace("  - stage: unit-head\n", first).replace("- stage: verification", "- stage: check")
    )
    page = visit("hr").page
    found: list[str] = []
    page.goto(f"{CHAIN}/versions/2/dry-run?with_open=true")
    expect(page.locator(".chain-verdict strong")).to_have_text("12")
    found += look(page, "dry-run", visit.size)
    page.goto(f"{CHAIN}/versions/2")
    found += look(page, "version2", visit.size)
    page.goto(f"{CHAIN}/versions/2/in-flight")
    found += look(page, "in-flight", visit.size)
    page.check("input[value=restart]")
    page.locator("main form[method=get] button").click()
    page.wait_for_url("**choice=restart**")
    page.fill("#reason", "Sidang didahulukan.")
    page.locator("aside form button").click()
    page.wait_for_url("**/in-flight")
    found += look(page, "proposed", visit.size)
    page.goto("/hr/proposals")
    found += look(page, "to-be-confirmed", visit.size)
    page.go_back()
    with transaction() as session:
        (waits,) = proposals(session, ADMIN)
        takeovers.confirm(session, ADMIN, waits.id)
    page.reload()
    page.locator("aside form[action$='/go'] button").click()
    expect(page.locator(".notice[role=status]")).to_be_visible()
    found += look(page, "taken-over", visit.size)
    page.goto(f"/cases/{office.case_of(office.task(stage='committee')).id}")
    found += look(page, "case", visit.size)
    assert not found, "\n".join(found)
