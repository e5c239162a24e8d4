"""The courier before a mail service's HTTP API, a real process that refuses, is busy, and hangs up."""

import json
from base64 import b64decode
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session, sessionmaker

from cli.ports import free_port
from core.settings import MailSettings, Settings
from notifications import courier
from notifications.http_api import HttpTransport
from notifications.outbox import enqueue
from notifications.transports import ConsoleTransport, transports
from tests.integration.notifications.factories import draft, drafts, person
from tests.integration.notifications.mail_service import MailService, mail_service
from tests.integration.notifications.running import (
    carrying,
    let_pauses_pass,
    rows,
    states,
    wait_for,
    wait_until,
)

Sessions = sessionmaker[Session]


@pytest.fixture
def service(tmp_path: Path) -> Generator[MailService]:
    with mail_service(tmp_path / "taken", "s3cret") as found:
        yield found


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(courier, "IDLE", 0.01)


def way_to(url: str, **changed: Any) -> HttpTransport:
    config = MailSettings(transport="http", api_url=url, api_key=SecretStr("s3cret"), timeout_seconds=5)
    return HttpTransport(config.model_copy(update=changed))


def put(sessions: Sessions, *addresses: str) -> None:
    with sessions.begin() as session:
        enqueue(session, [draft(person("Siti – Ñandú", address)) for address in addresses])


def test_letters_arrive_once_with_text_html_and_headers(committed: Sessions, service: MailService):
    with committed.begin() as session:
        enqueue(session, drafts(20))
    with carrying(way_to(service.url), way_to(service.url)):
        wait_for(committed, sent=20)
    taken = service.taken
    assert sorted(one["key"] for one in taken) == sorted(str(m.id) for m in rows(committed))
    first = taken[0]
    assert first["subject"].startswith("Perlu keputusan Anda")
    assert first["text"].startswith("Yth. Bapak/Ibu") and "<h1" in first["html"]
    assert first["headers"]["Message-ID"] == f"<{first['key']}@localhost>"
    assert first["headers"]["Auto-Submitted"] == "auto-generated"
    assert "attachments" not in first


def test_a_letter_whose_answer_is_lost_is_sent_again_under_its_key_and_taken_once(
    committed: Sessions, service: MailService
):
    put(committed, "lost@medan.go.id")
    with carrying(way_to(service.url)):
        wait_until(lambda: bool(rows(committed)[0].last_error))
        let_pauses_pass(committed)
        wait_for(committed, sent=1)
    assert len(service.taken) == 1
    assert rows(committed)[0].attempts == 2


def test_what_the_service_refuses_for_good_is_given_up_and_for_now_is_sent_later(
    committed: Sessions, service: MailService
):
    put(committed, "refused@medan.go.id", "broken@medan.go.id")
    with carrying(way_to(service.url)):
        wait_for(committed, dead=1, queued=1)
        let_pauses_pass(committed)
        wait_for(committed, dead=1, sent=1)
    (dead,) = (m for m in rows(committed) if m.state == "dead")
    assert dead.last_error == '422 {"error": "refused now"}'


def test_a_busy_service_costs_no_attempt(committed: Sessions, service: MailService):
    put(committed, "busy@medan.go.id")
    with carrying(way_to(service.url)):
        wait_for(committed, sent=1)
    assert rows(committed)[0].attempts == 1


def test_a_wrong_key_kills_no_message_and_is_not_told(
    committed: Sessions, service: MailService, capfd: pytest.CaptureFixture[str]
):
    put(committed, "siti@medan.go.id")
    with carrying(way_to(service.url, api_key=SecretStr("wr0ng"))):
        wait_until(lambda: "401" in (rows(committed)[0].last_error or ""))
    assert states(committed) == {"queued": 1}
    said = capfd.readouterr()
    assert "wr0ng" not in said.out + said.err + str(rows(committed)[0].last_error)


def test_while_the_service_is_away_messages_wait(committed: Sessions):
    put(committed, "siti@medan.go.id")
    with carrying(way_to(f"http://127.0.0.1:{free_port()}/emails")):
        wait_until(lambda: bool(rows(committed)[0].last_error))
    assert (states(committed), rows(committed)[0].attempts) == ({"queued": 1}, 0)


def test_the_body_may_have_any_shape(committed: Sessions, service: MailService):
    shape = {
        "to": ["$to"],
        "Messages": [{"Subject": "$subject", "Raw": "$mime"}],
        "Track": False,
        "None": "$attachments",
    }
    put(committed, "siti@medan.go.id")
    with carrying(way_to(service.url, api_body=json.dumps(shape))):
        wait_for(committed, sent=1)
    (taken,) = service.taken
    assert taken.keys() == {"to", "Messages", "Track", "key"}
    assert taken["Messages"][0]["Raw"].startswith("From: ")


def test_a_date_goes_along_as_a_calendars_file(committed: Sessions, service: MailService):
    invitation = {
        "about": "019365a0-0000-7000-8000-000000000009",
        "sequence": 0,
        "title": "Rapat Baperjakat",
        "starts_at": "2026-12-01T02:00:00+00:00",
        "ends_at": "2026-12-01T04:00:00+00:00",
    }
    with committed.begin() as session:
        enqueue(session, [draft(invitation=invitation)])
    with carrying(way_to(service.url)):
        wait_for(committed, sent=1)
    (file,) = service.taken[0]["attachments"]
    assert file["filename"] == "undangan.ics"
    assert b"SUMMARY:Rapat Baperjakat" in b64decode(file["content"])


def test_the_console_shows_what_a_reader_sees(committed: Sessions, capfd: pytest.CaptureFixture[str]):
    put(committed, "siti@medan.go.id")
    with carrying(ConsoleTransport()):
        wait_for(committed, sent=1)
    said = capfd.readouterr().out
    assert "Subject: Perlu keputusan Anda" in said and "Yth. Bapak/Ibu Siti – Ñandú," in said


def test_the_settings_name_these_ways_too():
    ways = transports(Settings(mail=MailSettings(transport="http", connections=3)))
    assert [type(way) for way in ways] == [HttpTransport] * 3
    assert [type(way) for way in transports(Settings(mail=MailSettings(transport="console")))] == [
        ConsoleTransport
    ]
