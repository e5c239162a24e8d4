"""The courier: takes messages from the outbox, renders them and hands them to the transport.

It leases a batch and commits, sends, and marks what the transport took within a blink of it. Whatever dies on
the way, no message is lost: its lease runs out and it is taken again, under the same Message-ID. Any number
of couriers may run.
"""

import asyncio
import math
import os
import secrets
import socket
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from core import clock
from core.database import transaction
from core.settings import settings
from notifications import digests, leases, returns
from notifications.leases import LEASE, Failure
from notifications.letter import BadAddress, Letter, compose
from notifications.models import Message
from notifications.pacing import Pace
from notifications.render import render
from notifications.sorting import sort
from notifications.surroundings import Surroundings
from notifications.transports import transports
from notifications.ways import Refused, Transport, TransportDown

BATCH = 100
IDLE = 0.5
"""Seconds between two looks into an empty outbox."""
TICK = 0.02
"""Seconds between two markings while a batch is on its way."""
RELEASE_EVERY = 1.0
"""Seconds between two looks for what was held back and is due."""
LONGEST_PAUSE = 10.0
GRACE = 2.5
"""Seconds that letters on their way get when the courier is told to stop."""
RENEW_AFTER = LEASE.total_seconds() / 3
SAFE_FOR = LEASE.total_seconds() / 2
"""A lease that could not be renewed for so long may soon be another's: nothing more is sent under it."""

DatabaseDown = (OperationalError, InterfaceError)

log = structlog.get_logger("courier")


def run(stop: threading.Event, surroundings: Surroundings | None = None) -> None:
    """Carry messages until told to stop, and end within five seconds of that.

    Outlives the database and the mail server going away; the log tells of it.
    """
    mail = settings().mail
    pace = Pace(mail.domain_connections, mail.domain_per_minute)
    Courier(stop, transports(settings()), surroundings or Surroundings(), pace, mail.returns).run()


@dataclass
class Batch:
    """Leased messages on their way: what still waits, and what came of the others."""

    messages: Sequence[Message]
    now: datetime
    renewed: float
    sent: list[UUID] = field(default_factory=list[UUID])
    failed: list[Failure] = field(default_factory=list[Failure])
    counts: Counter[str] = field(default_factory=Counter[str])
    down: str = ""
    """Why no letter can pass at the moment."""

    def __post_init__(self) -> None:
        self.waiting = deque(self.messages)
        self.held = {m.id for m in self.messages}
        """Leased, and neither marked nor given back yet."""

    def is_safe(self) -> bool:
        return time.monotonic() - self.renewed < SAFE_FOR


@dataclass
class Courier:
    """One courier and its ways out; each way carries one letter at a time."""

    stop: threading.Event
    ways: Sequence[Transport]
    surroundings: Surroundings = field(default_factory=Surroundings)
    pace: Pace = field(default_factory=Pace)
    returns: Path | None = None
    """The Maildir into which servers deliver what they say of our letters."""
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")
    _next_release: float = 0.0

    def run(self) -> None:
        log.info("courier started", courier=self.name)
        troubles = 0
        with asyncio.Runner() as loop:
            while not self.stop.is_set():
                trouble, pause = self._once(loop)
                troubles = troubles + 1 if trouble else 0
                if trouble:
                    pause = min(LONGEST_PAUSE, IDLE * 2.0 ** min(troubles, 10))
                    log.warning(trouble, courier=self.name, seconds_to_next_try=pause)
                self.stop.wait(pause)
            loop.run(self._hang_up())
        log.info("courier stopped", courier=self.name)

    def _once(self, loop: asyncio.Runner) -> tuple[str, float]:
        """Take a batch and carry it; returns what is in the way, if anything, and how long to rest."""
        try:
            batch = self.take()
        except DatabaseDown as exc:
            return f"the database does not answer: {exc.orig}", IDLE
        if not batch.messages:
            loop.run(self._hang_up())
            return "", IDLE
        try:
            loop.run(self.carry(batch))
        except DatabaseDown as exc:
            return f"the database does not answer: {exc.orig}", IDLE
        return f"the mail server can't be used: {batch.down}" if batch.down else "", 0

    def take(self) -> Batch:
        """Lease what is due, and put aside what is not to be sent now; on return the lease is committed."""
        self._release()
        while True:
            renewed = time.monotonic()
            with transaction() as session:
                now = clock.now(session)
                leased = leases.lease(session, self.name, BATCH)
                sending = sort(session, leased, now, self.surroundings)
            if sending or not leased or self.stop.is_set():
                return Batch(sending, now, renewed)

    def _release(self) -> None:
        """Now and then, read what came back, and queue what was held back and is due."""
        if time.monotonic() < self._next_release:
            return
        if self.returns:
            returns.read_box(self.returns)
        with transaction() as session:
            served = digests.release(session, clock.now(session), self.surroundings)
        if served < digests.PEOPLE:
            self._next_release = time.monotonic() + RELEASE_EVERY

    async def carry(self, batch: Batch) -> None:
        """Send a batch, mark each message, give back what could not be tried.

        A letter that is still on its way when a stop's grace ends may have arrived or not: its lease runs
        out, and it is sent again.
        """
        lanes = [asyncio.create_task(self._lane(way, batch)) for way in self.ways[: len(batch.messages)]]
        grace = asyncio.create_task(self._grace())
        going = set(lanes)
        while going:
            _, going = await asyncio.wait(going, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            await self._mark(batch)
            if grace.done():
                for lane in going:
                    lane.cancel()
        grace.cancel()
        if batch.down or batch.waiting:
            await self._hang_up()
        await self._settle(batch)

    async def _lane(self, way: Transport, batch: Batch) -> None:
        while batch.waiting and batch.is_safe() and not batch.down and not self.stop.is_set():
            message = self._next(batch)
            if message is None:
                if self.pace.is_idle:
                    return  # all that waits has had its domain's share of this minute
                await asyncio.sleep(TICK)
                continue
            self.pace.begin(message.address, time.monotonic())
            try:
                await self._carry_one(way, batch, message)
            finally:
                self.pace.end(message.address)
            await asyncio.sleep(0)

    def _next(self, batch: Batch) -> Message | None:
        """The first that may go to its domain now."""
        now = time.monotonic()
        for message in batch.waiting:
            if self.pace.may(message.address, now):
                batch.waiting.remove(message)
                return message
        return None

    async def _carry_one(self, way: Transport, batch: Batch, message: Message) -> None:
        try:
            await way.deliver(write(message, batch.now))
        except TransportDown as exc:
            batch.down = str(exc.facts["why"])
            batch.waiting.appendleft(message)
        except Refused as exc:
            batch.failed.append(Failure(message.id, str(exc.facts["why"]), exc.permanent))
        except BadAddress as exc:
            batch.failed.append(Failure(message.id, str(exc), permanent=True))
        except Exception as exc:
            # One letter's trouble, such as a template's bug, must not keep the others from going out.
            log.exception("message failed", message=str(message.id), template=message.template)
            batch.failed.append(Failure(message.id, f"{type(exc).__name__}: {exc}", permanent=False))
        else:
            batch.sent.append(message.id)

    async def _hang_up(self) -> None:
        await asyncio.gather(*(way.close() for way in self.ways))

    async def _grace(self) -> None:
        """Ends when letters on their way have had their time after a stop."""
        while not self.stop.is_set():
            await asyncio.sleep(TICK)
        await asyncio.sleep(GRACE)

    async def _mark(self, batch: Batch) -> bool:
        """Write down what came of letters so far, and renew the leases of the rest; False if that failed."""
        sent, batch.sent = batch.sent, []
        failed, batch.failed = batch.failed, []
        held = batch.held - set(sent) - {f.message_id for f in failed}
        began = time.monotonic()
        renewing = held if began - batch.renewed > RENEW_AFTER else set[UUID]()
        if not (sent or failed or renewing):
            return True
        try:
            given_up = await asyncio.to_thread(self._write_down, sent, failed, renewing)
        except DatabaseDown as exc:
            log.warning("the database does not answer", courier=self.name, error=str(exc.orig))
            batch.sent, batch.failed = sent + batch.sent, failed + batch.failed
            return False
        batch.held = held
        batch.renewed = began if renewing else batch.renewed
        batch.counts += Counter(sent=len(sent), failed=len(failed), given_up=given_up)
        return True

    def _write_down(self, sent: list[UUID], failed: list[Failure], renewing: set[UUID]) -> int:
        with transaction() as session:
            if sent:
                leases.mark_sent(session, sent)
            if renewing:
                leases.renew(session, self.name, renewing)
            return leases.mark_failed(session, self.name, failed) if failed else 0

    async def _settle(self, batch: Batch) -> None:
        """Write down the last results however long the database is away, unless told to stop; then give back
        what was not tried."""
        while not await self._mark(batch):
            if self.stop.is_set():
                return
            await asyncio.sleep(IDLE)
        log.info("messages carried", courier=self.name, **batch.counts, given_back=len(batch.waiting))
        if batch.waiting:
            await asyncio.to_thread(self._give_back, batch)

    def _give_back(self, batch: Batch) -> None:
        """What was not tried: for at once, or for when its domain's next minute has room."""
        now = time.monotonic()
        pauses: defaultdict[int, list[UUID]] = defaultdict(list)
        for message in batch.waiting:
            pauses[math.ceil(self.pace.pause(message.address, now))].append(message.id)
        with transaction() as session:
            for seconds, ids in pauses.items():
                leases.release(session, self.name, ids, batch.down or None, timedelta(seconds=seconds))


def write(message: Message, now: datetime) -> Letter:
    rendered = render(
        message.template,
        message.language,
        message.facts,
        recipient_id=message.recipient_id,
        name=message.name,
        now=now,
    )
    return compose(message, rendered, now)
