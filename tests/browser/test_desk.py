"""At the desk and on the bus: many at once, documents beside the form, news, keys; nothing typed is lost."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

import wiring
from approvals import documents
from approvals.documents import Incoming
from core import filestore
from core.actor import Actor, Role
from core.database import transaction
from tests.browser.conftest import Visiting
from tests.browser.test_accessible import violations
from tests.browser.test_approvers_day import decisions
from tests.integration.web.conftest import Browse, browse
from tests.integration.web.journeys import CHECKLIST
from tests.integration.web.office import Office
from tests.integration.web.test_operator import given_up, heard, unhurried

__all__ = ["browse", "unhurried"]


@pytest.fixture
def diploma(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan in the file of the first case, for the checklist."""
    monkeypatch.setattr(filestore, "_folder", lambda: tmp_path)
    picture = BytesIO()
    Image.new("RGB", (1240, 1754), "#f4efe2").save(picture, "JPEG")
    hr = Actor(office.people.hr, "Rosmawati Siregar", frozenset({Role.HR}))
    with transaction() as session:
        case = office.case_of(office.task()).id
        file = Incoming("ijazah.jpg", picture.getvalue())
        directory = wiring.directory(session)
        documents.add(session, hr, case, file, title="Ijazah", key="diploma", directory=directory)


def ready(page: Page) -> None:
    """Scripts are there: keys work, and the page listens."""
    expect(page.locator("html.scripted")).to_have_count(1)


def test_several_are_chosen_and_decided_at_once(office: Office, visit: Visiting, browse: Browse, size: str):
    page = visit("head").page
    if size == "phone":
        page.get_by_role("link", name="Pilih beberapa").click()
    picks = page.locator("[data-pick]")
    picks.nth(0).click()
    picks.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-picked]")).to_contain_text("3")
    found = violations(page)
    taken = office.task(1)
    page.get_by_role("button", name="Putuskan yang dipilih").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Putuskan beberapa sekaligus")
    found += violations(page)
    browse("head").decide(taken, decision="approve")
    page.get_by_role("button", name="Setujui 3").click()
    expect(page.locator(".answers-good li")).to_have_count(2)
    expect(page.locator(".answers").first).to_contain_text("Dewi Kartika Sari, S.Pd.")
    found += violations(page)
    assert not found, "\n".join(found)
    assert len(decisions()) == 3


@pytest.mark.usefixtures("diploma")
def test_a_document_is_looked_at_beside_the_form(office: Office, visit: Visiting):
    page = visit("head").page
    page.goto(f"/tasks/{office.task()}")
    page.fill("#comment", "Ijazah cocok.")
    page.get_by_role("link", name="Ijazah", exact=True).click()
    sheet = page.locator("#viewer .viewer-page")
    expect(sheet).to_be_visible(timeout=20_000)
    page.evaluate("() => document.querySelector('.viewer-page').decode()")
    expect(page.locator("#comment")).to_have_value("Ijazah cocok.")
    found = violations(page)
    page.get_by_role("button", name="Tutup").click()
    expect(page.locator("#viewer")).to_be_hidden()
    page.evaluate("history.scrollRestoration = 'manual'")
    page.goto(page.locator("#file .loads a").first.get_attribute("href") or "")
    found += violations(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", ["desktop"])
def test_what_happens_elsewhere_is_seen_without_asking(office: Office, visit: Visiting, browse: Browse):
    listing, looking = visit("head").page, visit("head").page
    first = office.task()
    looking.goto(f"/tasks/{first}")
    ready(looking)
    expect(listing.locator("[data-row]")).to_have_count(8)
    browse("head").decide(first, decision="approve")
    expect(listing.locator("[data-row]")).to_have_count(7)
    expect(looking.locator("[data-task]")).to_be_visible()
    expect(looking.locator("[data-task]")).to_contain_text("Tugas ini baru saja berubah")
    looking.goto(f"/tasks/{office.task()}")
    listing.locator("[data-pick]").first.check()
    browse("head").decide(office.task(), decision="approve")
    expect(listing.locator("[data-badge]").first).to_have_text("6")
    expect(listing.locator("[data-pick]").first).to_be_checked()
    expect(looking.locator("[data-task]")).to_be_visible()


@pytest.mark.parametrize("size", ["desktop"])
def test_keys_tick_search_skip_and_can_be_turned_off(office: Office, visit: Visiting):
    page = visit("head").page
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator("[data-pick]").first).to_be_checked()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("sari")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox?q=sari")
    page.goto("/inbox")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ahmad Fauzi Nasution, S.E.")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dewi Kartika Sari, S.Pd.")
    page.keyboard.press("?")
    page.get_by_label("Tombol tunggal aktif").uncheck()
    page.get_by_role("button", name="Tutup").click()
    page.keyboard.press("i")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dewi Kartika Sari, S.Pd.")


def test_a_form_sent_after_the_session_comes_back_whole(office: Office, visit: Visiting, browse: Browse):
    browse("head").decide(office.task(), decision="approve")
    visitor = visit("verifier")
    page = visitor.page
    page.goto(f"/tasks/{office.task(stage='verification')}")
    for item in CHECKLIST[:2]:
        page.check(f"input[value={item}]")
    page.fill("#comment", "Ijazah tidak terbaca.")
    page.select_option("#return_code", "document-missing")
    page.context.clear_cookies(name="mufakat")
    page.get_by_role("button", name="Kembalikan", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("belum ada yang terkirim")
    page.fill("#login", "verifier")
    page.fill("#password", "kunci-Belawan-2026")
    page.press("#password", "Enter")
    expect(page.locator("#comment")).to_have_value("Ijazah tidak terbaca.")
    expect(page.locator("#return_code")).to_have_value("document-missing")
    expect(page.locator("input[name=checklist]:checked")).to_have_count(2)
    page.get_by_role("button", name="Kembalikan", exact=True).click()
    expect(page.locator(".flash-good")).to_contain_text("Dikembalikan")


def test_the_colours_are_chosen_and_kept(office: Office, visit: Visiting):
    page = visit("head").page
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Gelap").click()
    page.wait_for_load_state()
    page.goto(f"/tasks/{office.task()}")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_the_operators_page_renews_itself_and_leaves_alone_what_somebody_types(
    office: Office, visit: Visiting
):
    page = visit("operator").page
    page.goto("/operator")
    ready(page)
    word, reason, look = page.locator("#vital"), page.locator("#hold-reason"), "new Event('visibilitychange')"
    expect(word).to_have_text("2 hal perlu Anda tangani sekarang")
    page.locator("summary", has_text="Hentikan pengiriman surel").click()
    reason.fill("teks salah")
    heard()
    given_up(2)
    page.evaluate(f"document.dispatchEvent({look})")
    expect(word).to_have_text("Tidak ada yang perlu Anda tangani sebelum pagi")
    expect(reason).to_have_value("teks salah")
    expect(reason).to_be_focused()
    page.context.set_offline(True)
    page.evaluate(f"document.dispatchEvent({look})")
    expect(page.locator("[data-stale]")).to_be_visible()
    page.context.set_offline(False)
    reason.press("Enter")
    expect(page.locator(".alarms")).to_contain_text("teks salah")
    page.locator("summary", has_text="Kirim ulang semuanya").click()
    page.locator("[data-panel=mail] h2").click()
    page.evaluate(f"document.dispatchEvent({look})")
    expect(page.locator("#why-all")).to_be_visible()
