"""Mails as their readers see them: on a narrow phone and a desk, light and dark; axe looks at each kind."""

import pytest
from playwright.sync_api import Browser

from tests.browser.test_accessible import violations
from tests.unit.notifications.test_mails import GOLDEN

KINDS = ("task_assigned.id", "digest.id", "case_decided_rejected.en", "checkpoint.id", "one_time_code.en")
"""One of each shape: rows and a button, a list, a quote, a signed text, a code."""
OF_PAGES = (": region:", ": landmark-one-main:")
"""What is asked of pages: around a mail stands the mail program."""
WIDTHS = (320, 390, 1280)


def test_no_mail_makes_a_reader_scroll_sideways(engine: Browser):
    too_wide: list[tuple[str, int]] = []
    for width in WIDTHS:
        context = engine.new_context(viewport={"width": width, "height": 800})
        page = context.new_page()
        for path in sorted(GOLDEN.glob("*.html")):
            page.set_content(path.read_text())
            if page.evaluate("document.documentElement.scrollWidth") > width:
                too_wide.append((path.name, width))
        context.close()
    assert too_wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_of_mail_can_be_read_by_everybody(engine: Browser, scheme: str):
    context = engine.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme)  # pyright: ignore
    page = context.new_page()
    found: list[str] = []
    for kind in KINDS:
        page.set_content((GOLDEN / f"{kind}.html").read_text())
        found += [f"{kind} {said}" for said in violations(page) if not any(of in said for of in OF_PAGES)]
    context.close()
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_each_scheme_a_mail_has_its_own_paper(engine: Browser, scheme: str):
    context = engine.new_context(color_scheme=scheme)  # pyright: ignore
    page = context.new_page()
    page.set_content((GOLDEN / "task_assigned.id.html").read_text())
    paper = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    context.close()
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(27, 36, 52)"}[scheme]
