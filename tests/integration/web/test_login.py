from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core import clock
from core.database import transaction
from personnel.models import Account, LoginSession
from tests.integration.web.conftest import Browse
from tests.integration.web.office import PASSWORD, Browser, Office

ENGLISH = {"accept-language": "en"}


def sessions() -> int:
    with transaction() as session:
        return session.scalars(select(func.count()).select_from(LoginSession)).one()


def test_the_right_password_leads_to_where_one_wanted_to_go(stranger: Browser):
    asked = stranger.get("/my")
    assert asked.headers["location"] == "/login?next=%2Fmy"
    entered = stranger.fill("/login", "/login?next=/my", login="head", password=PASSWORD, next="/my")
    assert (entered.status_code, entered.headers["location"]) == (303, "/my")
    assert stranger.get("/my").status_code == 200


def test_nobody_is_led_to_another_site_after_the_login(stranger: Browser):
    fields = {"login": "head", "password": PASSWORD, "next": "https://evil.example/"}
    assert stranger.fill("/login", "/login", **fields).headers["location"] == "/"


@pytest.mark.parametrize("login", ["head", "nobody-at-all"])
def test_a_wrong_password_and_an_unknown_login_are_answered_alike(stranger: Browser, login: str):
    answer = stranger.fill("/login", "/login", login=login, password="wrong password")
    assert answer.status_code == 403
    assert "tidak cocok" in answer.text or "do not fit" in answer.text
    assert f'value="{login}"' in answer.text
    assert "wrong password" not in answer.text
    assert sessions() == 0


def test_who_fails_often_has_to_wait(stranger: Browser):
    answers = [stranger.fill("/login", "/login", login="head", password="no") for _ in range(8)]
    assert [a.status_code for a in answers[:5]] == [403] * 5
    assert answers[-1].status_code == 429
    assert stranger.log_in("head").status_code == 429


def test_the_cookie_is_the_browsers_alone_and_new_at_each_login(stranger: Browser, browse: Browse):
    entered = stranger.log_in("head")
    said = entered.headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=lax" in said
    first = stranger.cookies["mufakat"]
    assert browse("head").cookies["mufakat"] != first


def test_logging_out_ends_the_session_on_the_server_too(office: Office, browse: Browse):
    head = browse("head")
    token = head.cookies["mufakat"]
    assert head.fill("/logout", "/inbox").headers["location"] == "/login"
    head.cookies.set("mufakat", token)
    assert head.get("/inbox").headers["location"].startswith("/login")
    assert sessions() == 0


def test_a_session_ends_after_hours_of_quiet_by_the_offices_clock(office: Office, browse: Browse):
    head = browse("head")
    with transaction() as session:
        clock.move(session, timedelta(hours=11))
    assert head.get("/inbox").status_code == 200
    with transaction() as session:
        clock.move(session, timedelta(hours=13))
    assert head.get("/inbox").headers["location"].startswith("/login")


def test_a_page_that_asks_by_itself_keeps_no_session_alive(office: Office, browse: Browse):
    head = browse("head")
    polls = {"hx-request": "true", "hx-trigger": "inbox"}
    for _ in range(2):
        with transaction() as session:
            clock.move(session, timedelta(hours=7))
        last = head.get("/inbox", headers=polls)
    assert last.status_code == 401
    assert last.headers["hx-redirect"] == "/login"


def test_a_session_made_up_opens_nothing(stranger: Browser):
    stranger.cookies.set("mufakat", "x" * 43)
    assert stranger.get("/inbox").headers["location"].startswith("/login")


def test_a_first_password_has_to_be_changed_before_anything_else(office: Office, browse: Browse):
    with transaction() as session:
        session.execute(update(Account).where(Account.login == "head").values(must_change=True))
    head = browse("head")
    assert head.get("/inbox").headers["location"] == "/my/password"
    new = "angin-laut-Belawan-7"
    unlike = head.fill("/my/password", "/my/password", old=PASSWORD, new=new, again=new + "x")
    assert unlike.status_code == 422
    wrong = head.fill("/my/password", "/my/password", old="wrong", new=new, again=new)
    assert wrong.status_code == 403
    changed = head.fill("/my/password", "/my/password", old=PASSWORD, new=new, again=new)
    assert changed.headers["location"] == "/"
    assert head.get("/inbox").status_code == 200


def test_changing_the_password_ends_every_other_session(office: Office, browse: Browse):
    here, there = browse("head"), browse("head")
    new = "angin-laut-Belawan-7"
    here.fill("/my/password", "/my/password", old=PASSWORD, new=new, again=new)
    assert here.get("/inbox").status_code == 200
    assert there.get("/inbox").headers["location"].startswith("/login")


def test_indonesian_comes_first_and_english_by_browser_or_switch(
    stranger: Browser, office: Office, browse: Browse
):
    assert '<html lang="id">' in stranger.get("/login").text
    assert '<html lang="en">' in stranger.get("/login", headers=ENGLISH).text
    stranger.fill("/language", "/login", language="en", next="/login")
    assert '<html lang="en">' in stranger.get("/login", headers={"accept-language": "id"}).text
    head = browse("head")
    assert '<html lang="id">' in head.get("/inbox", headers=ENGLISH).text
    assert head.fill("/language", "/inbox", language="en", next="/inbox").headers["location"] == "/inbox"
    assert '<html lang="en">' in head.get("/inbox").text


def test_a_word_is_flashed_once_and_can_not_be_forged(office: Office, browse: Browse):
    head = browse("head")
    head.fill("/logout", "/inbox")
    assert "sudah keluar" in head.get("/login").text
    assert "sudah keluar" not in head.get("/login").text
    head.cookies.set("mufakat_flash", "forged.value")
    assert head.get("/login").status_code == 200
