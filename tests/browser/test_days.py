"""A day of each of those who do not sit before the inbox: in one office, each on a device of theirs."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visiting
from tests.browser.furnished import Furnished, furnish
from tests.integration.web.office import Office
from tests.integration.web.record import appraised
from tests.integration.web.test_mine import known_as
from web import cookies


@pytest.fixture
def made(office: Office, address: str) -> Furnished:
    return furnish(office, address)


@pytest.fixture
def devices(engine: Browser, made: Furnished, address: str) -> Iterator[dict[str, Visiting]]:
    """A phone and a desk; at the end nobody may have had trouble at either."""
    both = {size: Visiting(engine, address, size) for size in ("phone", "desktop")}
    yield both
    for visiting in both.values():
        for context in visiting.contexts:
            context.close()
        assert visiting.trouble == []


def test_each_has_a_day(made: Furnished, devices: dict[str, Visiting]):
    citizen(made, devices["phone"])
    hr(made, devices["desktop"])
    employee(made, devices["phone"])
    employee_whose_file_lacks_something(made, devices["phone"])
    head_on_the_bus(made, devices["phone"])
    auditor(made, devices["desktop"])


def citizen(made: Furnished, phone: Visiting) -> None:
    """Types a decree's code as it is printed, once wrongly, and holds what is shown against the paper."""
    page = phone().page
    page.goto("/")
    page.fill("#code", "AAAA-BBBB-CCCC-DDDD")
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tidak ada surat keputusan dengan kode ini")
    page.fill("#code", made.decree.lower())
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Surat keputusan ini asli")
    expect(page.locator("main")).to_contain_text("III/a → III/b")
    file = page.request.get(f"/verify/{made.decree}.pdf")
    assert (file.status, file.body()[:5]) == (200, b"%PDF-")


def hr(made: Furnished, desk: Visiting) -> None:
    """Tries a new cycle out and launches it; in the one that runs, goes from a number to a person."""
    appraised(made.office)
    page = desk("hr").page
    page.goto("/hr/processes/new")
    page.select_option("#effective_on", index=2)
    page.get_by_role("button", name="Uji coba").click()
    page.wait_for_url("**/dry-run?*", timeout=60_000)
    page.get_by_role("button", name="Mulai", exact=True).click()
    page.wait_for_url(re.compile(r"/processes/[0-9a-f-]{36}$"))
    assert str(made.office.cycle) not in page.url
    page.goto(f"/processes/{made.office.cycle}")
    page.locator(f"a[href^='/processes/{made.office.cycle}/candidates']").first.click()
    page.get_by_role("link", name="Ahmad Fauzi Nasution").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ahmad Fauzi Nasution")


def employee(made: Furnished, phone: Visiting) -> None:
    """Finds in plain words who has the case, answers, sees that HR looked, takes the own data home."""
    page = phone("staff0").page
    page.goto("/my")
    expect(page.locator("main")).to_contain_text("Irwansyah Daulay")
    page.locator(f"a[href='/cases/{made.things.ids['case_id']}']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ahmad Fauzi Nasution, S.E.")
    expect(page.locator("#decide")).to_have_count(0)
    page.locator("#remarks summary").last.click()
    remark = page.locator("#remarks form[action$='/remarks']").last
    remark.locator("textarea").fill("Ijazah asli saya bawa besok.")
    remark.get_by_role("button").last.click()
    expect(page.locator("#remarks")).to_contain_text("Ijazah asli saya bawa besok.")
    page.goto("/my/data")
    expect(page.locator("main")).to_contain_text("Rosmawati Siregar")
    assert page.request.get("/my/data/export.zip").body()[:2] == b"PK"


def employee_whose_file_lacks_something(made: Furnished, phone: Visiting) -> None:
    """Reads what is missing, sends both documents with their numbers, and sees who checks them."""
    known_as("Yusuf Ibrahim", "yusuf")
    page = phone("yusuf").page
    page.goto("/my")
    page.locator(".asked-list a").first.click()
    for key in ("last-rank-decree", "diploma"):
        page.set_input_files(
            f"#file-{key}",
            {"name": f"{key}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"},
        )
        page.fill(f"#number-{key}", "823/12/2022")
    page.get_by_role("button", name="Kirim ke kepegawaian").click()
    expect(page.locator(".flash-good")).to_contain_text("Sudah ada di kepegawaian")
    page.goto("/my")
    expect(page.locator(".asked-list")).to_have_count(0)
    expect(page.locator(".mine-case")).to_contain_text("menunggu diambil oleh salah satu")


def head_on_the_bus(made: Furnished, phone: Visiting) -> None:
    """Comes by the link of a mail, confirmed by its code; decides there, and can't a second time."""
    visitor = phone()
    page = visitor.page
    page.context.add_cookies([{"name": cookies.LINK, "value": made.passed, "url": visitor.address}])
    page.goto(made.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ahmad Fauzi Nasution, S.E.")
    page.locator(".btn-good:visible").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Terima kasih")
    page.goto(made.link)
    expect(page.locator("main")).to_contain_text("Tidak ada yang perlu Anda putuskan di sini")


def auditor(made: Furnished, desk: Visiting) -> None:
    """Reads a case's whole story, who looked at whom and the checkpoint; and can decide nothing."""
    page = desk("staff8").page
    page.goto("/ledger")
    page.get_by_role("link", name="Siapa melihat data siapa").click()
    expect(page.locator("main")).to_contain_text("Rosmawati Siregar")
    page.goto("/ledger/events")
    expect(page.locator("main")).to_contain_text("Irwansyah Daulay")
    page.goto(f"/cases/{made.things.ids['case_id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ahmad Fauzi Nasution, S.E.")
    expect(page.locator(".btn-good")).to_have_count(0)
    assert page.request.get("/ledger/1.txt").ok
