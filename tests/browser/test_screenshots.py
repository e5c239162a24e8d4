"""Pictures of the pages for docs/screenshots; they are renewed when UPDATE_SCREENSHOTS is set."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.settings import ROOT
from tests.browser.conftest import SIZES, Visiting
from tests.browser.workdays import Workdays
from tests.integration.web.office import Office
from tests.unit.notifications.test_mails import GOLDEN

SHARP = {"phone": 2, "desktop": 1}


@pytest.fixture
def lived(office: Office, address: str) -> Workdays:
    days = Workdays(office, address)
    days.live()
    return days


def folder_of(tmp_path: Path) -> Path:
    return ROOT / "docs" / "screenshots" if os.environ.get("UPDATE_SCREENSHOTS") else tmp_path


def test_inbox_task_and_cycle_are_fit_to_be_seen(lived: Workdays, visit: Visiting, size: str, tmp_path: Path):
    folder = folder_of(tmp_path)
    head = visit("head", device_scale_factor=SHARP[size]).page
    hr = visit("hr", device_scale_factor=SHARP[size]).page
    for page, name, path in (
        (head, "inbox", "/inbox"),
        (head, "task", f"/tasks/{lived.office.task(2)}"),
        (hr, "cycle", f"/processes/{lived.office.cycle}"),
    ):
        page.goto(path)
        page.evaluate("document.fonts.ready")
        picture = page.screenshot(path=folder / f"{name}-{size}.png", animations="disabled")
        assert len(picture) > 20_000


def test_the_mail_of_a_task_is_fit_to_be_seen(engine: Browser, size: str, tmp_path: Path):
    page = engine.new_page(**SIZES[size], device_scale_factor=SHARP[size])
    page.set_content((GOLDEN / "task_assigned.id.html").read_text())
    picture = page.screenshot(path=folder_of(tmp_path) / f"mail-{size}.png")
    page.close()
    assert len(picture) > 20_000
