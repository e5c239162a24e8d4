"""The carrier: sends what waits for other systems, beside the courier of mails.

It leases a delivery and commits, calls, and writes down what came of it. Whatever dies on the way, nothing is
lost: the lease runs out and it is sent again under the same id, so that the other side can tell. Any number
of carriers may run.
"""

import os
import secrets
import socket
import threading
import time
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from core.database import transaction
from core.settings import settings
from notifications import webhook_leases
from notifications.outside import Caller, Outcome
from notifications.webhook_leases import Parcel
from notifications.webhook_signing import headers

LANES = 4
IDLE = 0.5
"""Seconds between two looks when nothing waits."""
LONGEST_PAUSE = 10.0
FIXED = {"content-type": "application/json", "user-agent": "Mufakat-Webhooks/1"}

log = structlog.get_logger("webhooks")


def run(stop: threading.Event) -> None:
    """Send deliveries until told to stop; outlives the database and every endpoint going away."""
    config = settings().webhooks
    caller = Caller(config.hosts, config.timeout_seconds)
    try:
        Carrier(stop, caller).run()
    finally:
        caller.close()


@dataclass
class Carrier:
    """One carrier and its lanes; each carries one delivery at a time. While all rest, the first looks."""

    stop: threading.Event
    caller: Caller
    lanes: int = LANES
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")

    def __post_init__(self) -> None:
        self.work = threading.Event()

    def run(self) -> None:
        log.info("carrier started", carrier=self.name)
        others = [threading.Thread(target=self._lane, daemon=True) for _ in range(self.lanes - 1)]
        for lane in others:
            lane.start()
        self._lane(looks=True)
        self.work.set()
        for lane in others:
            lane.join(settings().webhooks.timeout_seconds)
        log.info("carrier stopped", carrier=self.name)

    def _lane(self, *, looks: bool = False) -> None:
        troubles = 0
        while not self.stop.is_set():
            try:
                busy = self.once()
            except (OperationalError, InterfaceError) as exc:
                troubles += 1
                log.warning("the database does not answer", carrier=self.name, error=str(exc.orig))
                self.stop.wait(min(LONGEST_PAUSE, IDLE * 2.0 ** min(troubles, 10)))
                continue
            except Exception:
                # one delivery's trouble must not keep the others from going out; its lease runs out
                log.exception("delivery failed", carrier=self.name)
                busy = False
            troubles = 0
            if busy:
                self.work.set()
            elif looks:
                self.stop.wait(IDLE)
            else:
                self.work.clear()
                self.work.wait(LONGEST_PAUSE)

    def once(self) -> bool:
        """Carry the next delivery, if there is one; whether there was."""
        with transaction() as session:
            parcel = webhook_leases.lease(session, self.name)
        if parcel is None:
            return False
        outcome = self._send(parcel)
        with transaction() as session:
            webhook_leases.settle(session, self.name, parcel, outcome)
        if not outcome.well:
            log.warning("not delivered", delivery=str(parcel.id), attempt=parcel.attempts, why=outcome.said)
        return True

    def _send(self, parcel: Parcel) -> Outcome:
        signed = headers(parcel.endpoint_id, parcel.generations, parcel.id, int(time.time()), parcel.body)
        return self.caller.post(parcel.url, FIXED | signed, parcel.body.encode())
