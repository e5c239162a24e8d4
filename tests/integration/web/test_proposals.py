"""What one of HR proposes over the pages, and another confirms or turns down."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from approvals.models import ChainVersion
from core.database import transaction
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office
from tests.integration.web.second import administrator, confirmed, waiting
from tests.integration.web.test_chains import CHAIN, drafting, save


def proposed(browse: Browse) -> Browser:
    """HR's page after publishing a draft."""
    hr = drafting(browse)
    save(hr, **{"stages.0.due.amount": "5"})
    hr.fill(f"{CHAIN}/draft/publish", CHAIN, revision="2", reason="Lima hari.")
    return hr


def is_confirmed() -> bool:
    with transaction() as session:
        found = session.scalars(select(ChainVersion).where(ChainVersion.number == 2)).one()
        return found.confirmed_at is not None


def english(browser: Browser, path: str) -> str:
    browser.cookies.set("mufakat_language", "en")
    return unescape(browser.get(path).text)


@pytest.mark.usefixtures("office")
def test_a_version_that_hr_publishes_takes_effect_when_an_administrator_confirms_it(browse: Browse):
    hr = proposed(browse)
    assert "Waits for a second person" in english(hr, f"{CHAIN}/versions/2")
    (mine,) = waiting(hr)
    page = english(hr, "/hr/proposals")
    assert "You proposed this" in page
    assert f"{mine}/confirm" not in page
    assert hr.fill(f"{mine}/confirm", "/hr/proposals").status_code == 403
    assert not is_confirmed()
    assert confirmed(administrator(browse)) == "/hr/proposals"
    assert is_confirmed()
    assert "In force" in english(hr, f"{CHAIN}/versions/2")


@pytest.mark.usefixtures("office")
def test_a_version_that_is_turned_down_says_why(browse: Browse):
    hr, other = proposed(browse), administrator(browse)
    (address,) = waiting(other)
    assert other.fill(f"{address}/turn-down", "/hr/proposals", reason=" ").status_code == 422
    other.fill(f"{address}/turn-down", "/hr/proposals", reason="Terlalu lama.")
    page = english(hr, CHAIN)
    assert "Turned down" in page
    assert "Terlalu lama." in page
    assert waiting(hr) == []


@pytest.mark.usefixtures("office")
def test_an_author_takes_back_what_waits(browse: Browse):
    hr = proposed(browse)
    (address,) = waiting(hr)
    assert hr.fill(f"{address}/take-back", "/hr/proposals").status_code == 303
    assert waiting(hr) == []


def test_hr_corrects_a_plain_fact_and_proposes_to_cancel_a_case(office: Office, browse: Browse):
    case = office.case_of(office.task()).id
    hr = browse("hr")
    page = english(hr, f"/cases/{case}")
    place = re.search(r'<option value="([^"]*name[^"]*)"', page)
    assert place
    said = {"code": place[1], "to": "Nama Lain", "reason": "Salah ketik.", "seen_version": "1"}
    assert hr.fill(f"/cases/{case}/do/correct", f"/cases/{case}", **said).status_code == 303
    assert "corrected the case's data" in english(hr, f"/cases/{case}")
    wrong = {**said, "code": "nothing.such", "seen_version": "2"}
    assert hr.fill(f"/cases/{case}/do/correct", f"/cases/{case}", **wrong).status_code == 422
    assert hr.fill(f"/cases/{case}/do/cancel", f"/cases/{case}", reason="Ganda.").status_code == 303
    assert "A case ends without a decision" in english(hr, f"/cases/{case}")
    other = administrator(browse)
    assert "Ganda." in english(other, "/hr/proposals")
    confirmed(other)
    assert "The case was cancelled." in english(hr, f"/cases/{case}")


@pytest.mark.usefixtures("office")
def test_nobody_else_sees_or_answers_what_waits(browse: Browse):
    proposed(browse)
    (address,) = waiting(administrator(browse))
    for login in ("staff0", "head", "verifier"):
        other = browse(login)
        assert other.get("/hr/proposals").status_code == 403
        assert other.fill(f"{address}/confirm", "/my").status_code == 403
    assert browse("operator").get("/hr/proposals").status_code == 200
    assert browse("operator").fill(f"{address}/confirm", "/my").status_code == 403


@pytest.mark.usefixtures("office")
def test_an_administrator_sees_who_confirmed_whom(browse: Browse):
    hr, other = proposed(browse), administrator(browse)
    confirmed(other)
    page = english(other, "/ledger/pairs")
    assert "Who confirmed whose proposals" in page
    assert "Rosmawati Siregar" in page
    assert hr.get("/ledger/pairs").status_code == 403
