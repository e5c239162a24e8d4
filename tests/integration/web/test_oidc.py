"""Login through an identity provider that runs as a process of its own and really signs its tokens."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from cli.ports import free_port
from core.database import transaction
from personnel import locking
from personnel.models import Account, LoginSession
from tests.integration.personnel.office import ADMIN
from tests.integration.web.office import Browser, Office
from tests.integration.web.serving import PATIENCE_SECONDS, serving
from web import provider

CLIENT, SECRET = "mufakat-of-the-tests", "a secret of the tests alone"
PROGRAM = Path(__file__).parent / "oidc_provider.py"


@contextmanager
def running(people: dict[str, Any], port: int, web_port: int) -> Iterator[str]:
    """The provider, until the block is left; gives its issuer."""
    back = f"http://127.0.0.1:{web_port}/login/oidc/back"
    issuer = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(PROGRAM), str(port), CLIENT, SECRET, back, json.dumps(people)]
    environment = os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"}
    with subprocess.Popen(command, env=environment) as process:
        try:
            _wait_for(f"{issuer}/keys", process)
            yield issuer
        finally:
            process.terminate()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the provider ended"
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.ConnectError:
            time.sleep(0.05)
    raise TimeoutError("the provider did not answer in time")


WRONG = ("key", "audience", "issuer", "nonce", "age")


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[str, int]]:
    """The provider, which knows some people; and the port on which it expects our pages."""
    people: dict[str, Any] = {
        "head": {"claims": {"preferred_username": "head"}},
        "operator": {"claims": {"preferred_username": "Operator"}},
        "stranger": {"claims": {"preferred_username": "somebody-else"}},
        "nameless": {"claims": {}},
    }
    people |= {wrong: {"claims": {"preferred_username": "head"}, "wrong": wrong} for wrong in WRONG}
    port, web_port = free_port(), free_port()
    with running(people, port, web_port) as issuer:
        yield issuer, web_port


@pytest.fixture
def way_in(office: Office, started: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> "WayIn":
    """The way through the provider to the pages."""
    issuer, web_port = started
    monkeypatch.setattr("tests.integration.web.serving.free_port", lambda: web_port)
    provider._documents.cache_clear()
    said = {
        "MUFAKAT_OIDC_ISSUER": issuer,
        "MUFAKAT_OIDC_CLIENT_ID": CLIENT,
        "MUFAKAT_OIDC_CLIENT_SECRET": SECRET,
        "MUFAKAT_OIDC_CLAIM": "preferred_username",
        "MUFAKAT_OIDC_MATCHES": "login",
        "MUFAKAT_OIDC_NAME": "SSO Kota",
    }
    return WayIn(issuer, said)


class WayIn:
    """Goes through the provider as a browser does."""

    def __init__(self, issuer: str, said: dict[str, str]) -> None:
        self.issuer, self.said = issuer, said

    def set_out(self, browser: Browser, back: str = "/") -> httpx.Response:
        return browser.get(f"/login/oidc?next={back}")

    def at_provider(self, address: str, person: str) -> str:
        """Log in there; gives the address that leads back."""
        with httpx.Client(trust_env=False) as client:
            page = client.get(address)
            assert page.status_code == 200, page.text
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
            form = {name: unescape(value) for name, value in fields.items()} | {"person": person}
            answer = client.post(f"{self.issuer}/authorize", data=form)
            assert answer.status_code == 302, answer.text
            return answer.headers["location"]

    def through(self, browser: Browser, person: str, back: str = "/") -> httpx.Response:
        left = self.set_out(browser, back)
        return browser.get(self.at_provider(left.headers["location"], person))


def test_who_the_provider_vouches_for_gets_in_and_back_to_the_page(way_in: WayIn):
    with serving(**way_in.said) as address, Browser(address) as browser:
        assert "SSO Kota" in browser.get("/login").text
        entered = way_in.through(browser, "head", "/my")
        assert (entered.status_code, entered.headers["location"]) == (303, "/my")
        assert browser.get("/inbox").status_code == 200
        with transaction() as session:
            assert session.scalars(select(LoginSession.way)).one() == "oidc"
        out = browser.fill("/logout", "/inbox").headers["location"]
        assert out == "/login?left=oidc"
        left = browser.get("/login/oidc/out").headers["location"]
        assert left.startswith(f"{way_in.issuer}/out?client_id={CLIENT}")


def test_a_token_that_is_not_right_in_every_point_lets_nobody_in(way_in: WayIn):
    with serving(**way_in.said) as address, Browser(address) as browser:
        for wrong in WRONG:
            assert way_in.through(browser, wrong).status_code == 403, wrong
        assert browser.get("/inbox").headers["location"].startswith("/login")


def test_nobody_is_made_an_account_by_the_provider_and_a_locked_one_stays_locked(way_in: WayIn):
    with transaction() as session:
        before = session.scalars(select(func.count()).select_from(Account)).one()
        account = session.scalars(select(Account).where(Account.login == "head")).one()
        locking.lock(session, ADMIN, account.id, "ditahan")
    with serving(**way_in.said) as address, Browser(address) as browser:
        for person in ("stranger", "nameless", "head"):
            assert way_in.through(browser, person).status_code == 403, person
    with transaction() as session:
        assert session.scalars(select(func.count()).select_from(Account)).one() == before


def test_a_way_back_is_good_once_and_in_the_browser_that_set_out(way_in: WayIn):
    with serving(**way_in.said) as address, Browser(address) as mine, Browser(address) as theirs:
        back = way_in.at_provider(way_in.set_out(mine).headers["location"], "head")
        assert theirs.get(back).status_code == 403
        way_in.set_out(theirs)
        assert theirs.get(back).status_code == 403
        assert mine.get(back).status_code == 303
        assert mine.get(back).status_code == 403


def test_what_is_sent_there_has_state_nonce_and_a_challenge_that_the_provider_holds_us_to(way_in: WayIn):
    with serving(**way_in.said) as address, Browser(address) as browser:
        sent = way_in.set_out(browser).headers["location"]
        query = parse_qs(urlsplit(sent).query)
        assert query["response_type"] == ["code"]
        assert query["code_challenge_method"] == ["S256"]
        for name in ("state", "nonce", "code_challenge"):
            assert len(query[name][0]) >= 40
        assert "code_verifier" not in query
        assert SECRET not in sent
        again = parse_qs(urlsplit(way_in.set_out(browser).headers["location"]).query)
        assert again["state"] != query["state"] and again["nonce"] != query["nonce"]
        form = {
            "grant_type": "authorization_code",
            "code": parse_qs(urlsplit(way_in.at_provider(sent, "head")).query)["code"][0],
            "redirect_uri": f"{address}/login/oidc/back",
            "code_verifier": "x" * 64,
        }
        answer = httpx.post(f"{way_in.issuer}/token", data=form, auth=(CLIENT, SECRET), trust_env=False)
        assert answer.json()["error"] == "invalid_grant"


def test_the_second_factor_is_asked_for_beside_the_provider(way_in: WayIn):
    said = way_in.said | {"MUFAKAT_LOGIN_SECOND_FACTOR": "true"}
    with serving(**said) as address, Browser(address) as browser:
        entered = way_in.through(browser, "operator")
        assert entered.headers["location"] == "/login/second"
        assert browser.get("/operator").headers["location"].startswith("/login")
        assert "data:image/svg+xml" in browser.get("/login/second").text


def test_a_provider_that_is_away_is_said_so(office: Office):
    provider._documents.cache_clear()
    nowhere = f"http://127.0.0.1:{free_port()}"
    said = {"MUFAKAT_OIDC_ISSUER": nowhere, "MUFAKAT_OIDC_CLIENT_ID": CLIENT}
    with serving(**said) as address, Browser(address) as browser:
        assert browser.get("/login/oidc").status_code == 400
        assert browser.get("/login").status_code == 200


def test_without_a_provider_there_is_no_such_way(stranger: Browser):
    for path in ("/login/oidc", "/login/oidc/back", "/login/oidc/out"):
        assert stranger.get(path).status_code == 404
    assert "/login/oidc" not in stranger.get("/login").text


def test_a_secret_file_that_others_can_read_is_not_used(way_in: WayIn, tmp_path: Path):
    kept = tmp_path / "secret"
    kept.write_text(SECRET + "\n")
    said = way_in.said | {"MUFAKAT_OIDC_CLIENT_SECRET_FILE": str(kept)}
    del said["MUFAKAT_OIDC_CLIENT_SECRET"]
    with serving(**said) as address, Browser(address) as browser:
        kept.chmod(0o644)
        assert way_in.through(browser, "head").status_code == 400
        kept.chmod(0o600)
        assert way_in.through(browser, "head").status_code == 303
