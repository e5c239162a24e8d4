"""Couriers as processes of their own: killed in the middle, side by side, with a database that restarts."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from cli.postgres import Cluster
from cli.schema import metadata
from core.settings import ROOT, MailSettings, Settings
from notifications import mailbox
from notifications.courier import BATCH
from notifications.outbox import enqueue
from tests.integration.notifications.factories import drafts
from tests.integration.notifications.running import rows, states, wait_for, wait_until
from tests.integration.notifications.smtp_server import Post, serving

Sessions = sessionmaker[Session]
COURIER = """
import signal, threading
from core import events
from notifications.courier import run
events.wire([])
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
run(stop)
"""


@pytest.fixture
def maildir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mail"
    monkeypatch.setattr(mailbox, "settings", lambda: Settings(mail=MailSettings(maildir=folder)))
    return folder


@contextmanager
def courier(**environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A courier's process; it ends with the block."""
    with Path(environment.get("COURIER_LOG", os.devnull)).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", COURIER], cwd=ROOT, env=os.environ | environment, stdout=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def put(sessions: Sessions, count: int) -> None:
    with sessions.begin() as session:
        enqueue(session, drafts(count))


def arrived() -> list[str]:
    return [mail.message_id for mail in mailbox.messages(limit=100_000)]


def kill_after_each(counts: list[int], arrived_now: Callable[[], int], **environment: str) -> None:
    """Start a courier and kill it once so many mails have arrived, again and again."""
    for count in counts:
        with courier(**environment) as process:
            wait_until(lambda count=count: arrived_now() >= count)
            process.kill()


def assert_all_arrived(sessions: Sessions, ids: list[str], kills: int) -> None:
    """Every message at least once; a second time only under its own id, and only around a kill."""
    known = {f"<{message.id}@localhost>": message.attempts for message in rows(sessions)}
    times = Counter(ids)
    assert times.keys() == known.keys()
    twice = {id_ for id_, count in times.items() if count > 1}
    assert all(known[id_] >= times[id_] for id_ in twice), "sent more often than it was taken"
    assert all(times[id_] <= 1 + kills for id_ in twice)
    # what a kill can repeat is what was sent since the last marking, never a whole batch
    assert len(ids) - len(known) < BATCH * kills


def test_a_courier_killed_in_the_middle_of_a_batch_loses_no_message(committed: Sessions, maildir: Path):
    put(committed, 500)
    where = {"MUFAKAT_MAIL_MAILDIR": str(maildir)}
    seeded = random.Random(7)
    kills = sorted(seeded.randrange(20, 450) for _ in range(3))
    kill_after_each(kills, mailbox.count, **where)
    with courier(**where):
        wait_for(committed, sent=500)
    assert_all_arrived(committed, arrived(), len(kills))


def test_a_courier_killed_while_it_talks_to_a_mail_server_loses_no_message(committed: Sessions):
    put(committed, 300)
    post = Post()
    with serving(post) as port:
        where = {
            "MUFAKAT_MAIL_TRANSPORT": "smtp",
            "MUFAKAT_MAIL_SMTP_HOST": "127.0.0.1",
            "MUFAKAT_MAIL_SMTP_PORT": str(port),
        }
        kill_after_each([120], lambda: len(post.taken), **where)
        with courier(**where):
            wait_for(committed, sent=300)
    assert_all_arrived(committed, post.ids, 1)


def test_couriers_side_by_side_send_nothing_twice(committed: Sessions, maildir: Path):
    put(committed, 600)
    where = {"MUFAKAT_MAIL_MAILDIR": str(maildir)}
    with courier(**where), courier(**where), courier(**where):
        wait_for(committed, sent=600)
    assert len(arrived()) == len(set(arrived())) == 600
    writers = {mail.id.partition("P")[2].partition("Q")[0] for mail in mailbox.messages(limit=1000)}
    assert len(writers) > 1, "only one of them worked"


def test_told_to_end_a_courier_leaves_nothing_half_done(committed: Sessions, maildir: Path):
    put(committed, 400)
    with courier(MUFAKAT_MAIL_MAILDIR=str(maildir)) as process:
        wait_until(lambda: mailbox.count() >= 50)
        process.terminate()
        assert process.wait(10) == 0
    left = states(committed)
    assert set(left) <= {"sent", "queued"}
    assert len(arrived()) == len(set(arrived())) == left["sent"]


@pytest.fixture
def own_cluster(monkeypatch: pytest.MonkeyPatch) -> Generator[tuple[Cluster, Sessions]]:
    """A database server of this test's own, that it may stop."""
    with Cluster.temporary() as cluster:
        url = cluster.url("postgres").replace("postgresql:", "postgresql+psycopg:")
        monkeypatch.setenv("MUFAKAT_DATABASE_URL", url)
        engine = create_engine(url, pool_pre_ping=True)
        metadata().create_all(engine)
        yield cluster, sessionmaker(engine)
        engine.dispose()


def test_a_courier_outlives_a_restart_of_the_database_and_sends_nothing_twice(
    own_cluster: tuple[Cluster, Sessions], maildir: Path
):
    cluster, sessions = own_cluster
    put(sessions, 400)
    with courier(MUFAKAT_MAIL_MAILDIR=str(maildir)) as process:
        wait_until(lambda: mailbox.count() >= 50)
        cluster.stop()
        assert process.poll() is None
        cluster.start()
        wait_for(sessions, sent=400)
    assert len(arrived()) == len(set(arrived())) == 400


def test_a_courier_that_starts_before_the_database_waits_for_it(
    own_cluster: tuple[Cluster, Sessions], maildir: Path, tmp_path: Path
):
    cluster, sessions = own_cluster
    put(sessions, 5)
    cluster.stop()
    with courier(MUFAKAT_MAIL_MAILDIR=str(maildir), COURIER_LOG=str(tmp_path / "log")):
        wait_until(lambda: "database does not answer" in (tmp_path / "log").read_text())
        cluster.start()
        wait_for(sessions, sent=5)
