import gzip
import re

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from structlog.testing import capture_logs

from core import database
from tests.integration.web.conftest import Browse
from tests.integration.web.office import PASSWORD, Browser, Office, hidden, token_of
from tests.integration.web.serving import serving
from web import security
from web.app import PAGES
from web.routes import inbox, mail


def test_every_answer_carries_the_policy_and_its_sisters(stranger: Browser):
    for path in ("/", "/login", "/nothing", "/healthz", "/verify/ABC", "/inbox"):
        headers = stranger.get(path).headers
        for name, value in security.HEADERS.items():
            assert headers[name] == value, (path, name)
        assert "strict-transport-security" not in headers


def test_the_policy_allows_no_script_or_style_in_the_page():
    assert "unsafe" not in security.POLICY
    assert "default-src 'none'" in security.POLICY
    assert "frame-ancestors 'none'" in security.POLICY


def test_no_page_has_scripts_styles_or_handlers_in_it(office: Office, browse: Browse):
    pages = {
        "hr": ["/inbox", "/my", "/processes", f"/processes/{office.cycle}", "/hr/processes/new"],
        "operator": ["/operator"],
        "head": [f"/tasks/{office.task()}", "/inbox"],
    }
    for login, paths in pages.items():
        browser = browse(login)
        for path in paths:
            text = browser.get(path).text
            assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", text), path
            assert not re.search(r"(src|href)=\"(https?:)?//(?!127\.0\.0\.1)", text), path


def test_with_https_cookies_are_secure_and_browsers_stay_with_it(office: Office):
    with serving(MUFAKAT_WEB_PUBLIC_URL="https://mufakat.example") as address, Browser(address) as browser:
        page = browser.get("/login")
        assert page.headers["strict-transport-security"].startswith("max-age=")
        name, _, rest = page.headers["set-cookie"].partition("=")
        value, *flags = rest.split("; ")
        assert name == "__Host-mufakat_form"
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(flags)
        fields = {"csrf": token_of(page), "login": "head", "password": PASSWORD}
        entered = browser.post("/login", data=fields, headers={"cookie": f"{name}={value}"})
        assert entered.headers["set-cookie"].startswith("__Host-mufakat=")


def test_a_request_for_another_host_is_refused(stranger: Browser):
    assert stranger.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_post_without_the_forms_proof_changes_nothing(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    before = office.case_of(task).state, office.case_of(task).stage
    fields = {"decision": "approve", "seen_version": "1", "request_key": "k"}
    assert head.post(f"/tasks/{task}/decide", data=fields).status_code == 403
    assert head.post(f"/tasks/{task}/decide", data={**fields, "csrf": "made up"}).status_code == 403
    assert (office.case_of(task).state, office.case_of(task).stage) == before


def test_another_persons_proof_is_worth_nothing(office: Office, browse: Browse):
    head, other, task = browse("head"), browse("other_head"), office.task()
    stolen = other.token("/inbox")
    fields = {"csrf": stolen, "decision": "approve", "seen_version": "1", "request_key": "k"}
    assert head.post(f"/tasks/{task}/decide", data=fields).status_code == 403


def test_a_form_from_another_site_is_refused_even_with_its_proof(office: Office, browse: Browse):
    head = browse("head")
    answer = head.post(
        "/logout", data={"csrf": head.token("/inbox")}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert head.get("/inbox").status_code == 200


def test_every_address_that_changes_something_asks_for_the_proof(stranger: Browser):
    routes = [route for noun in (*PAGES, mail) for route in noun.router.routes]
    changing = [route.path for route in routes if isinstance(route, APIRoute) and "POST" in route.methods]
    assert len(changing) > 15
    for path in changing:
        filled = re.sub(r"{\w+}", "01a20ca0-3ecb-74ba-8f09-e7bcd64a9462", path)
        assert stranger.post(filled, data={}).status_code == 403, path


def test_what_is_too_large_is_refused_before_it_is_read(stranger: Browser):
    big = "x" * (security.LARGEST_FORM + 1)
    assert stranger.post("/login", data={"login": big}).status_code == 413


def test_a_body_of_unsaid_length_is_cut_off_too(stranger: Browser):
    def endless():
        for _ in range(20):
            yield b"login=" + b"x" * (security.LARGEST_FORM // 10)

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert stranger.post("/login", content=endless(), headers=headers).status_code in (400, 413)


def test_pages_are_never_kept_and_files_for_ever(stranger: Browser):
    page = stranger.get("/login")
    assert page.headers["cache-control"] == "private, no-store"
    styles = re.search(r'href="(/static/mufakat\.[0-9a-f]+\.css)"', page.text)
    assert styles
    file = stranger.get(styles[1])
    assert file.headers["cache-control"].endswith("immutable")
    assert file.headers["content-type"] == "text/css; charset=utf-8"
    assert file.headers["content-encoding"] == "gzip"
    assert stranger.get("/static/mufakat.000000000000.css").status_code == 404
    assert stranger.get("/static/../app.py").status_code == 404


def test_the_first_view_of_the_inbox_is_small(office: Office, browse: Browse):
    head = browse("head")
    page = head.get("/inbox")
    size = len(gzip.compress(page.content))
    for address in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)):
        size += (
            len(head.get(address, headers={"accept-encoding": "identity"}).content)
            if address.endswith("woff2")
            else len(gzip.compress(head.get(address).content))
        )
    assert size < 150 * 1024


def test_an_unknown_page_and_a_broken_id_are_answered_calmly(
    stranger: Browser, office: Office, browse: Browse
):
    for browser, path in ((stranger, "/nothing"), (browse("head"), "/tasks/not-an-id")):
        answer = browser.get(path, headers={"accept-language": "en"})
        assert answer.status_code == 404
        assert "<h1>" in answer.text
        assert "Traceback" not in answer.text


def test_who_is_logged_in_stays_known_where_an_address_leads_nowhere(stranger: Browser, browse: Browse):
    page = browse("head").get("/nothing").text
    assert 'href="/inbox"' in page and 'href="/login"' not in page
    stranger.cookies.set("mufakat", "made-up")
    assert 'href="/login"' in stranger.get("/nothing").text


def test_a_fault_of_ours_shows_a_number_and_nothing_of_its_insides(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the secret insides")

    head = browse("head")
    monkeypatch.setattr(inbox.inboxes, "inbox", broken)
    with capture_logs() as logged:
        answer = head.get("/inbox")
    assert answer.status_code == 500
    reference = re.search(r'class="reference">([0-9a-f]{12})<', answer.text)
    assert reference
    assert [line["reference"] for line in logged if line["event"] == "unexpected"] == [reference[1]]
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"] == security.POLICY


def test_health_says_whether_we_live_and_whether_we_are_ready(stranger: Browser):
    assert stranger.get("/healthz").text == "ok"
    assert stranger.get("/readyz").text == "ready"


def test_a_form_that_comes_after_the_session_leads_back_to_its_page(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    form = hidden(head.get(f"/tasks/{task}")) | {"decision": "approve"}
    head.cookies.clear()
    here = {"referer": f"{str(head.base_url).rstrip('/')}/tasks/{task}?view=q%3Dx"}
    answer = head.post(f"/tasks/{task}/decide", data=form, headers=here)
    assert answer.headers["location"] == f"/login?next=%2Ftasks%2F{task}%3Fview%3Dq%253Dx"
    assert "belum ada yang terkirim" in head.get(answer.headers["location"]).text
    elsewhere = {"referer": f"https://example.org/tasks/{task}"}
    assert head.post(f"/tasks/{task}/decide", data=form, headers=elsewhere).status_code == 403


def test_without_the_database_people_are_told_when_to_come_back(
    office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    head = browse("head")
    url = database.engine().url.set(port=1)
    nowhere = sessionmaker(create_engine(url))
    monkeypatch.setattr(database, "sessions", lambda: nowhere)
    answer = head.get("/inbox")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "Sedang tidak dapat dijangkau" in answer.text
    assert "OperationalError" not in answer.text
    told = head.get("/api/v1/inbox", headers={"authorization": "Bearer mufakat_" + "x" * 43})
    assert (told.status_code, told.headers["content-type"]) == (503, "application/problem+json")
