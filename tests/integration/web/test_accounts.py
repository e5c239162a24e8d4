"""Accounts as people meet them: the first password, a forgotten one, a second factor, sessions, locks."""

import re
from uuid import UUID

from pypdf import PdfReader
from sqlalchemy import select, update

from core import onetime
from core.database import transaction
from notifications.models import Message
from personnel import accounts, passwords, resetting
from personnel.models import Account, AccountState, Employee, LoginSession
from personnel.models_accounts import AccountCode, RecordView, ResetRequest
from tests.integration.personnel.phone import code, stopped
from tests.integration.web.conftest import Browse
from tests.integration.web.office import PASSWORD, Browser, Office, hidden
from tests.integration.web.serving import serving

__all__ = ["stopped"]

NEW = "angin-laut-Belawan-7"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
REQUIRED = {"MUFAKAT_LOGIN_SECOND_FACTOR": "true"}


def account_of(login: str) -> Account:
    with transaction() as session:
        return session.scalars(select(Account).where(Account.login == login)).one()


def waits(login: str) -> UUID:
    """Take somebody's password away, as if the account were just made."""
    with transaction() as session:
        session.execute(
            update(Account).where(Account.login == login).values(password_hash=passwords.UNUSABLE)
        )
    return account_of(login).id


def mails(template: str) -> list[Message]:
    with transaction() as session:
        return list(session.scalars(select(Message).where(Message.template == template)))


def mailed_code(mail: Message) -> str:
    return onetime.code_of(mail.facts["purpose"], UUID(mail.facts["code_id"]))


def lasting(page: str) -> str:
    """A page without what differs each time: tokens of forms, and its moment."""
    return re.sub(r'(value|data-at)="[^"]*"', "", page)


def key_on(page: str) -> str:
    found = re.search(r'factor-key">([A-Z2-7]{32})<', page)
    assert found
    return found[1]


def test_hr_mails_a_code_and_its_owner_sets_the_first_password(
    office: Office, browse: Browse, stranger: Browser
):
    waiting = waits("staff0")
    hr = browse("hr")
    assert "staff0" in hr.get("/hr/accounts?state=waiting").text
    done = hr.fill("/hr/accounts/invite", "/hr/accounts", account=[str(waiting)], channel="mail")
    assert done.status_code == 200
    (mail,) = mails("account_code")
    code = mailed_code(mail)
    assert code not in done.text and code not in str(mail.facts)
    wrong = stranger.fill("/activate", "/activate", login="staff0", code="AAAA-AAAA-AAAA", new=NEW, again=NEW)
    nobody = stranger.fill("/activate", "/activate", login="nobody", code=code, new=NEW, again=NEW)
    assert (wrong.status_code, nobody.status_code) == (422, 422)
    assert len({lasting(page.text) for page in (wrong, nobody)}) == 1
    right = {"login": "staff0", "code": code.lower(), "new": NEW, "again": NEW}
    assert stranger.fill("/activate", "/activate", **right).headers["location"] == "/login"
    assert stranger.log_in("staff0", NEW).headers["location"] == "/"
    assert {m.facts["happened"] for m in mails("account_notice")} == {"activated"}


def test_hr_prints_letters_for_many_and_sees_a_line_for_each(office: Office, browse: Browse, tmp_path):
    waiting = [waits("staff0"), waits("staff1"), account_of("staff2").id, waits("operator")]
    hr = browse("hr")
    chosen = {"account": [str(id_) for id_ in waiting], "channel": "letter"}
    result = hr.fill("/hr/accounts/invite", "/hr/accounts", **chosen)
    assert "Memiliki peran" in result.text and "Sudah memiliki kata sandi" in result.text
    codes = re.findall(r'name="code" value="([^"]+)"', result.text)
    assert len(codes) == 2
    form = {"csrf": hidden(result)["csrf"], "code": codes}
    printed = hr.post("/hr/accounts/letters.pdf", data=form)
    assert printed.headers["content-type"] == "application/pdf"
    kept = tmp_path / "letters.pdf"
    kept.write_bytes(printed.content)
    pages = [page.extract_text() for page in PdfReader(kept).pages]
    with transaction() as session:
        given = session.scalars(select(AccountCode)).all()
    assert sorted(onetime.code_of(c.purpose, c.id) in "".join(pages) for c in given) == [True, True]
    other = browse("hr")
    other.fill("/logout", "/inbox")
    operator = browse("head")
    assert operator.post("/hr/accounts/letters.pdf", data={"code": codes}).status_code == 403


def test_a_forgotten_password_is_answered_alike_for_everybody(office: Office, stranger: Browser):
    pages = [stranger.fill("/forgot", "/forgot", login=login) for login in ("head", "nobody-at-all")]
    assert [page.status_code for page in pages] == [200, 200]
    assert len({lasting(page.text) for page in pages}) == 1
    with transaction() as session:
        assert len(session.scalars(select(ResetRequest)).all()) == 2
        assert resetting.work_off(session) == 1
    (mail,) = mails("account_code")
    form = {"login": "head", "code": mailed_code(mail), "new": NEW, "again": NEW}
    assert stranger.fill("/activate", "/activate", **form).headers["location"] == "/login"
    assert stranger.log_in("head").status_code == 403
    assert stranger.log_in("head", NEW).status_code == 303
    assert [m.facts["happened"] for m in mails("account_notice")] == ["password"]


def test_asking_again_and_again_has_to_wait(office: Office, stranger: Browser):
    answers = [stranger.fill("/forgot", "/forgot", login="head").status_code for _ in range(12)]
    assert answers[:10] == [200] * 10
    assert answers[-1] == 429


def test_whose_roles_reach_far_sets_up_a_second_factor_at_the_first_login(office: Office):
    with serving(**REQUIRED) as address, Browser(address) as browser:
        assert browser.log_in("operator").headers["location"] == "/login/second"
        assert browser.get("/operator").headers["location"].startswith("/login")
        page = browser.get("/login/second").text
        assert "data:image/svg+xml;base64," in page
        secret = key_on(page)
        assert browser.fill("/login/second", "/login/second", code="000000").status_code == 403
        shown = browser.fill("/login/second", "/login/second", code=code(secret, -1))
        papers = re.findall(r'<li class="mono">([A-Z0-9-]+)</li>', shown.text)
        assert len(papers) == 10
        assert browser.get("/operator").status_code == 200
        assert browser.get("/login/second").headers["location"] == "/login"
        with Browser(address) as again:
            again.log_in("operator")
            assert "factor-key" not in again.get("/login/second").text
            used = again.fill("/login/second", "/login/second", code=code(secret, -1))
            assert used.status_code == 403
            entered = again.fill("/login/second", "/login/second", code=code(secret))
            assert entered.headers["location"] == "/"
        with Browser(address) as paper:
            paper.log_in("operator")
            assert paper.fill("/login/second", "/login/second", code=papers[0]).status_code == 303
            paper.fill("/logout", "/inbox")
            paper.log_in("operator")
            assert paper.fill("/login/second", "/login/second", code=papers[0]).status_code == 403
        with Browser(address) as staff:
            assert staff.log_in("staff0").headers["location"] == "/"


def test_half_a_login_is_void_once_the_password_or_the_account_changed(office: Office):
    with serving(**REQUIRED) as address, Browser(address) as browser:
        browser.log_in("operator")
        assert browser.get("/login/second").status_code == 200
        with transaction() as session:
            session.execute(
                update(Account).where(Account.login == "operator").values(password_hash=passwords.hashed(NEW))
            )
        assert browser.get("/login/second").headers["location"] == "/login"
        browser.log_in("operator", NEW)
        with transaction() as session:
            session.execute(
                update(Account).where(Account.login == "operator").values(state=AccountState.LOCKED)
            )
        assert browser.get("/login/second").headers["location"] == "/login"
        browser.cookies.set("mufakat_half", "forged.value")
        assert browser.get("/login/second").headers["location"] == "/login"


def test_anybody_may_have_a_second_factor_and_take_it_off_again(office: Office, browse: Browse):
    head = browse("head")
    assert head.fill("/my/second-factor/begin", "/my/second-factor", password="wrong").status_code == 403
    head.fill("/my/second-factor/begin", "/my/second-factor", password=PASSWORD)
    secret = key_on(head.get("/my/second-factor").text)
    shown = head.fill("/my/second-factor/confirm", "/my/second-factor", code=code(secret, -1))
    assert shown.text.count('<li class="mono">') == 10
    with Browser(str(head.base_url)) as again:
        assert again.log_in("head").headers["location"] == "/login/second"
    off = head.fill("/my/second-factor/end", "/my/second-factor", code=code(secret))
    assert off.headers["location"] == "/my/sessions"
    told = [m.facts["happened"] for m in mails("account_notice")]
    assert sorted(told) == ["factor-ended", "factor-set"]


def test_sessions_are_seen_and_ended_by_their_owner(office: Office, browse: Browse):
    here, there, elsewhere = browse("head"), browse("head"), browse("staff0")
    with transaction() as session:
        session.execute(update(LoginSession).values(agent=FIREFOX, address="10.20.30.40"))
    page = here.get("/my/sessions").text
    assert page.count('class="device"') == 2
    assert "Firefox" in page and "10.20.30.0/24" in page and "10.20.30.40" not in page
    (other,) = re.findall(r'action="/my/sessions/([0-9a-f-]{36})/end"', page)
    foreign = elsewhere.get("/my/sessions")
    stolen = elsewhere.post(f"/my/sessions/{other}/end", data={"csrf": hidden(foreign)["csrf"]})
    assert stolen.status_code == 404
    assert there.get("/inbox").status_code == 200
    here.fill(f"/my/sessions/{other}/end", "/my/sessions")
    assert there.get("/inbox").headers["location"].startswith("/login")
    again = browse("head")
    here.fill("/my/sessions/end-others", "/my/sessions")
    assert again.get("/inbox").headers["location"].startswith("/login")
    assert here.get("/inbox").status_code == 200 and elsewhere.get("/inbox").status_code == 200


def test_hr_locks_and_unlocks_with_a_reason_and_the_person_is_told(office: Office, browse: Browse):
    hr, staff, id_ = browse("hr"), browse("staff0"), account_of("staff0").id
    page = f"/hr/accounts/{id_}"
    assert hr.fill(f"{page}/lock", page, reason=" ").status_code == 422
    hr.fill(f"{page}/lock", page, reason="Ponsel dinas hilang")
    assert "Ponsel dinas hilang" in hr.get(page).text
    assert staff.get("/inbox").headers["location"].startswith("/login")
    assert staff.log_in("staff0").status_code == 403
    hr.fill(f"{page}/unlock", page, reason="Sudah ditemukan")
    assert staff.log_in("staff0").status_code == 303
    told = {m.facts["happened"]: m.facts["reason"] for m in mails("account_notice")}
    assert told == {"locked": "Ponsel dinas hilang", "unlocked": "Sudah ditemukan"}
    mighty = f"/hr/accounts/{account_of('operator').id}"
    assert hr.fill(f"{mighty}/lock", "/my/sessions", reason="coba").status_code == 403
    with transaction() as session:
        seen = session.scalars(select(RecordView).where(RecordView.what == "account")).all()
        assert {(v.viewer_id, v.person_id) for v in seen} == {
            (office.people.hr, office.people.staff[0]),
        }


def test_an_administrator_shows_the_own_code_before_removing_anothers(office: Office, browse: Browse):
    with transaction() as session:
        session.execute(update(Account).where(Account.login == "verifier").values(roles=["admin"]))
    admin, head = browse("verifier"), browse("head")
    secrets: dict[str, str] = {}
    for name, browser in (("admin", admin), ("head", head)):
        browser.fill("/my/second-factor/begin", "/my/second-factor", password=PASSWORD)
        secrets[name] = key_on(browser.get("/my/second-factor").text)
        said = code(secrets[name], -1)
        browser.fill("/my/second-factor/confirm", "/my/second-factor", code=said)
    page = f"/hr/accounts/{account_of('head').id}"
    form = {"reason": "Ponsel hilang, ditemui di kantor"}
    assert admin.fill(f"{page}/reset-factor", page, **form, code="").status_code == 403
    right = code(secrets["admin"])
    assert admin.fill(f"{page}/reset-factor", page, **form, code=right).headers["location"] == page
    assert head.get("/inbox").headers["location"].startswith("/login")
    assert head.log_in("head").headers["location"] == "/"


def test_asking_for_ones_own_password_again_and_again_has_to_wait(office: Office, browse: Browse):
    head = browse("head")
    form = {"old": "wrong", "new": NEW, "again": NEW}
    answers = [head.fill("/my/password", "/my/password", **form).status_code for _ in range(12)]
    assert answers[:10] == [403] * 10
    assert answers[-1] == 429


def test_a_login_that_does_not_exist_takes_the_same_work(office: Office):
    """Both ask for one hash: what differs is only what is compared with it."""
    calls: list[str] = []
    before = passwords.matches

    def counted(password: str, stored: str) -> tuple[bool, str | None]:
        calls.append("asked")
        return before(password, stored)

    accounts.passwords.matches = counted
    try:
        for login in ("head", "nobody-at-all"):
            with transaction() as session:
                try:
                    accounts.authenticate(session, login, "wrong", f"10.9.9.9 {login}")
                except accounts.WrongLogin:
                    calls.append(login)
    finally:
        accounts.passwords.matches = before
    assert calls == ["asked", "head", "asked", "nobody-at-all"]


def test_who_logs_in_is_told_of_another_address_and_so_is_the_one_before(office: Office, browse: Browse):
    browse("staff0")
    with transaction() as session:
        person = session.get_one(Employee, office.people.staff[0])
        before, person.email = person.email, "somebody.else@medan.example"
    again = browse("staff0")
    assert "somebody.else@medan.example" in again.get("/inbox").text
    (told,) = [mail for mail in mails("account_notice") if mail.facts["happened"] == "address"]
    assert told.address == before
    assert told.facts["address"] == "somebody.else@medan.example"
    assert "somebody.else" not in browse("staff0").get("/inbox").text
