"""Who sees what: pages by role, cases by person, and looking that never changes anything."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select, text

from core.database import Base, transaction
from core.ids import new_id
from personnel.models import Account
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office

ROLES = ("stranger", "staff0", "head", "hr", "verifier", "operator")
FOR_ALL = {"/", "/login", "/activate", "/forgot", "/verify", "/verify/ABCD", "/ledger/keys.txt"}
TOUCHED_BY_LOOKING = {"case_look", "login_session", "record_view", "web_hits"}
"""Who has a case open, when somebody was last seen, who looked at whose record, how often somebody asked."""


def everything() -> dict[str, str]:
    """A fingerprint of every table that looking must not touch."""
    with transaction() as session:
        return {
            name: session.execute(
                text(f"SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {table} t")
            ).scalar_one()
            for name in sorted(Base.metadata.tables.keys() - TOUCHED_BY_LOOKING)
            if (table := f'"{name}"')
        }


def allowed(office: Office) -> dict[str, set[str]]:
    """Every page and whom it is for; everybody else is refused."""
    task, cycle = office.task(), office.cycle
    case = office.case_of(task).id
    person = office.people.staff[0]
    with transaction() as session:
        account = session.scalars(select(Account.id).where(Account.employee_id == person)).one()
    logged_in = set(ROLES) - {"stranger"}
    overseers = {"hr", "operator"}
    return {
        "/inbox": logged_in,
        "/my": logged_in,
        "/my/password": logged_in,
        "/my/sessions": logged_in,
        "/my/data": logged_in,
        "/my/data/export.zip": logged_in,
        "/ledger/views": set(),
        "/my/second-factor": logged_in,
        "/my/delegations": logged_in,
        "/my/relations": logged_in,
        "/my/mail": logged_in,
        "/my/messages": logged_in,
        "/operator/mail": {"operator"},
        "/hr/unreached": {"hr"},
        "/hr/accounts": {"hr"},
        f"/hr/accounts/{account}": {"hr"},
        "/hr/staff": {"hr"},
        "/hr/staff/committees": {"hr"},
        "/hr/staff/relations": {"hr"},
        "/hr/staff/capabilities": {"hr"},
        "/hr/staff/delegations": {"hr"},
        "/hr/proposals": overseers,
        f"/tasks/{task}": {"staff0", "head", *overseers},
        f"/cases/{case}": {"staff0", "head", *overseers},
        "/processes": overseers,
        f"/processes/{cycle}": overseers,
        f"/processes/{cycle}/candidates": overseers,
        f"/processes/{cycle}/candidates.csv": overseers,
        f"/processes/{cycle}/candidates.xlsx": overseers,
        f"/processes/{cycle}/candidates/{person}": overseers,
        f"/processes/{cycle}/outside": {"hr"},
        f"/processes/{cycle}/outside/export.xlsx": {"hr"},
        "/hr/imports": {"hr"},
        "/hr/processes/new": {"hr"},
        "/operator": {"operator"},
        f"/operator/processes/{cycle}/log?step=screen-candidates": {"operator"},
        "/analytics/times": logged_in,
        "/analytics/reasons": logged_in,
        "/analytics/flow": logged_in,
        "/analytics/load": logged_in,
        "/analytics/overruns": logged_in,
        "/analytics/times.csv": logged_in,
        "/ledger": {"operator"},
        "/ledger/pairs": set(),
        "/ledger/events": set(),
        "/ledger/events.csv": set(),
        f"/ledger/cases/{case}": set(),
        f"/ledger/cases/{case}.csv": set(),
        "/hr/directory/people.csv": {"hr"},
        "/hr/directory/posts.xlsx": {"hr"},
    }


def opened(browser: Browser, path: str) -> bool:
    """Whether a page opened; anything else must be a refusal, never an error of ours."""
    answer = browser.get(path)
    if answer.status_code == 303:
        assert answer.headers["location"].startswith(("/login", "/inbox"))
        return False
    assert answer.status_code in (200, 403, 404), (path, answer.status_code)
    return answer.status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_for_those_it_is_for_and_for_nobody_else(
    office: Office, stranger: Browser, browse: Browse, role: str
):
    browser = stranger if role == "stranger" else browse(role)
    seen = {path for path in allowed(office) if opened(browser, path)}
    assert seen == {path for path, roles in allowed(office).items() if role in roles}


def test_the_public_pages_open_for_strangers(stranger: Browser):
    for path in FOR_ALL - {"/verify/ABCD"}:
        assert stranger.get(path).status_code == 200


def test_another_persons_case_looks_as_if_it_were_not_there(office: Office, browse: Browse):
    staff = browse("staff1")
    foreign, missing = office.case_of(office.task(0)).id, new_id()
    answers = [staff.get(f"/cases/{id_}") for id_ in (foreign, missing)]
    assert [a.status_code for a in answers] == [404, 404]
    bodies = [
        re.sub(r'(value|data-at)="[^"]*"', "", a.text.replace(str(id_), ""))
        for a, id_ in zip(answers, (foreign, missing), strict=True)
    ]
    assert bodies[0] == bodies[1]
    assert staff.get(f"/cases/{office.case_of(office.task(1)).id}").status_code == 200


def test_menus_show_only_what_one_may_open(office: Office, browse: Browse):
    assert 'href="/operator"' not in browse("staff0").get("/inbox").text
    assert 'href="/hr/staff"' in browse("hr").get("/inbox").text
    assert 'href="/operator"' in browse("operator").get("/inbox").text


FILES = (".csv", ".xlsx")
"""What is taken out as a file is told by the log."""


def test_looking_at_every_page_changes_nothing(office: Office, browse: Browse, stranger: Browser):
    browsers = [stranger, *(browse(role) for role in ROLES[1:])]
    before = everything()
    for browser in browsers:
        for path in [*allowed(office), *FOR_ALL]:
            if not path.endswith(FILES):
                browser.get(path)
    assert everything() == before


def test_what_is_stored_about_a_person_is_shown_to_that_person(office: Office, browse: Browse):
    page = browse("staff0").get("/my/data").text
    for said in ("Ahmad Fauzi Nasution", "III/a", "S1/D4", "SK CPNS", "Sangat Baik"):
        assert said in page


def case_ids(page: str) -> set[UUID]:
    return {UUID(found) for found in re.findall(r"/cases/([0-9a-f-]{36})", page)}


def test_my_cases_are_mine_alone(office: Office, browse: Browse):
    for n in (0, 1):
        assert case_ids(browse(f"staff{n}").get("/my").text) == {office.case_of(office.task(n)).id}
