"""HR tries a chain's change on past cases, and says what becomes of those under way."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from httpx import Response
from sqlalchemy import func, select

from approvals import chains
from approvals.models import Case, ChainVersion
from core.actor import system
from core.database import transaction
from core.events import facts_of, history
from notifications.models import Message
from tests.integration.web.conftest import Browse
from tests.integration.web.journeys import approved
from tests.integration.web.office import Browser, Office, hidden
from tests.integration.web.second import administrator, confirmed

CHAIN = "/hr/chains/rank-promotion"
COMMITTEE = """\
  - stage: committee
    title: {id: Sidang pangkat, en: Rank committee}
    candidates: {role: hr-verifier}
    separate_from: []

"""


def text() -> str:
    with transaction() as session:
        return session.scalars(select(ChainVersion.source).order_by(ChainVersion.number.desc())).first() or ""


def publish(source: str) -> None:
    with transaction() as session:
        chains.publish(session, system("cli"), source)


def with_committee() -> str:
    return text().replace("  - stage: appointing-official\n", COMMITTEE + "  - stage: appointing-official\n")


def mails() -> int:
    """How many people were told of a task."""
    with transaction() as session:
        found = select(func.count()).where(Message.template.in_(["task_assigned", "task_offered"]))
        return session.scalar(found) or 0


def asked(page: Response) -> dict[str, str]:
    return hidden(page)


def numbers(page: Response) -> dict[str, int]:
    found = re.findall(r'<div class="number[^"]*"><strong>([\d.]+)</strong><span>([^<]*)</span>', page.text)
    return {unescape(name): int(count) for count, name in found}


def taken_over(browse: Browse, hr: Browser, path: str, page: Response, reason: str) -> Response:
    """HR proposes what the page shows, an administrator confirms it and takes the cases over."""
    assert hr.post(path, data={**shown(page), "reason": reason}).status_code == 303
    other = administrator(browse)
    assert confirmed(other) == path
    other.cookies.set("mufakat_language", "en")
    return other.fill(f"{path}/go", path)


def shown(page: Response) -> dict[str, str]:
    """The hidden fields of the form by which it is proposed, targets too."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in found}


def english(browser: Browser, path: str) -> Response:
    browser.cookies.set("mufakat_language", "en")
    return browser.get(path)


def test_a_dry_run_tells_which_past_cases_would_have_gone_differently_and_who_would_be_asked(
    office: Office, browse: Browse
):
    case = approved(office, browse)
    publish(with_committee())
    hr = browse("hr")
    page = unescape(english(hr, f"{CHAIN}/versions/2/dry-run").text)
    assert re.search(r"<strong>1</strong> of 1 would have gone differently", page)
    assert f'href="/cases/{case}"' in page
    assert "Rank committee: would have been asked." in page
    assert "Rank committee would today ask: HR verifier" in re.sub(r"\s+", " ", page)
    assert "kind=asked%3Acommittee" in page
    only = english(hr, f"{CHAIN}/versions/2/dry-run?kind={quote('late:committee')}").text
    assert f"/cases/{case}" not in only
    same = english(hr, f"{CHAIN}/versions/1/dry-run").text
    assert re.search(r"<strong>0</strong> of 1 would", same)


def test_a_dry_run_of_a_draft_and_of_a_time_without_cases(office: Office, browse: Browse):
    hr = browse("hr")
    hr.fill(f"{CHAIN}/draft/begin", CHAIN, number="1")
    page = english(hr, f"{CHAIN}/draft/dry-run").text
    assert "No cases in this time" in page
    with_open = english(hr, f"{CHAIN}/draft/dry-run?with_open=true").text
    assert re.search(r"<strong>0</strong> of 12 would", with_open)
    said = hidden(hr.get(f"{CHAIN}/draft"))
    hr.post(f"{CHAIN}/draft", data={**said, "act": "text", "source": "chain: ["})
    assert hr.get(f"{CHAIN}/draft/dry-run").status_code == 303


def test_cases_under_way_move_for_a_reason_and_their_tasks_go_to_whom_the_new_version_asks(
    office: Office, browse: Browse
):
    publish(text().replace("due: 3 working days", "due: 2 working days"))
    hr = browse("hr")
    path = f"{CHAIN}/versions/2/in-flight"
    assert "in-flight" in hr.get(f"{CHAIN}/versions/2").text
    page = english(hr, path)
    assert numbers(page)["go over"] == 12
    assert numbers(page)["tasks end and open anew"] == 12
    before = mails()
    refused = hr.post(path, data={**asked(page), "reason": " "})
    assert refused.status_code == 422
    done = taken_over(browse, hr, path, page, "Tenggat baru.")
    assert "12 cases have gone over." in done.text
    assert mails() == before + 12
    task = office.task()
    case = office.case_of(task)
    with transaction() as session:
        names = [row.name for row in history(session, case.id)]
        version = session.get_one(ChainVersion, case.chain_version_id)
    assert names[-3:] == ["case.migrated", "task.cancelled", "task.opened"]
    assert version.number == 2
    assert "another version of its chain" in english(hr, f"/cases/{case.id}").text
    assert browse("head").decide(task, decision="approve").status_code == 303


def test_a_stage_that_is_gone_is_led_elsewhere(office: Office, browse: Browse):
    publish(text().replace("- stage: unit-head", "- stage: superior"))
    hr = browse("hr")
    path = f"{CHAIN}/versions/2/in-flight"
    page = english(hr, path)
    assert numbers(page)["can't go over"] == 12
    led = english(hr, f"{path}?choice=move&target.unit-head=superior")
    assert numbers(led)["go over"] == 12
    done = taken_over(browse, hr, path, led, "Nama baru.")
    assert "12 cases have gone over." in done.text
    assert office.case_of(office.task(stage="superior")).stage == "superior"


def test_what_moved_on_since_hr_looked_is_left(office: Office, browse: Browse):
    publish(text().replace("due: 3 working days", "due: 2 working days"))
    hr = browse("hr")
    path = f"{CHAIN}/versions/2/in-flight"
    page = english(hr, path)
    task = office.task()
    browse("head").decide(task, decision="approve")
    done = taken_over(browse, hr, path, page, "Tenggat baru.")
    assert "11 cases have gone over." in done.text
    assert numbers(done)["under way"] == 1


def test_cases_may_stay_for_a_reason_that_is_told(office: Office, browse: Browse):
    publish(text().replace("due: 3 working days", "due: 2 working days"))
    hr = browse("hr")
    path = f"{CHAIN}/versions/2/in-flight"
    page = english(hr, f"{path}?choice=stay")
    assert hr.post(path, data={**asked(page), "reason": "Sampai selesai."}).status_code == 303
    with transaction() as session:
        version = session.scalars(select(ChainVersion).where(ChainVersion.number == 2)).one()
        told = facts_of(history(session, version.id)[-1])
        assert (told["choice"], told["cases"], told["reason"]) == ("stay", 12, "Sampai selesai.")
        assert {c.chain_version_id for c in session.scalars(select(Case))} != {version.id}


@pytest.mark.usefixtures("office")
def test_only_hr_takes_cases_over_and_only_to_what_is_in_force(browse: Browse):
    hr = browse("hr")
    assert "can go over once" not in english(hr, f"{CHAIN}/versions/1/in-flight").text
    for login in ("operator", "head", "staff0"):
        other = browse(login)
        assert other.get(f"{CHAIN}/versions/1/in-flight").status_code == 403
        said = {"choice": "stay", "looked_at": "2026-01-01T00:00:00Z", "reason": "mine"}
        assert other.fill(f"{CHAIN}/versions/1/in-flight", "/my", **said).status_code == 403
