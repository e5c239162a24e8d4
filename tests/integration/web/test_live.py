"""News to open pages: over several web processes, to those concerned, as long as the login is open."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Queue
from threading import Thread
from typing import Any

from httpx import HTTPError, StreamError, TransportError
from sqlalchemy import text

from cli.ports import free_port
from core.database import transaction
from core.events import seal
from core.tail import Tail
from personnel import logins_alive
from tests.integration.web.conftest import Browse
from tests.integration.web.office import PATIENCE_SECONDS, Browser, Office


class Ear:
    """Listens, in a thread of its own, and keeps what it heard."""

    def __init__(self, browser: Browser, path: str = "/events") -> None:
        self.heard: Queue[tuple[str, dict[str, Any]]] = Queue()
        self.position = ""
        self.browser = browser
        self.path = path
        self.open = Queue[int]()
        self.thread = Thread(target=self._listen, daemon=True)
        self.thread.start()
        assert self.open.get(timeout=PATIENCE_SECONDS) == 200

    def _listen(self) -> None:
        with (
            suppress(HTTPError, StreamError, OSError),  # the browser is closed at the test's end
            self.browser.stream("GET", self.path, timeout=PATIENCE_SECONDS) as answer,
        ):
            self.open.put(answer.status_code)
            name = ""
            for line in answer.iter_lines():
                key, _, value = line.partition(": ")
                if key == "event":
                    name = value
                elif key == "id":
                    self.position = value
                elif key == "data":
                    self.heard.put((name, json.loads(value)))

    def next(self) -> tuple[str, dict[str, Any]]:
        return self.heard.get(timeout=PATIENCE_SECONDS)

    def until(self, name: str, **facts: Any) -> list[dict[str, Any]]:
        """All news up to one that says this; what was launched a moment ago may come before."""
        heard: list[dict[str, Any]] = []
        while True:
            said, news = self.next()
            heard.append(news)
            if said == name and facts.items() <= news.items():
                return heard


@contextmanager
def another_process() -> Iterator[str]:
    """The pages served by a process of its own, over the same database."""
    port = free_port()
    said = {**os.environ, "MUFAKAT_WEB_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "cli", "web"], env=said)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        with Browser(f"http://127.0.0.1:{port}") as browser:
            while not _answers(browser):
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)  # though pages listen


def _answers(browser: Browser) -> bool:
    try:
        return browser.get("/login").status_code == 200
    except TransportError:
        return False


def test_what_is_decided_in_one_process_is_heard_by_those_concerned_in_another(
    office: Office, browse: Browse
):
    with another_process() as elsewhere, Browser(elsewhere) as verifier, Browser(elsewhere) as other:
        verifier.log_in("verifier")
        other.log_in("other_head")
        ear, deaf = Ear(verifier), Ear(other)
        browse("head").decide(office.task(), decision="approve")
        task = office.task(stage="verification")
        assert str(task) in ear.until("inbox", waiting=1, overdue=0)[-1]["tasks"]
        browse("other_head").decide(office.task(-1), decision="approve")
        assert not [news for news in deaf.until("inbox", waiting=3) if str(task) in news["tasks"]]


def test_whoever_comes_back_is_told_to_look(office: Office, browse: Browse):
    ear = Ear(browse("verifier"), "/events?last=1")
    assert ear.next() == ("inbox", {})


def test_a_stream_ends_with_its_login(office: Office, browse: Browse):
    ear = Ear(browse("head"))
    with transaction() as session:
        session.execute(text("DELETE FROM login_session"))
    ear.until("end")
    ear.thread.join(PATIENCE_SECONDS)
    assert not ear.thread.is_alive()


def test_of_one_persons_many_pages_the_oldest_stops_listening(office: Office, browse: Browse):
    head = browse("head")
    ears = [Ear(head) for _ in range(7)]
    ears[0].until("end")
    browse("head").decide(office.task(), decision="approve")
    for ear in ears[1:]:
        ear.until("inbox", waiting=7)


def test_listening_needs_a_login(office: Office, stranger: Browser):
    assert stranger.get("/events").status_code == 303


def test_listening_keeps_no_login_alive(office: Office, browse: Browse):
    head = browse("head")
    with transaction() as session:
        session.execute(text("UPDATE login_session SET seen_at = seen_at - interval '2 hours'"))
        before = session.execute(text("SELECT seen_at FROM login_session")).scalar_one()
        hash_ = session.execute(text("SELECT token_hash FROM login_session")).scalar_one()
        assert logins_alive.still_open(session, {hash_, "unknown"}) == {hash_}
    Ear(head)
    with transaction() as session:
        assert session.execute(text("SELECT seen_at FROM login_session")).scalar_one() == before


def test_the_logs_end_tells_each_event_once_before_and_after_it_is_sealed(office: Office, browse: Browse):
    task = office.task()
    case = office.case_of(task)
    with transaction() as session:
        tail = Tail.now(session)
        tail.read(session)
        assert tail.read(session) == []
    browse("head").decide(task, decision="approve")
    with transaction() as session:
        told = tail.read(session)
        assert told
        assert {one.stream_id for one in told} == {case.id}
        assert "task.decided" in [one.name for one in told]
        assert tail.read(session) == []
    with transaction() as session:
        seal(session)
    with transaction() as session:
        assert tail.read(session) == []
        assert tail.position > 0
