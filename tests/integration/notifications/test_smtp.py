"""The courier before a real SMTP server that refuses, drops, encrypts and asks for a login."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session, sessionmaker

from cli.ports import free_port
from core import events
from core.settings import MailSettings, Settings
from notifications import courier
from notifications.letter import Letter
from notifications.models import Message
from notifications.outbox import enqueue
from notifications.pacing import Pace
from notifications.transports import MaildirTransport, SmtpTransport, transports
from tests.integration.notifications.factories import draft, drafts, person
from tests.integration.notifications.running import (
    carrying,
    let_pauses_pass,
    rows,
    states,
    wait_for,
    wait_until,
)
from tests.integration.notifications.smtp_server import (
    Certificate,
    Post,
    always,
    as_ever,
    first,
    hang_up,
    login_of,
    serving,
)

Sessions = sessionmaker[Session]


@pytest.fixture
def waiting(committed: Sessions) -> Sessions:
    """Three messages in the outbox."""
    with committed.begin() as session:
        enqueue(session, drafts(3))
    return committed


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(courier, "IDLE", 0.01)


def way_to(port: int, **changed: Any) -> SmtpTransport:
    return SmtpTransport(
        MailSettings(transport="smtp", smtp_port=port, timeout_seconds=5).model_copy(update=changed)
    )


def ids(of: Sequence[Message]) -> list[str]:
    return sorted(f"<{m.id}@localhost>" for m in of)


def test_letters_arrive_whole_and_at_their_addresses(committed: Sessions):
    with committed.begin() as session:
        enqueue(
            session, [draft(person("Siti – Ñandú", "siti@medan.go.id"), title="Kenaikan pangkat → III/c")]
        )
    post = Post()
    with serving(post) as port, carrying(way_to(port)):
        wait_for(committed, sent=1)
    assert post.envelopes == [("mufakat@localhost", ["siti@medan.go.id"])]
    (mail,) = post.taken
    assert mail["Subject"] == "Perlu keputusan Anda: Kenaikan pangkat → III/c (KP-2026-12/0007)"
    assert mail["To"].addresses[0].display_name == "Siti – Ñandú"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text and html
    assert "Kenaikan pangkat → III/c" in text.get_content() and "→ III/c" in html.get_content()


def test_one_connection_carries_a_whole_batch_and_is_closed_when_nothing_waits(committed: Sessions):
    with committed.begin() as session:
        enqueue(session, drafts(courier.BATCH + 50))
    post = Post()
    with serving(post) as port, carrying(way_to(port)):
        wait_for(committed, sent=courier.BATCH + 50)
        assert len(post.connections) == 1
        with committed.begin() as session:
            enqueue(session, [draft()])
        wait_for(committed, sent=courier.BATCH + 51)
        assert len(post.connections) == 2


def test_two_connections_carry_each_letter_once(committed: Sessions):
    with committed.begin() as session:
        enqueue(session, drafts(300))
    post = Post()
    with serving(post) as port, carrying(way_to(port), way_to(port)):
        wait_for(committed, sent=300)
    assert sorted(post.ids) == ids(rows(committed))
    assert len(post.connections) == 2


@pytest.mark.parametrize("command", ["on_mail", "on_rcpt", "on_data"])
def test_what_is_refused_for_now_is_sent_later(waiting: Sessions, command: str):
    post = Post(**{command: first(1, "451 4.7.1 greylisted, try again later")})
    with serving(post) as port, carrying(way_to(port)):
        wait_for(waiting, sent=2, queued=1)
        (later,) = (m for m in rows(waiting) if m.state == "queued")
        assert later.last_error == "451 4.7.1 greylisted, try again later"
        let_pauses_pass(waiting)
        wait_for(waiting, sent=3)
    assert sorted(post.ids) == ids(rows(waiting))


@pytest.mark.parametrize("command", ["on_rcpt", "on_data"])
def test_what_is_refused_for_good_is_given_up_at_once(
    waiting: Sessions, command: str, heard: list[events.Recorded]
):
    post = Post(**{command: first(1, "550 5.1.1 no such user")})
    with serving(post) as port, carrying(way_to(port)):
        wait_for(waiting, sent=2, dead=1)
    (dead,) = (m for m in rows(waiting) if m.state == "dead")
    assert (dead.attempts, dead.last_error) == (1, "550 5.1.1 no such user")
    assert [(e.name, e.stream) for e in (r.event for r in heard)] == [("message.dead", dead.id)]
    assert sorted(post.ids) == ids([m for m in rows(waiting) if m.state == "sent"])


def test_a_server_that_does_not_know_us_kills_no_message(waiting: Sessions):
    post = Post(on_mail=always("550 5.7.1 sender not allowed"))
    with serving(post) as port:
        with carrying(way_to(port)):
            wait_until(lambda: all(m.last_error for m in rows(waiting)))
        assert states(waiting) == {"queued": 3} and {m.attempts for m in rows(waiting)} == {0}
        post.on_mail = as_ever
        with carrying(way_to(port)):
            wait_for(waiting, sent=3)


def test_a_letter_whose_connection_breaks_is_sent_again_under_the_same_id(waiting: Sessions):
    broken: list[str] = []

    def take_one_and_break(server: Any, envelope: Any) -> str | None:
        if broken:
            return None
        broken.append(next(line for line in envelope.content.decode().splitlines() if "Message-ID" in line))
        return hang_up(server, envelope)

    post = Post(on_data=take_one_and_break)
    with serving(post) as port, carrying(way_to(port)):
        wait_for(waiting, sent=2, queued=1)
        let_pauses_pass(waiting)
        wait_for(waiting, sent=3)
    assert sorted(post.ids) == ids(rows(waiting))
    assert broken[0].removeprefix("Message-ID: ") in post.ids


def test_a_server_that_takes_two_letters_a_connection_gets_all(committed: Sessions):
    with committed.begin() as session:
        enqueue(session, drafts(20))
    served: dict[object, int] = {}

    def two_only(server: Any, _envelope: Any) -> str | None:
        peer = server.session.peer
        served[peer] = served.get(peer, 0) + 1
        return "421 4.7.0 enough for one connection" if served[peer] > 2 else None

    post = Post(on_mail=two_only)
    with serving(post) as port, carrying(way_to(port)):
        wait_for(committed, sent=20)
    assert sorted(post.ids) == ids(rows(committed))
    assert {m.attempts for m in rows(committed)} == {1}
    assert len(post.connections) == 10


def test_a_server_that_hangs_up_between_letters_gets_all(committed: Sessions):
    with committed.begin() as session:
        enqueue(session, drafts(10))
    seen: set[object] = set()

    def second_time(server: Any, envelope: Any) -> str | None:
        if server.session.peer in seen:
            return hang_up(server, envelope)
        seen.add(server.session.peer)
        return None

    post = Post(on_mail=second_time)
    with serving(post) as port, carrying(way_to(port)):
        wait_for(committed, sent=10)
    assert sorted(post.ids) == ids(rows(committed))
    assert {m.attempts for m in rows(committed)} == {1}


def test_while_the_server_is_away_messages_wait_and_lose_no_attempt(waiting: Sessions):
    port = free_port()
    with carrying(way_to(port)):
        wait_until(lambda: all(m.last_error for m in rows(waiting)) and states(waiting) == {"queued": 3})
        with serving(Post(), port):
            wait_for(waiting, sent=3)
    assert {m.attempts for m in rows(waiting)} == {1}


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate.make(tmp_path)


def test_mail_goes_encrypted_by_starttls(waiting: Sessions, certificate: Certificate):
    post = Post()
    with serving(post, tls_context=certificate.server, require_starttls=True) as port:
        way = SmtpTransport(
            MailSettings(smtp_port=port, smtp_tls="starttls", timeout_seconds=5), certificate.client
        )
        with carrying(way):
            wait_for(waiting, sent=3)
    assert post.secured == [True] * 3


def test_mail_goes_encrypted_from_the_first_byte(
    waiting: Sessions, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    post = Post()
    with serving(post, ssl_context=certificate.server) as port, carrying(way_to(port, smtp_tls="tls")):
        wait_for(waiting, sent=3)
    assert post.secured == [True] * 3


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_nothing_goes_to_a_server_whose_certificate_is_not_trusted(
    waiting: Sessions, certificate: Certificate, tls: str
):
    post = Post()
    option = {"starttls": "tls_context", "tls": "ssl_context"}[tls]
    with serving(post, **{option: certificate.server}) as port, carrying(way_to(port, smtp_tls=tls)):
        wait_until(lambda: all("certificate" in (m.last_error or "").lower() for m in rows(waiting)))
    assert post.taken == [] and states(waiting) == {"queued": 3}


def test_nothing_goes_in_clear_to_a_server_that_no_longer_offers_starttls(waiting: Sessions):
    post = Post()
    with serving(post) as port, carrying(way_to(port, smtp_tls="starttls")):
        wait_until(lambda: all(m.last_error for m in rows(waiting)))
    assert post.taken == [] and states(waiting) == {"queued": 3}


def logging_in(port: int, password: str, certificate: Certificate) -> SmtpTransport:
    config = MailSettings(
        smtp_port=port,
        smtp_tls="starttls",
        smtp_username="mufakat",
        smtp_password=SecretStr(password),
        timeout_seconds=5,
    )
    return SmtpTransport(config, certificate.client)


def test_the_courier_logs_in(waiting: Sessions, certificate: Certificate):
    post = Post()
    options = login_of(post, "mufakat", "right") | {"tls_context": certificate.server}
    with serving(post, **options) as port, carrying(logging_in(port, "right", certificate)):
        wait_for(waiting, sent=3)
    assert post.logins == ["mufakat"]


def test_a_wrong_password_kills_no_message_and_is_not_logged(
    waiting: Sessions, certificate: Certificate, capfd: pytest.CaptureFixture[str]
):
    post = Post()
    options = login_of(post, "mufakat", "right") | {"tls_context": certificate.server}
    with serving(post, **options) as port, carrying(logging_in(port, "s3cret", certificate)):
        wait_until(lambda: all("535" in (m.last_error or "") for m in rows(waiting)))
    assert states(waiting) == {"queued": 3} and post.taken == []
    said = capfd.readouterr()
    assert "s3cret" not in said.out + said.err + "".join(m.last_error or "" for m in rows(waiting))


def test_a_domain_gets_no_more_letters_at_a_time_than_it_may_and_others_pass(committed: Sessions):
    with committed.begin() as session:
        many = [draft(person(f"P{n}", f"p{n}@slow.go.id")) for n in range(30)]
        enqueue(session, [*many, *(draft(person(f"Q{n}", f"q{n}@quick.go.id")) for n in range(30))])
    most: Counter[str] = Counter()
    going: Counter[str] = Counter()

    class Counting(SmtpTransport):
        async def deliver(self, letter: Letter) -> None:
            domain = letter.recipient.rpartition("@")[2]
            going[domain] += 1
            most[domain] = max(most[domain], going[domain])
            try:
                await super().deliver(letter)
            finally:
                going[domain] -= 1

    post = Post()
    with serving(post) as port:
        config = way_to(port).config
        with carrying(*(Counting(config) for _ in range(4)), pace=Pace(at_once=1)):
            wait_for(committed, sent=60)
    assert most == {"slow.go.id": 1, "quick.go.id": 1}
    assert sorted(post.ids) == ids(rows(committed))


def test_a_domain_that_had_its_share_of_a_minute_keeps_no_other_back(committed: Sessions):
    with committed.begin() as session:
        enqueue(session, [draft(person(f"P{n}", f"p{n}@slow.go.id")) for n in range(courier.BATCH + 20)])
        enqueue(session, [draft(person(f"Q{n}", f"q{n}@quick{n}.go.id")) for n in range(30)])
    post = Post()
    with serving(post) as port, carrying(way_to(port), way_to(port), pace=Pace(per_minute=10)):
        wait_for(committed, sent=40, queued=courier.BATCH + 10)
    waiting = [m for m in rows(committed) if m.state == "queued"]
    assert {m.attempts for m in waiting} == {0}
    assert all(m.address.endswith("@slow.go.id") for m in waiting)


def test_the_settings_name_the_way_out():
    smtp = transports(Settings(mail=MailSettings(transport="smtp")))
    assert [type(way) for way in smtp] == [SmtpTransport] * 4
    local = transports(Settings(mail=MailSettings(transport="maildir")))
    assert {type(way) for way in local} == {MaildirTransport}
