"""An approver's day, with fingers and with keys, with scripts and without."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from approvals.models import Decision
from core.database import transaction
from tests.browser.conftest import Visiting
from tests.integration.web.office import Office


def decisions() -> list[tuple[str, str | None, str]]:
    with transaction() as session:
        made = session.scalars(select(Decision).order_by(Decision.id))
        return [(d.kind, d.code, d.comment) for d in made]


def test_an_approver_decides_by_thumb_or_mouse_and_the_next_task_opens(
    office: Office, visit: Visiting, size: str
):
    page = visit("head").page
    expect(page.get_by_role("heading", level=1)).to_have_text("Kotak masuk")
    page.locator("[data-row]").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ahmad Fauzi Nasution, S.E.")
    page.locator(".thumb .btn-good" if size == "phone" else "#decide .btn-good").click()
    expect(page.locator(".flash-good")).to_contain_text("Disetujui: Ahmad Fauzi Nasution, S.E. (KP-2027-01/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dewi Kartika Sari, S.Pd.")
    assert decisions() == [("approve", None, "")]


@pytest.mark.parametrize("size", ["desktop"])
def test_one_key_each_moves_opens_and_decides(office: Office, visit: Visiting):
    page = visit("head").page
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ahmad Fauzi Nasution, S.E.")
    page.keyboard.press("a")
    expect(page.locator("#decide .btn-good")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".flash-good")).to_contain_text("Disetujui")
    page.keyboard.press("r")
    expect(page.locator("#return_code")).to_be_focused()
    page.keyboard.press("i")
    expect(page.locator("#return_code")).to_be_focused()
    page.select_option("#return_code", "document-missing")
    page.fill("#comment", "Ijazah belum ada.")
    page.get_by_role("button", name="Kembalikan", exact=True).click()
    expect(page.locator(".flash-good")).to_contain_text("Dikembalikan")
    assert decisions() == [("approve", None, ""), ("return", "document-missing", "Ijazah belum ada.")]


@pytest.mark.parametrize("size", ["desktop"])
def test_a_key_in_the_inbox_opens_the_task_at_its_reason(office: Office, visit: Visiting):
    page = visit("head").page
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(page.locator("#reject_code")).to_be_focused()


@pytest.mark.parametrize("size", ["desktop"])
def test_the_keys_are_explained_on_a_question_mark(office: Office, visit: Visiting):
    page = visit("head").page
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog")
    expect(help_).to_be_visible()
    expect(help_).to_contain_text("kembalikan untuk diperbaiki")
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    expect(page.locator("[data-row]:focus")).to_have_count(0)


def test_deciding_works_without_any_script(office: Office, visit: Visiting, size: str):
    page = visit("head", java_script_enabled=False).page
    page.locator("[data-row]").first.click()
    page.select_option("#reject_code", "data-untrue")
    page.get_by_role("button", name="Tolak", exact=True).click()
    expect(page.locator("#problem")).to_be_visible()
    expect(page.locator("#reject_code")).to_have_value("data-untrue")
    page.fill("#comment", "Data tidak benar.")
    page.get_by_role("button", name="Tolak", exact=True).click()
    expect(page.locator(".flash-good")).to_contain_text("Ditolak")
    assert decisions() == [("reject", "data-untrue", "Data tidak benar.")]


def test_a_part_of_the_inbox_is_shown_without_loading_the_page_anew(office: Office, visit: Visiting):
    page = visit("head").page
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Bisa diambil").click()
    expect(page.locator(".empty")).to_contain_text("Tidak ada yang seperti ini")
    assert page.evaluate("window.stayed")
    assert page.url.endswith("/inbox?filter=offered")


def test_what_was_typed_outlives_a_lost_session(office: Office, visit: Visiting):
    visitor = visit("head")
    page = visitor.page
    page.locator("[data-row]").first.click()
    where = page.url
    page.fill("#comment", "Sudah saya periksa lama sekali.")
    page.context.clear_cookies()
    page.reload()
    assert "/login" in page.url
    visitor.log_in("head")
    page.goto(where)
    expect(page.locator("#comment")).to_have_value("Sudah saya periksa lama sekali.")


def test_nothing_is_wider_than_the_screen(office: Office, visit: Visiting):
    page = visit("hr").page
    for path in (
        "/inbox",
        f"/tasks/{office.task()}",
        f"/processes/{office.cycle}",
        "/my",
        "/hr/processes/new",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
