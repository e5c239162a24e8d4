import json
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from approvals import corrections
from approvals.models import Case, Decision, Task
from core import clock
from core.actor import Actor
from core.database import transaction
from core.events import EventRow
from core.settings import settings
from notifications.codes import code_of
from notifications.links import task_link
from notifications.models import Message, OneTimeCode
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office, hidden, token_of


def link_to(task: object, person: object, version: int = 0) -> str:
    with transaction() as session:
        address = task_link(task, person, clock.now(session), version)  # pyright: ignore
    return re.sub(r"^https?://[^/]+", "", address)


def mailed_code() -> str:
    """The code of the newest mail, as its reader sees it."""
    with transaction() as session:
        code = session.scalars(select(OneTimeCode).order_by(OneTimeCode.made_at.desc()).limit(1)).one()
        return code_of(code.id, code.person_id, code.purpose)


def clock_day() -> datetime:
    with transaction() as session:
        return clock.now(session).astimezone(settings().zone)


def count(model: type) -> int:
    with transaction() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def enter(browser: Browser, link: str) -> None:
    """Ask for a code and type it."""
    assert browser.fill(f"{link}/code", link).status_code == 303
    entered = browser.post(f"{link}/confirm", data={"csrf": browser.token(link), "code": mailed_code()})
    assert (entered.status_code, entered.headers["location"]) == (303, link)


def test_opening_a_link_shows_a_door_and_changes_nothing(office: Office, stranger: Browser):
    link = link_to(office.task(), office.people.head)
    before = count(Message), count(OneTimeCode), count(Decision)
    page = stranger.get(link)
    assert page.status_code == 200
    assert (count(Message), count(OneTimeCode), count(Decision)) == before
    case = office.case_of(office.task())
    assert case.subject_name not in page.text
    assert case.reference not in page.text


def test_a_delegate_decides_by_mail_only_while_the_delegation_lasts(
    office: Office, stranger: Browser, browse: Browse
):
    task = office.task()
    link = link_to(task, office.people.other_head)
    enter(stranger, link)
    assert stranger.get(link).status_code == 404, "not theirs to see"
    head, today = browse("head"), f"{clock_day():%Y-%m-%d}"
    said = {"order_number": "ST-1", "reason": "dinas", "starts_on": today, "ends_on": today}
    page = "/my/delegations"
    assert head.fill(page, page, to="Saodah Rangkuti", **said).status_code == 303
    shown = stranger.get(link)
    answer = stranger.post(f"{link}/decide", data=hidden(shown) | {"decision": "approve"})
    assert answer.headers["location"] == f"{link}/done"
    with transaction() as session:
        decision = session.scalars(select(Decision)).one()
    assert (decision.decider_id, decision.acting_for_id, decision.capacity, decision.via) == (
        office.people.other_head,
        office.people.head,
        "delegate",
        "mail",
    )


def test_the_addressee_decides_by_mail_with_a_code(office: Office, stranger: Browser):
    task = office.task()
    link = link_to(task, office.people.head)
    enter(stranger, link)
    page = stranger.get(link)
    assert office.case_of(task).subject_name in page.text
    answer = stranger.post(f"{link}/decide", data=hidden(page) | {"decision": "approve"})
    assert answer.headers["location"] == f"{link}/done"
    assert "Disetujui:" in stranger.get(f"{link}/done").text
    with transaction() as session:
        made = session.scalars(select(Decision)).one()
        assert (made.via, made.decider_id) == ("mail", office.people.head)
    assert "data-decide" not in stranger.get(link).text


def test_the_pass_is_for_this_task_alone_and_opens_no_inbox(office: Office, stranger: Browser):
    enter(stranger, link_to(office.task(0), office.people.head))
    other = link_to(office.task(1), office.people.head)
    assert "data-decide" not in stranger.get(other).text
    form = {"csrf": stranger.token(other), "decision": "approve", "seen_version": "1", "request_key": "x"}
    assert stranger.post(f"{other}/decide", data=form).status_code == 403
    assert stranger.get("/inbox").headers["location"].startswith("/login")
    assert count(Decision) == 0


def test_the_pass_ends_after_a_quarter_of_an_hour(office: Office, stranger: Browser):
    link = link_to(office.task(), office.people.head)
    enter(stranger, link)
    form = hidden(stranger.get(link)) | {"decision": "approve"}
    with transaction() as session:
        clock.move(session, timedelta(minutes=16))
    assert stranger.post(f"{link}/decide", data=form).status_code == 403
    assert count(Decision) == 0


def test_a_forwarded_link_helps_nobody_who_is_logged_in(office: Office, browse: Browse):
    link = link_to(office.task(), office.people.head)
    other = browse("staff5")
    refused = other.get(link)
    assert refused.status_code == 403
    assert "orang lain" in refused.text
    form = {"csrf": other.token("/my"), "decision": "approve", "seen_version": "1", "request_key": "x"}
    assert other.post(f"{link}/decide", data=form).status_code == 403
    assert count(Decision) == 0


def test_the_addressee_who_is_logged_in_goes_on_to_the_task(office: Office, browse: Browse):
    task = office.task()
    assert browse("head").get(link_to(task, office.people.head)).headers["location"] == f"/tasks/{task}"


def test_a_wrong_code_opens_nothing_and_five_end_it(office: Office, stranger: Browser):
    link = link_to(office.task(), office.people.head)
    stranger.fill(f"{link}/code", link)
    right = mailed_code()
    for _ in range(5):
        wrong = stranger.post(f"{link}/confirm", data={"csrf": stranger.token(link), "code": "00000000"})
        assert wrong.status_code == 422
    late = stranger.post(f"{link}/confirm", data={"csrf": stranger.token(link), "code": right})
    assert late.status_code == 422
    assert "data-decide" not in stranger.get(link).text


def test_codes_are_not_mailed_by_the_dozen(office: Office, stranger: Browser):
    link = link_to(office.task(), office.people.head)
    answers = [stranger.fill(f"{link}/code", link).status_code for _ in range(8)]
    assert answers[0] == 303
    assert answers[-1] == 429
    assert count(OneTimeCode) <= 3


def test_a_scanner_that_posts_without_the_page_does_nothing(office: Office, stranger: Browser):
    link = link_to(office.task(), office.people.head)
    assert stranger.post(f"{link}/code").status_code == 403
    assert stranger.post(f"{link}/decide", data={"decision": "approve"}).status_code == 403
    assert count(OneTimeCode) == count(Decision) == 0


@pytest.mark.parametrize("token", ["nonsense", "AAAA.BBBB"])
def test_a_broken_link_is_answered_calmly(stranger: Browser, token: str):
    answer = stranger.get(f"/link/{token}")
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_link_is_too_old_after_a_month(office: Office, stranger: Browser):
    link = link_to(office.task(), office.people.head)
    with transaction() as session:
        clock.move(session, timedelta(days=31))
    assert stranger.get(link).status_code == 404


def test_an_offered_task_can_be_taken_by_mail_too(office: Office, browse: Browse, stranger: Browser):
    browse("head").decide(office.task(), decision="approve")
    task = office.task(stage="verification")
    link = link_to(task, office.people.verifier)
    enter(stranger, link)
    taken = stranger.post(f"{link}/claim", data={"csrf": token_of(stranger.get(link))})
    assert (taken.status_code, taken.headers["location"]) == (303, link)


def uses() -> list[tuple[str, object]]:
    """What was recorded of links, and of whom."""
    with transaction() as session:
        rows = session.scalars(
            select(EventRow).where(EventRow.name.startswith("link.")).order_by(EventRow.at)
        )
        return [(row.name, json.loads(row.body)["actor"]) for row in rows]


def test_every_use_of_a_link_is_recorded_and_a_look_of_nobody_known_is_not(
    office: Office, browse: Browse, stranger: Browser
):
    task, head = office.task(), office.people.head
    link = link_to(task, head)
    stranger.get(link)
    assert uses() == []
    assert stranger.fill(f"{link}/code", link).status_code == 303
    stranger.post(f"{link}/confirm", data={"csrf": stranger.token(link), "code": "00000000"})
    stranger.post(f"{link}/confirm", data={"csrf": stranger.token(link), "code": mailed_code()})
    assert browse("staff5").get(link).status_code == 403
    browse("head").get(link)
    assert uses() == [
        ("link.code_asked", None),
        ("link.refused", None),
        ("link.confirmed", str(head)),
        ("link.refused", str(office.people.staff[5])),
        ("link.followed", str(head)),
    ]


def test_a_scanner_that_follows_every_link_and_posts_every_form_does_nothing_for_anybody(
    office: Office, stranger: Browser
):
    """It keeps cookies, sends forms as they stand with whatever fits in the fields, and has no code."""
    task = office.task()
    before = count(Decision), office.case_of(task).state, everything_of(task)
    seen: set[str] = set()
    waiting = [link_to(task, office.people.head)]
    while waiting and len(seen) < 60:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        page = stranger.get(path, follow_redirects=True)
        waiting += [unescape(found) for found in re.findall(r'href="(/[^"]*)"', page.text)]
        for form in re.findall(r"<form.*?</form>", page.text, re.S):
            action = re.search(r'action="([^"]+)"', form)
            fields = dict(re.findall(r'name="([^"]+)"(?:[^>]*value="([^"]*)")?', form))
            if action and "/language" not in action[1]:
                answer = stranger.post(
                    unescape(action[1]), data={k: v or "12345678" for k, v in fields.items()}
                )
                waiting += [unescape(found) for found in re.findall(r'href="(/[^"]*)"', answer.text)]
    assert any("/link/" in path for path in seen) and len(seen) > 3
    assert (count(Decision), office.case_of(task).state, everything_of(task)) == before
    assert count(OneTimeCode) <= 3
    assert "data-decide" not in stranger.get(link_to(task, office.people.head)).text


def everything_of(task: object) -> tuple[object, ...]:
    with transaction() as session:
        found = session.get_one(Task, task)
        return found.state, found.assignee_id, found.ended_at


def test_what_changed_since_the_mail_is_shown_to_its_addressee(office: Office, stranger: Browser):
    task = office.task()
    link = link_to(task, office.people.head, version=1)
    with transaction() as session:
        case = session.scalars(select(Case).join(Task).where(Task.id == task)).one()
        data = {**case.data, "subject": {**case.data["subject"], "note": "dibetulkan"}}
        hr = Actor(office.people.hr, "HR", frozenset({"hr"}))
        corrections.correct_data(session, hr, case.id, data, seen_version=1, reason="dibetulkan")
    enter(stranger, link)
    assert 'id="difference"' in stranger.get(link).text
    assert 'id="difference"' not in stranger.get(link_to(task, office.people.head, version=2)).text
