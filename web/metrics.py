"""Figures for Prometheus: requests by route, decisions that were committed, and what waits at each scrape.

Several web processes count in files of one folder (prometheus_client's multiprocess mode), so that whichever
answers tells of all. What waits is read from the database at each scrape: it is the same whoever asks.
"""

import hmac
import os
import time
from collections import Counter as Counts
from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.database import transaction
from core.events import Recorded
from core.settings import settings
from core.upkeep import Chore
from web import alarms
from web.alarms import Urgency
from web.patience import Patient
from web.vitals import Vitals, vitals

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
NOWHERE = "none"
"""The route of an address that is none: addresses that people make up must not become labels."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
WAITING = "mufakat_decisions"

REQUESTS = Counter(
    "mufakat_http_requests", "Requests answered, by route, method and status.", ["route", "method", "status"]
)
SECONDS = Histogram(
    "mufakat_http_seconds",
    "How long requests took, by route.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
DECISIONS = Counter(
    "mufakat_decisions", "Decisions committed by the web, by kind and way in.", ["kind", "via"]
)


class Measured:
    """Counts every answer under its route's template."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = template_of(scope)
            REQUESTS.labels(route, scope["method"] if route != NOWHERE else NOWHERE, status).inc()
            SECONDS.labels(route).observe(time.perf_counter() - began)


def template_of(scope: Scope) -> str:
    """The route that a request went to, with names in place of its ids."""
    path = getattr(scope.get("route"), "path", None)
    return f"{scope.get('root_path', '')}{path}" if path else NOWHERE


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Keep what was decided until it is committed: nothing else is counted."""
    for one in recorded:
        if one.name == "task.decided":
            kind, via = str(one.facts["kind"]), one.actor.via
            session.info.setdefault(WAITING, []).append((kind, via))


def install() -> None:
    """Count decisions when their transaction is committed; again is harmless."""
    if not event.contains(Session, "after_commit", _committed):
        event.listen(Session, "after_commit", _committed)
        event.listen(Session, "after_soft_rollback", _given_up)


def _committed(session: Session) -> None:
    for kind, via in session.info.pop(WAITING, ()):
        DECISIONS.labels(kind, via).inc()


def _given_up(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(WAITING, None)


def may_read(request: Request) -> bool:
    """Whoever has the token that the settings name; without one, a program of this very machine.

    A request that a proxy passed on is not this machine's, wherever the proxy stands.
    """
    token = settings().web.metrics_token.get_secret_value()
    if token:
        said = request.headers.get("authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {token}".encode())
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def text() -> bytes:
    """Everything, as Prometheus reads it."""
    counted = CollectorRegistry() if FOLDER in os.environ else REGISTRY
    if FOLDER in os.environ:
        MultiProcessCollector(counted)
    return generate_latest(counted) + generate_latest(_waiting())


def _waiting() -> CollectorRegistry:
    """What the database says; without it only that it is away."""
    now = CollectorRegistry()
    up = Gauge("mufakat_database_up", "Whether the database answers.", registry=now)
    try:
        with transaction() as session:
            _ask(session, now)
        up.set(1)
    except SQLAlchemyError:
        up.set(0)
    return now


def _ask(session: Session, to: CollectorRegistry) -> None:
    now = vitals(session, Patient(session))
    _tell_mail(now, to)
    _tell_log(now, to)
    _tell_machine(now, to)
    if now.gates is not None:
        gates = Gauge("mufakat_gates_waiting", "Gates at which cycles wait.", registry=to)
        gates.set(now.gates)
    needs = Gauge("mufakat_problems", "What needs an operator, as their page says.", ["urgency"], registry=to)
    found = Counts(one.urgency for one in alarms.problems(now, alarms.circumstances()))
    for urgency in Urgency:
        needs.labels(urgency).set(found[urgency])


def _tell_mail(now: Vitals, to: CollectorRegistry) -> None:
    if now.mail:
        messages = Gauge("mufakat_outbox_messages", "Mails in the outbox, by state.", ["state"], registry=to)
        for state in ("queued", "leased", "dead"):
            messages.labels(state).set(getattr(now.mail.depth, state))
        oldest = now.mail.depth.oldest
        _age(to, "mufakat_outbox_oldest_seconds", "Age of the oldest mail that waits.", oldest, now.at)
    if now.hooks:
        hooks = Gauge("mufakat_webhooks_waiting", "Deliveries that wait for other systems.", registry=to)
        hooks.set(now.hooks.waiting)


def _tell_log(now: Vitals, to: CollectorRegistry) -> None:
    if now.log:
        last = now.log.last.at if now.log.last else None
        _age(to, "mufakat_ledger_checkpoint_age_seconds", "Age of the last checkpoint.", last, now.at)
        young = Gauge("mufakat_ledger_events_uncovered", "Events that no checkpoint covers yet.", registry=to)
        young.set(now.log.uncovered)
    copy = now.upkeep.get(Chore.COPY) if now.upkeep else None
    _age(to, "mufakat_copy_age_seconds", "Age of the last db dump.", copy.at if copy else None, now.real)


def _tell_machine(now: Vitals, to: CollectorRegistry) -> None:
    services = Gauge(
        "mufakat_service_heard_seconds", "Since a service was heard of.", ["service"], registry=to
    )
    for one in now.services or ():
        services.labels(one.service).set((now.real - one.at).total_seconds())
    if now.disk:
        free = Gauge("mufakat_disk_free_bytes", "Free room for the data folder.", registry=to)
        free.set(now.disk.free)
    if now.database:
        size = Gauge("mufakat_database_bytes", "Size of the database.", registry=to)
        size.set(now.database.bytes)
        taken = Gauge("mufakat_database_connections", "Connections to the database's server.", registry=to)
        taken.set(now.database.connections)


def _age(to: CollectorRegistry, name: str, about: str, since: datetime | None, now: datetime) -> None:
    """An age in seconds; a thing that is not there has none, and is left out."""
    if since is not None:
        Gauge(name, about, registry=to).set(max(0.0, (now - since).total_seconds()))
