"""axe-core looks at every page, in both languages, on a phone and on a desk: WCAG 2.2 AA."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from core.actor import Actor, Role, system
from core.database import transaction
from core.events import seal
from core.ledger import checkpoints, keys
from notifications import webhooks
from notifications.models import Message, MessageState
from notifications.webhooks import Wanted
from personnel import importing
from personnel.models import Account, Employee
from tests.browser.conftest import Visiting
from tests.integration.web.office import Office
from tests.integration.web.programs import ADMIN, token_of, token_of_system
from tests.integration.web.record import appraised

AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each with the first place it found.

    The screen is made as high as the page: bars that stick to its edge cover nothing then.
    """
    size = page.viewport_size
    assert size
    page.set_viewport_size({**size, "height": page.evaluate("document.documentElement.scrollHeight") + 1})
    page.evaluate(AXE)  # through the debugger: the page's own policy would not let it in
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(result => result.violations)", RULES
    )
    page.set_viewport_size(size)
    return [f"{page.url}: {v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]


def pages_of(office: Office) -> dict[str, list[str]]:
    """Every page by who opens it."""
    task, cycle = office.task(), f"/processes/{office.cycle}"
    case = office.case_of(task).id
    with transaction() as session:
        of_staff = Account.employee_id == office.people.staff[0]
        account = session.scalars(select(Account.id).where(of_staff)).one()
        unit = session.get_one(Employee, office.people.head).unit_id
    return {
        "": [
            "/",
            "/login",
            "/activate",
            "/forgot",
            "/verify",
            "/verify/NOSUCHCODE",
            "/nothing",
            "/link/broken",
            "/api/v1/docs",
        ],
        "head": [
            "/inbox",
            "/inbox?filter=offered",
            "/inbox?q=nobody",
            "/inbox/choices?q=nasution",
            "/inbox/group",
            f"/tasks/{task}",
            "/my/password",
            "/my/sessions",
            "/my/second-factor",
            "/nothing",
        ],
        "staff0": [
            "/inbox",
            "/my",
            "/my/delegations",
            "/my/relations",
            "/my/data",
            "/my/mail",
            "/my/messages",
            "/my/tokens",
            f"/cases/{case}",
            f"/tasks/{task}",
        ],
        "hr": [
            "/processes",
            cycle,
            f"{cycle}/candidates",
            f"{cycle}/candidates?search=nobody",
            f"{cycle}/candidates/{office.people.staff[0]}",
            f"{cycle}/outside",
            "/hr/processes/new",
            "/hr/imports",
            *sent(office),
            "/inbox/group?part=allocated",
            "/hr/accounts",
            f"/hr/accounts/{account}",
            "/hr/directory",
            f"/hr/directory/units/{unit}",
            f"/hr/directory/people/{office.people.staff[0]}",
            "/hr/staff",
            "/hr/unreached",
            "/hr/staff/committees",
            "/hr/staff/relations",
            "/hr/staff/capabilities",
            "/hr/staff/delegations",
            "/webhooks",
            f"/webhooks/{told()}",
            "/analytics/times",
            "/analytics/reasons",
            "/analytics/flow",
            "/analytics/load",
            "/analytics/overruns",
        ],
        "operator": ["/operator", "/operator/mail", "/ledger"],
        "staff9": ["/admin/systems"],
    }


def told() -> UUID:
    """A system that is told of decisions, with a message on its way; and an administrator with its token."""
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "staff9")).one()
        account.roles = [Role.ADMIN]
        wanted = Wanted.said("SIASN", "https://example.com/hook", ["task.decided"], personal=False)
        endpoint, _ = webhooks.register(session, ADMIN, wanted)
        webhooks.test(session, ADMIN, endpoint.id)
    token_of_system()
    token_of("staff0")
    return endpoint.id


def sent(office: Office) -> list[str]:
    """The pages of two files: with refused rows, and with columns that are still to be chosen."""
    plain = "NIP;Nama;Unit Kerja;Tgl Lahir\n123;Budi;Dinas Anu;1-1-80\n198001012005011001;Adi;Dinas Lain;\n"
    strange = (
        "Nomor;Siapa;Di mana\n198001012005011001;Budi Santoso;Medan\n198001012005011002;Adi Lubis;Medan\n"
    )
    hr = Actor(office.people.hr, "Rosmawati Siregar", frozenset({Role.HR}))
    with transaction() as session:
        first, other = (
            f"/hr/imports/{importing.receive(session, hr, f'{name}.csv', content.encode()).id}"
            for name, content in (("pegawai", plain), ("aneh", strange))
        )
    return [first, f"{first}?action=refuse", f"{first}/columns", f"{first}/names", f"{other}/columns"]


@pytest.fixture
def trouble_of_all_sorts(office: Office) -> None:
    """Something dead in the outbox and a checkpoint, so that the operators' pages have all their parts."""
    with transaction() as session:
        seal(session)
        checkpoints.sign(session, system("keeper"), keys.own())
        message = session.scalars(select(Message).limit(1)).one()
        message.state, message.last_error, message.attempts = MessageState.DEAD, "550 no such mailbox", 5


@pytest.mark.usefixtures("trouble_of_all_sorts")
@pytest.mark.parametrize(("language", "colours"), [("id", "light"), ("en", "dark")])
def test_axe_finds_nothing_on_any_page(office: Office, visit: Visiting, language: str, colours: str):
    found: list[str] = []
    for login, paths in pages_of(office).items():
        visitor = visit(login, color_scheme=colours)
        visitor.page.context.add_cookies(
            [{"name": "mufakat_language", "value": language, "url": visit.address}]
        )
        for path in paths:
            visitor.page.goto(path)
            found += violations(visitor.page)
    assert not found, "\n".join(found)


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
    page.wait_for_url("**/dry-run")
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
