"""The courier with a Maildir, on a real database; its other way out is in test_smtp.py."""

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from core import clock as core_clock
from core import events
from core.settings import MailSettings, Settings
from notifications import courier, mailbox
from notifications.courier import BATCH, Courier
from notifications.letter import Letter
from notifications.models import Message
from notifications.outbox import MessageDraft, enqueue
from notifications.transports import MaildirTransport
from notifications.ways import TransportDown
from tests.integration.notifications.factories import draft, drafts, person
from tests.integration.notifications.running import carrying, rows, states, wait_for, wait_until


@pytest.fixture
def maildir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MaildirTransport:
    monkeypatch.setattr(mailbox, "settings", lambda: Settings(mail=MailSettings(maildir=tmp_path / "mail")))
    return MaildirTransport(tmp_path / "mail")


def put(sessions: sessionmaker[Session], messages: list[MessageDraft]) -> None:
    with sessions.begin() as session:
        enqueue(session, messages)


def arrived() -> list[str]:
    return [mail.message_id for mail in mailbox.messages(limit=10_000)]


def test_every_message_arrives_once_and_is_marked(
    committed: sessionmaker[Session], maildir: MaildirTransport
):
    put(committed, drafts(BATCH * 2 + 30))
    with carrying(maildir):
        wait_for(committed, sent=BATCH * 2 + 30)
    assert sorted(arrived()) == sorted(f"<{m.id}@localhost>" for m in rows(committed))
    sent = rows(committed)[0]
    assert (sent.attempts, sent.leased_by, sent.last_error) == (1, None, None)
    assert sent.sent_at is not None and sent.sent_at >= sent.created_at


def test_a_message_that_comes_later_is_seen(committed: sessionmaker[Session], maildir: MaildirTransport):
    with carrying(maildir):
        put(committed, [draft(person("Siti"))])
        wait_for(committed, sent=1)
        put(committed, [draft(person("Budi"))])
        wait_for(committed, sent=2)
    assert [mail.to.split()[0] for mail in mailbox.messages()] == ["Budi", "Siti"]


def test_two_couriers_send_nothing_twice(committed: sessionmaker[Session], maildir: MaildirTransport):
    put(committed, drafts(400))
    with carrying(maildir), carrying(maildir):
        wait_for(committed, sent=400)
    assert len(arrived()) == len(set(arrived())) == 400


def test_one_message_that_cannot_be_rendered_keeps_no_other_back(
    committed: sessionmaker[Session], maildir: MaildirTransport
):
    broken = draft()
    put(
        committed, [draft(), MessageDraft(broken.event_id, "task_assigned", person(), {"task": "7"}), draft()]
    )
    with carrying(maildir):
        wait_for(committed, sent=2, queued=1)
    (waiting,) = (m for m in rows(committed) if m.state == "queued")
    assert waiting.attempts == 1 and waiting.last_error and "badly formed" in waiting.last_error


def test_what_is_no_address_is_given_up_at_once(
    committed: sessionmaker[Session], maildir: MaildirTransport, heard: list[events.Recorded]
):
    put(committed, [draft(person(email="siti at medan")), draft()])
    with carrying(maildir):
        wait_for(committed, sent=1, dead=1)
    assert [e.name for e in heard] == ["message.dead"]
    assert "siti at medan" in str(heard[0].facts["error"])


def test_a_full_disk_costs_no_message_an_attempt(committed: sessionmaker[Session], tmp_path: Path):
    put(committed, drafts(3))
    (tmp_path / "mail").write_text("no folder")
    with carrying(MaildirTransport(tmp_path / "mail")):
        wait_until(lambda: all(m.last_error for m in rows(committed)) and states(committed) == {"queued": 3})
    assert {m.attempts for m in rows(committed)} == {0}
    (tmp_path / "mail").unlink()
    with carrying(MaildirTransport(tmp_path / "mail")):
        wait_for(committed, sent=3)


class Slow:
    """A way out on which the first letter gets stuck until it is let go."""

    def __init__(self) -> None:
        self.began, self.go = threading.Event(), threading.Event()
        self.taken: list[str] = []

    async def deliver(self, letter: Letter) -> None:
        self.began.set()
        while not self.go.is_set():
            await asyncio.sleep(0.01)
        self.taken.append(str(letter.id))

    async def close(self) -> None:
        """Nothing is open."""


def test_told_to_stop_it_finishes_the_letter_at_hand_and_gives_the_rest_back(
    committed: sessionmaker[Session],
):
    put(committed, drafts(20))
    slow = Slow()
    with carrying(slow) as stop:
        slow.began.wait(10)
        stop.set()
        slow.go.set()
    assert len(slow.taken) == 1
    assert states(committed) == {"sent": 1, "queued": 19}
    assert {m.attempts for m in rows(committed) if m.state == "queued"} == {0}


def test_told_to_stop_it_does_not_wait_for_a_letter_that_is_stuck(committed: sessionmaker[Session]):
    put(committed, drafts(20))
    slow = Slow()
    with carrying(slow) as stop:
        slow.began.wait(10)
        stop.set()
    assert slow.taken == []
    # nobody knows whether it arrived: its lease runs out, and it is sent again
    assert states(committed) == {"leased": 1, "queued": 19}


def test_a_lease_is_renewed_while_a_letter_takes_its_time(
    committed: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(courier, "RENEW_AFTER", 0.05)
    put(committed, drafts(2))
    slow = Slow()
    with carrying(slow):
        slow.began.wait(10)
        before = max(m.next_at for m in rows(committed))
        wait_until(lambda: min(m.next_at for m in rows(committed)) > before)
        slow.go.set()
        wait_for(committed, sent=2)


def test_nothing_is_sent_under_a_lease_that_may_have_run_out(
    committed: sessionmaker[Session], maildir: MaildirTransport, monkeypatch: pytest.MonkeyPatch
):
    put(committed, drafts(5))
    lost = Courier(threading.Event(), [maildir])
    batch = lost.take()
    monkeypatch.setattr(courier, "SAFE_FOR", 0)
    asyncio.run(lost.carry(batch))
    assert arrived() == []
    assert states(committed) == {"queued": 5}


def test_the_text_counts_the_time_from_the_moment_of_sending(
    committed: sessionmaker[Session], maildir: MaildirTransport
):
    with committed.begin() as session:
        enqueue(session, [draft(due_at="2030-01-01T00:00:00+00:00")])
        core_clock.move(session, datetime(2029, 12, 30, tzinfo=UTC) - datetime.now(UTC))
    with carrying(maildir):
        wait_for(committed, sent=1)
    (mail,) = mailbox.messages()
    assert "(dalam 2 hari)" in mail.text and (mail.at.year, mail.at.month) == (2029, 12)


def test_a_transport_that_is_down_is_tried_again_later_with_the_same_message(
    committed: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(courier, "IDLE", 0.01)
    put(committed, drafts(1))

    class Down(Slow):
        tries = 0

        async def deliver(self, letter: Letter) -> None:
            self.tries += 1
            if self.tries < 4:
                raise TransportDown(why="away")
            self.taken.append(str(letter.id))

    down = Down()
    with carrying(down):
        wait_for(committed, sent=1)
    with committed() as session:
        assert session.scalars(select(Message.attempts)).one() == 1
    assert (down.tries, len(down.taken)) == (4, 1)
