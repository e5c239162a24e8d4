"""Pictures of the pages for docs/screenshots; they are renewed when UPDATE_SCREENSHOTS is set."""

import os
from pathlib import Path

import pytest

from core.settings import ROOT
from tests.browser.conftest import Visiting
from tests.browser.workdays import Workdays
from tests.integration.web.office import Office

SHARP = {"phone": 2, "desktop": 1}


@pytest.fixture
def lived(office: Office, address: str) -> Workdays:
    days = Workdays(office, address)
    days.live()
    return days


def test_inbox_task_and_cycle_are_fit_to_be_seen(lived: Workdays, visit: Visiting, size: str, tmp_path: Path):
    folder = ROOT / "docs" / "screenshots" if os.environ.get("UPDATE_SCREENSHOTS") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
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
