"""Which delivery goes next, and what came of it: one of a stream at a time, in the order of the log."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from notifications import webhooks
from notifications.models_webhooks import Delivery, DeliveryState, Endpoint
from notifications.outside import Outcome
from notifications.webhooks import BOTH_SIGN, database_now

LEASE = timedelta(seconds=60)
"""How soon another carrier takes over from one that died; no call lasts as long."""
AT_ONCE = 2
"""At most so many calls to one endpoint at a time, so that a slow one does not keep the others waiting."""
PAUSES = tuple(
    timedelta(seconds=s) for s in (5, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After each failed attempt, some three days in all: as Standard Webhooks advises."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A leased delivery with what is needed to send it."""

    id: UUID
    endpoint_id: UUID
    url: str
    body: str
    generations: Sequence[int]
    attempts: int


def queue(session: Session, rows: Sequence[dict[str, object]]) -> int:
    """Put deliveries on their way, each event once for an endpoint; returns how many are new."""
    if not rows:
        return 0
    at = database_now(session)
    fresh = insert(Delivery).values([row | {"next_at": at} for row in rows])
    return len(session.scalars(fresh.on_conflict_do_nothing().returning(Delivery.id)).all())


NEXT = text(
    """
    SELECT d.id FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id
    WHERE d.state IN ('queued','leased') AND d.next_at <= statement_timestamp() AND e.state = 'active'
      AND NOT EXISTS (SELECT 1 FROM webhook_delivery b
                      WHERE b.endpoint_id = d.endpoint_id AND b.stream_id = d.stream_id
                        AND b.position < d.position AND b.state IN ('queued','leased'))
      AND (SELECT count(*) FROM webhook_delivery o
           WHERE o.endpoint_id = d.endpoint_id AND o.state = 'leased'
             AND o.next_at > statement_timestamp()) < :at_once
    ORDER BY d.next_at, d.position LIMIT 1
    FOR UPDATE OF d SKIP LOCKED
    """
)


def lease(session: Session, carrier: str) -> Parcel | None:
    """The next delivery that is due, or whose carrier died; nothing of its stream goes before it.

    On commit it is the carrier's; the attempt is counted already.
    """
    found = session.scalar(NEXT, {"at_once": AT_ONCE})
    if found is None:
        return None
    delivery = session.get_one(Delivery, found, populate_existing=True)
    delivery.state, delivery.leased_by = DeliveryState.LEASED, carrier
    delivery.attempts += 1
    delivery.next_at = database_now(session) + LEASE
    endpoint = session.get_one(Endpoint, delivery.endpoint_id)
    session.flush()
    return Parcel(
        delivery.id,
        endpoint.id,
        endpoint.url,
        delivery.body,
        _generations(session, endpoint),
        delivery.attempts,
    )


def _generations(session: Session, endpoint: Endpoint) -> Sequence[int]:
    newest = endpoint.generation
    fresh = endpoint.rotated_at and clock.now(session) - endpoint.rotated_at < BOTH_SIGN
    return (newest, newest - 1) if fresh else (newest,)


def settle(session: Session, carrier: str, parcel: Parcel, outcome: Outcome) -> None:
    """Write down what came of a delivery; an endpoint that fails to the last attempt is disabled.

    One that another carrier holds by now is left to it, unless it arrived.
    """
    endpoint = session.get(Endpoint, parcel.endpoint_id, with_for_update=True, populate_existing=True)
    delivery = session.get(Delivery, parcel.id, with_for_update=True, populate_existing=True)
    if endpoint is None or delivery is None or delivery.state == DeliveryState.SENT:
        return
    if not outcome.well and delivery.leased_by != carrier:
        return
    delivery.status, delivery.leased_by = outcome.status, None
    if outcome.well:
        delivery.state, delivery.sent_at, delivery.last_error = DeliveryState.SENT, clock.now(session), None
        if endpoint.failures:
            endpoint.failures, endpoint.failing_since, endpoint.last_error = 0, None, None
        session.flush()
        return
    _failed(session, endpoint, delivery, outcome)


def _failed(session: Session, endpoint: Endpoint, delivery: Delivery, outcome: Outcome) -> None:
    delivery.last_error = endpoint.last_error = outcome.said
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or clock.now(session)
    last = delivery.attempts > len(PAUSES)
    if outcome.gone or last:
        delivery.state = DeliveryState.DEAD
        session.flush()
        webhooks.disable(session, endpoint, outcome.said)
        return
    delivery.state = DeliveryState.QUEUED
    jitter = 0.8 + 0.4 * random.random()  # noqa: S311 - so that what failed together does not come together
    delivery.next_at = database_now(session) + PAUSES[delivery.attempts - 1] * jitter
    session.flush()
