"""What anybody may see: the welcome, the verification of a decree, and in a demonstration its mail."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from core.actor import system
from core.database import transaction
from core.settings import settings
from flows.promotion.decrees import issue_decrees
from flows.promotion.models import Decree
from tests.integration.web import journeys
from tests.integration.web.conftest import Browse
from tests.integration.web.office import PASSWORD, Browser, Office
from tests.integration.web.serving import serving
from web.frames import POLICY


@pytest.fixture
def decree(office: Office, browse: Browse) -> tuple[str, str, bytes]:
    """A decree's code, number and file, after a case has gone all the way."""
    journeys.approved(office, browse)
    with transaction() as session:
        issue_decrees(session, system("flow"), office.cycle)
    with transaction() as session:
        made = session.scalars(select(Decree)).one()
        return made.code, made.number, made.pdf


def test_the_welcome_offers_a_login_and_the_verification(stranger: Browser):
    page = stranger.get("/").text
    assert 'href="/login"' in page
    assert 'action="/verify"' in page


def test_who_is_logged_in_goes_straight_to_the_inbox(browse: Browse):
    assert browse("head").get("/").headers["location"] == "/inbox"


def test_a_decree_is_found_by_its_code_however_it_is_typed(stranger: Browser, decree: tuple[str, str, bytes]):
    code, number, pdf = decree
    for typed in (code, code.lower(), f" {code.replace('-', ' ')} "):
        found = stranger.get("/verify", params={"code": typed})
        page = stranger.get(found.headers["location"])
        assert page.status_code == 200
        assert number in page.text
        assert "Surat keputusan ini asli" in page.text
    file = stranger.get(f"/verify/{code}.pdf")
    assert file.content == pdf
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize("code", ["WRONG", "%3Cscript%3E", "x" * 500, "-"])
def test_a_wrong_code_is_answered_calmly(stranger: Browser, code: str):
    answer = stranger.get(f"/verify/{code}")
    assert answer.status_code == 404
    assert "Tidak ada surat keputusan dengan kode ini" in answer.text
    assert "<script>" not in answer.text


def test_guessing_codes_is_slow(stranger: Browser):
    answers = [stranger.get(f"/verify/GUESS{n}") for n in range(32)]
    assert [a.status_code for a in answers[:30]] == [404] * 30
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


def test_there_is_no_mail_page_outside_a_demonstration(stranger: Browser):
    assert stranger.get("/mail").status_code == 404


@pytest.fixture
def demonstration(office: Office, tmp_path: Path):
    """The same office as a demonstration, with one mail in its Maildir and one sample login."""
    with serving(MUFAKAT_DEMO="1", MUFAKAT_HOME=str(tmp_path)) as address, Browser(address) as browser:
        yield browser


def test_a_demonstration_shows_its_mail_in_a_frame_that_can_do_nothing(demonstration: Browser):
    letter = deliver(
        "<html><head></head><body><script>alert(1)</script><a href='/inbox'>Buka</a></body></html>"
    )
    listed = demonstration.get("/mail").text
    assert "Tugas menunggu" in listed
    assert letter in listed
    page = demonstration.get(f"/mail/{letter}")
    assert (
        'sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"'
        in page.text
    )
    assert "alert(1)" not in page.text
    body = demonstration.get(f"/mail/{letter}/body")
    assert body.headers["content-security-policy"] == POLICY
    assert "script-src" not in POLICY
    assert "allow-scripts" not in POLICY
    assert '<base target="_top">' in body.text
    assert demonstration.get("/mail/nothing").status_code == 404


def deliver(html: str) -> str:
    """Put a mail where the local transport puts it; gives its name."""
    from email.message import EmailMessage
    from email.utils import localtime
    from mailbox import Maildir

    mail = EmailMessage()
    mail["Subject"], mail["To"] = "Tugas menunggu", "head@medan.example"
    mail["Date"] = localtime()
    mail.set_content("Buka tugas")
    mail.add_alternative(html, subtype="html")
    return Maildir(settings().maildir).add(mail.as_bytes())


def test_a_demonstration_offers_its_sample_logins(demonstration: Browser):
    run = settings().home / "run"
    run.mkdir()
    row = {"login": "head", "password": PASSWORD, "name": "Irwansyah Daulay", "purpose": "Kepala unit"}
    (run / "logins.json").write_text(json.dumps([row]))
    page = demonstration.get("/login").text
    assert "Irwansyah Daulay" in page
    assert demonstration.log_in("head").status_code == 303
