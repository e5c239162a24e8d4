"""How fast letters leave by SMTP: ./mufakat bench mail

Couriers in processes of their own empty an outbox into a real SMTP server, again a process of its own:
messages are leased, rendered in the reader's language, composed, sent over connections that are kept, and
marked. Every one must have arrived exactly once. The floor is the same library sending the same bytes over as
many connections, without an outbox. p50 and p95 are what one letter takes on its way.
"""

import argparse
import asyncio
import multiprocessing
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtplib import SMTP
from sqlalchemy import func, select, text

from cli import logs
from cli.places import ROOT
from cli.ports import free_port
from core import clock, database, events
from core.settings import settings
from notifications.courier import Courier, write
from notifications.letter import Letter
from notifications.models import Message
from notifications.outbox import MessageDraft, enqueue
from notifications.transports import SmtpTransport, transports
from notifications.ways import Transport
from tests.bench import place
from tests.integration.notifications.factories import drafts

CASES = 10_000
"""Messages, each to another person, to ten domains."""
CLIENTS = 1
"""Couriers."""
LOOK = 0.02
PATIENCE = 600.0
DOMAINS = 10


def measure(cases: int, clients: int) -> dict[str, Any]:
    """Send so many messages by so many couriers, then the same bytes by the library alone."""
    os.environ["MUFAKAT_SECRET"] = secrets.token_urlsafe(32)
    with place.own_database() as url:
        put(cases)
        letters = written(cases)
        with sink() as (port, counts):
            seconds, spent, rss_mb = carry(url, port, cases, clients)
            must_have_come_once(counts(), cases)
        with sink() as (port, counts):
            floor = timed_floor(letters, port)
            must_have_come_once(counts(), cases)
    found = place.figures(cases / seconds, cases / floor, spent, rss_mb)
    return {"messages": cases, "seconds": round(seconds, 1), "floor_seconds": round(floor, 1), **found}


def put(count: int) -> None:
    with database.transaction() as session:
        enqueue(session, [elsewhere(draft, n) for n, draft in enumerate(drafts(count))])


def elsewhere(draft: MessageDraft, number: int) -> MessageDraft:
    person = draft.recipient
    at = f"orang{number}@dinas{number % DOMAINS}.go.id"
    there = type(person)(person.id, person.name, at, person.language, None, True)
    return MessageDraft(draft.event_id, draft.template, there, draft.facts)


def written(count: int) -> list[Letter]:
    """Every letter as the courier writes it."""
    with database.transaction() as session:
        now = clock.now(session)
        messages = session.scalars(select(Message).order_by(Message.id).limit(count)).all()
        return [write(message, now) for message in messages]


@contextmanager
def sink() -> Iterator[tuple[int, Any]]:
    """An SMTP server's port, and what asks it how many letters came and ends it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sink", str(port)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    if process.stdout.readline().strip() != "ready":
        raise ValueError("the SMTP server did not start")

    def counts() -> tuple[int, int]:
        out, _ = process.communicate("")
        came, different = map(int, out.split())
        return came, different

    try:
        yield port, counts
    finally:
        process.kill()
        process.wait()


def must_have_come_once(found: tuple[int, int], wanted: int) -> None:
    """Raises ValueError when letters are missing or came twice, or are not marked as sent."""
    if found != (wanted, wanted):
        raise ValueError(f"{found[0]} letters came, {found[1]} different ones, instead of {wanted}")


def carry(url: str, port: int, count: int, clients: int) -> tuple[float, list[float], float]:
    """From the couriers' start until every message is marked; what each letter took, and the memory."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(clients) as pool:
        together = manager.Barrier(clients + 1)
        couriers = [pool.apply_async(courier, (url, port, count, together)) for _ in range(clients)]
        together.wait()
        began = time.perf_counter()
        found = [one.get(PATIENCE) for one in couriers]
        seconds = time.perf_counter() - began
    with database.transaction() as session:
        sent = session.scalar(select(func.count()).select_from(Message).where(text("state = 'sent'")))
    if sent != count:
        raise ValueError(f"{sent} messages are marked as sent instead of {count}")
    return seconds, [s for spent, _ in found for s in spent], max(rss for _, rss in found)


def courier(url: str, port: int, count: int, together: Any) -> tuple[list[float], float]:
    """One courier, until nothing waits."""
    os.environ |= {"MUFAKAT_MAIL_TRANSPORT": "smtp", "MUFAKAT_MAIL_SMTP_PORT": str(port)}
    logs.configure()
    place.work_at(url)
    events.wire([])
    ways = [Timed(way) for way in transports(settings()) if isinstance(way, SmtpTransport)]
    stop = threading.Event()
    together.wait()
    watcher = threading.Thread(target=stop_when_done, args=(stop, count))
    watcher.start()
    Courier(stop, ways).run()
    watcher.join()
    return [seconds for way in ways for seconds in way.spent], own_peak_mb()


def own_peak_mb() -> float:
    """The most memory this process has had; `getrusage` would tell of its parent's, from before it began."""
    status = Path("/proc/self/status")
    if not status.exists():
        return place.peak_rss_mb()
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024, 1)


def stop_when_done(stop: threading.Event, count: int) -> None:
    query = text("SELECT NOT EXISTS (SELECT FROM message WHERE state IN ('queued','leased'))")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with database.transaction() as session:
            if session.scalar(query):
                break
        stop.wait(LOOK * max(1, count // 5_000))
    stop.set()


class Timed:
    """A way out, and what each letter took on it."""

    def __init__(self, way: Transport) -> None:
        self.way = way
        self.spent: list[float] = []

    async def deliver(self, letter: Letter) -> None:
        start = time.perf_counter()
        await self.way.deliver(letter)
        self.spent.append(time.perf_counter() - start)

    async def close(self) -> None:
        await self.way.close()


def timed_floor(letters: Sequence[Letter], port: int) -> float:
    """The same bytes over as many connections, without an outbox."""
    ready = [(letter.sender, letter.recipient, letter.content) for letter in letters]
    start = time.perf_counter()
    asyncio.run(send_all(ready, port))
    return time.perf_counter() - start


async def send_all(ready: Sequence[tuple[str, str, bytes]], port: int) -> None:
    left = iter(ready)

    async def one() -> None:
        client = SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        await client.connect()
        for sender, recipient, content in left:
            await client.mail(sender)
            await client.rcpt(recipient)
            await client.data(content)
        await client.quit()

    await asyncio.gather(*(one() for _ in transports(settings())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=CASES)
    parser.add_argument("--couriers", type=int, default=CLIENTS)
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    place.show({"bench": "mail", **measure(said.messages, said.couriers)}, as_json=said.json)


if __name__ == "__main__":
    main()
