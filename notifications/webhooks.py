"""Endpoints of other systems: who is told of what, by HR and administrators; and what was sent to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, false, func, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role, system
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event, record
from core.ids import new_id
from core.ledger.erasing import Rows, Scope
from core.settings import settings
from notifications import outside
from notifications.models_webhooks import Delivery, DeliveryState, Endpoint, EndpointState
from notifications.webhook_signing import secret
from notifications.webhook_types import NAMES, TEST

MOST = 50
LONGEST_NAME = 80
BOTH_SIGN = timedelta(hours=24)
"""So long after a renewal the secret before signs too."""


class WebhooksAreHrs(NotAllowed):
    """Only HR and administrators manage webhooks; nothing was changed."""


class PersonalIsAdmins(NotAllowed):
    """Only an administrator lets an endpoint hear of names and of what people wrote; nothing was changed."""


class NoSuchEndpoint(NotFound):
    """There is no such endpoint; it may have been removed."""


class NoSuchDelivery(NotFound):
    """There is no such delivery; it may have been removed."""


class BadEndpoint(Invalid):
    """An endpoint needs a name of at most {longest} letters and at least one kind of event. Nothing was
    kept."""


class TooManyEndpoints(Conflict):
    """There are {most} endpoints already. Nothing was kept; remove those that nobody needs."""


class DeliveryOnItsWay(Conflict):
    """This delivery still waits to be sent, or is on its way. Nothing was changed; it is tried by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an endpoint is to be."""

    name: str
    url: str
    types: frozenset[str]
    personal: bool = False

    @classmethod
    def said(cls, name: str, url: str, types: Iterable[str], *, personal: bool) -> "Wanted":
        """As a form says it. Raises BadEndpoint, BadTarget."""
        called, known = " ".join(name.split()), frozenset(types) & frozenset(NAMES)
        if not (0 < len(called) <= LONGEST_NAME and known):
            raise BadEndpoint(longest=LONGEST_NAME)
        checked = outside.check(url, settings().webhooks.hosts)
        return cls(name=called, url=checked, types=known, personal=personal)


def register(session: Session, actor: Actor, wanted: Wanted) -> tuple[Endpoint, str]:
    """An endpoint and its secret, which is told here alone.

    Raises WebhooksAreHrs, PersonalIsAdmins, TooManyEndpoints.
    """
    _manage(actor, wanted)
    if (session.scalar(select(func.count()).select_from(Endpoint)) or 0) >= MOST:
        raise TooManyEndpoints(most=MOST)
    made = Endpoint(
        id=new_id(),
        name=wanted.name,
        url=wanted.url,
        types=sorted(wanted.types),
        personal=wanted.personal,
        generation=1,
        state=EndpointState.ACTIVE,
        failures=0,
        made_at=clock.now(session),
        made_by_name=actor.name,
    )
    session.add(made)
    session.flush()
    _tell(
        session, actor, "registered", made, opens=True, url=made.url, types=made.types, personal=made.personal
    )
    return made, secret(made.id, made.generation)


def change(session: Session, actor: Actor, endpoint_id: UUID, wanted: Wanted) -> Endpoint:
    """Where an endpoint is and what it hears of. Raises WebhooksAreHrs, PersonalIsAdmins, NoSuchEndpoint."""
    _manage(actor)
    endpoint = _locked(session, endpoint_id)
    if wanted.personal and not endpoint.personal:
        _manage(actor, wanted)
    if endpoint.personal and wanted.url != endpoint.url and not actor.has(Role.ADMIN):
        raise PersonalIsAdmins  # what may hear of people does not move by HR's word alone
    endpoint.name, endpoint.url = wanted.name, wanted.url
    endpoint.types, endpoint.personal = sorted(wanted.types), wanted.personal
    session.flush()
    _tell(
        session,
        actor,
        "changed",
        endpoint,
        url=endpoint.url,
        types=endpoint.types,
        personal=endpoint.personal,
    )
    return endpoint


def pause(session: Session, actor: Actor, endpoint_id: UUID) -> Endpoint:
    """Send nothing for now; what happens is kept for later. Raises WebhooksAreHrs, NoSuchEndpoint."""
    return _turned(session, actor, endpoint_id, EndpointState.PAUSED, "paused")


def resume(session: Session, actor: Actor, endpoint_id: UUID) -> Endpoint:
    """Send again, after a pause or after it was disabled. Raises WebhooksAreHrs, NoSuchEndpoint."""
    endpoint = _turned(session, actor, endpoint_id, EndpointState.ACTIVE, "resumed")
    endpoint.failures, endpoint.failing_since, endpoint.last_error = 0, None, None
    return endpoint


def renew(session: Session, actor: Actor, endpoint_id: UUID) -> tuple[Endpoint, str]:
    """A new secret; the one before signs too for a day. Raises WebhooksAreHrs, NoSuchEndpoint."""
    _manage(actor)
    endpoint = _locked(session, endpoint_id)
    endpoint.generation, endpoint.rotated_at = endpoint.generation + 1, clock.now(session)
    session.flush()
    _tell(session, actor, "renewed", endpoint, generation=endpoint.generation)
    return endpoint, secret(endpoint.id, endpoint.generation)


def remove(session: Session, actor: Actor, endpoint_id: UUID) -> None:
    """Forget an endpoint and what was on its way to it. Raises WebhooksAreHrs, NoSuchEndpoint."""
    _manage(actor)
    endpoint = _locked(session, endpoint_id)
    session.execute(delete(Delivery).where(Delivery.endpoint_id == endpoint_id))
    _tell(session, actor, "removed", endpoint)
    session.delete(endpoint)
    session.flush()


def resend(session: Session, actor: Actor, delivery_id: UUID) -> Delivery:
    """Send something again that was sent or given up, under its own id.

    Raises WebhooksAreHrs, NoSuchDelivery, DeliveryOnItsWay.
    """
    _manage(actor)
    delivery = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if delivery is None:
        raise NoSuchDelivery
    if delivery.state in (DeliveryState.QUEUED, DeliveryState.LEASED):
        raise DeliveryOnItsWay
    delivery.state, delivery.attempts, delivery.sent_at = DeliveryState.QUEUED, 0, None
    delivery.next_at = database_now(session)
    session.flush()
    endpoint = session.get_one(Endpoint, delivery.endpoint_id)
    _tell(session, actor, "resent", endpoint, delivery=delivery.id, event=delivery.event_id)
    return delivery


def test(session: Session, actor: Actor, endpoint_id: UUID) -> Delivery:
    """Send a trial, to see whether it arrives. Raises WebhooksAreHrs, NoSuchEndpoint."""
    _manage(actor)
    endpoint, at = _locked(session, endpoint_id), clock.now(session)
    said = orjson.dumps({"type": TEST, "timestamp": at, "data": {"endpoint": str(endpoint.id)}}).decode()
    made = Delivery(
        id=new_id(),
        endpoint_id=endpoint.id,
        event_id=(event := new_id()),
        stream_id=event,
        position=0,
        type=TEST,
        body=said,
        state=DeliveryState.QUEUED,
        attempts=0,
        next_at=database_now(session),
        made_at=at,
    )
    session.add(made)
    session.flush()
    return made


def disable(session: Session, endpoint: Endpoint, why: str) -> None:
    """Stop sending to an endpoint that failed for too long, or that wants no more; for the carrier."""
    endpoint.state, endpoint.last_error = EndpointState.DISABLED, why
    session.flush()
    _tell(session, system("courier"), "disabled", endpoint, failures=endpoint.failures)


def endpoints(session: Session) -> list[Endpoint]:
    """All there are, by name."""
    return list(session.scalars(select(Endpoint).order_by(Endpoint.name, Endpoint.id)))


def endpoint(session: Session, endpoint_id: UUID) -> Endpoint:
    """One of them. Raises NoSuchEndpoint."""
    if (found := session.get(Endpoint, endpoint_id)) is None:
        raise NoSuchEndpoint
    return found


def deliveries(session: Session, endpoint_id: UUID, limit: int = 50) -> list[Delivery]:
    """What was last on its way to an endpoint, the newest first."""
    found = select(Delivery).where(Delivery.endpoint_id == endpoint_id)
    return list(session.scalars(found.order_by(Delivery.position.desc(), Delivery.id.desc()).limit(limit)))


def waiting(session: Session) -> dict[UUID, int]:
    """How many deliveries wait for each endpoint that has any."""
    open_ = Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.LEASED])
    counted = select(Delivery.endpoint_id, func.count()).where(open_).group_by(Delivery.endpoint_id)
    return dict(session.execute(counted).tuples().all())


def count_disabled(session: Session) -> int:
    """How many endpoints were switched off after failures."""
    disabled = Endpoint.state == EndpointState.DISABLED
    return session.scalar(select(func.count()).select_from(Endpoint).where(disabled)) or 0


def forget(session: Session, before: datetime) -> int:
    """Delete what was sent or given up before a moment, and what an endpoint never took; returns how many."""
    old = delete(Delivery).where(Delivery.made_at < before).returning(Delivery.id)
    return len(session.scalars(old).all())


def erase(session: Session, scope: Scope) -> Rows:
    """Forget what was told, or was to be, of these streams and of the person; what was sent is elsewhere."""
    named = Delivery.body.contains(str(scope.person)) if scope.person else false()
    gone = delete(Delivery).where(or_(Delivery.stream_id.in_(scope.streams), named))
    found: dict[UUID | None, dict[str, int]] = {}
    for stream in session.scalars(gone.returning(Delivery.stream_id)):
        of_stream = found.setdefault(stream, {"webhook_delivery": 0})
        of_stream["webhook_delivery"] += 1
    return found


def _manage(actor: Actor, wanted: Wanted | None = None) -> None:
    if not actor.has(Role.HR, Role.ADMIN):
        raise WebhooksAreHrs
    if wanted and wanted.personal and not actor.has(Role.ADMIN):
        raise PersonalIsAdmins


def _locked(session: Session, endpoint_id: UUID) -> Endpoint:
    found = session.get(Endpoint, endpoint_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NoSuchEndpoint
    return found


def _turned(session: Session, actor: Actor, endpoint_id: UUID, state: EndpointState, said: str) -> Endpoint:
    _manage(actor)
    endpoint = _locked(session, endpoint_id)
    if endpoint.state != state:
        endpoint.state = state
        session.flush()
        _tell(session, actor, said, endpoint)
    return endpoint


def database_now(session: Session) -> datetime:
    return session.scalars(select(func.statement_timestamp())).one()


def _tell(
    session: Session, actor: Actor, happened: str, endpoint: Endpoint, *, opens: bool = False, **facts: Any
) -> None:
    said = {"endpoint": endpoint.id, "name": endpoint.name, **facts}
    record(session, actor, [Event(f"webhook.{happened}", endpoint.id, "webhook", said, opens=opens)])
