"""Events for other systems: read from the log by position, and put on their way to whoever hears of them.

The log itself is the outbox. A decision writes nothing more; what it recorded is found here once it is
sealed, and the follower's place moves in the transaction that queues the deliveries: no event is skipped, and
none is queued twice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from approvals.models import Case
from core import clock
from core.events import EventRow
from core.ids import new_id
from flows.process.models import Process
from notifications import webhook_leases
from notifications.models_webhooks import DeliveryState, Endpoint, EndpointState, Follower
from notifications.webhook_types import TYPES, data_of

LIMIT = 2_000


def follow(session: Session, limit: int = LIMIT) -> int:
    """Read on in the log; returns how many events were read. One at a time: others come back later."""
    place = _place(session)
    if place is None:
        return 0
    wanting = session.scalars(select(Endpoint).where(Endpoint.state != EndpointState.DISABLED)).all()
    if not wanting:
        place.position = _top(session)
        return 0
    read = select(EventRow).where(EventRow.position > place.position).order_by(EventRow.position)
    rows = session.scalars(read.limit(limit)).all()
    if rows:
        place.position = rows[-1].position or place.position
        webhook_leases.queue(session, _deliveries(session, rows, wanting))
    return len(rows)


def _place(session: Session) -> Follower | None:
    """How far was read, locked; the first time it begins at the end, for nobody was there to be told."""
    found = select(Follower).where(Follower.id == 1).with_for_update(skip_locked=True)
    if place := session.scalar(found, execution_options={"populate_existing": True}):
        return place
    begun = insert(Follower).values(id=1, position=_top(session)).on_conflict_do_nothing()
    session.execute(begun)
    return session.scalar(found)


def _top(session: Session) -> int:
    return session.scalar(select(func.max(EventRow.position))) or 0


def _deliveries(
    session: Session, rows: Sequence[EventRow], wanting: Sequence[Endpoint]
) -> list[dict[str, object]]:
    told = [row for row in rows if row.name in TYPES]
    said = {row.id: json.loads(row.body)["facts"] for row in told}
    about = _About(session, list(said.values()))
    at = clock.now(session)
    return [
        {
            "id": new_id(),
            "endpoint_id": endpoint.id,
            "event_id": row.id,
            "stream_id": row.stream_id,
            "position": row.position,
            "type": TYPES[row.name],
            "body": _body(row, said[row.id], about, personal=endpoint.personal),
            "state": DeliveryState.QUEUED,
            "attempts": 0,
            "made_at": at,
        }
        for row in told
        for endpoint in wanting
        if TYPES[row.name] in endpoint.types
    ]


@dataclass(frozen=True, slots=True)
class _CaseSaid:
    reference: str
    cycle: UUID
    subject: UUID
    subject_name: str


class _About:
    """The references, and for whoever may hear them the names, of the cases and cycles of a batch."""

    def __init__(self, session: Session, said: Sequence[Mapping[str, Any]]) -> None:
        self.cases: dict[str, _CaseSaid] = {}
        self.cycles: dict[str, str] = {}
        cases = {UUID(f["case"]) for f in said if f.get("case")}
        found = select(Case.id, Case.reference, Case.process_id, Case.subject_id, Case.subject_name)
        if cases:
            rows = session.execute(found.where(Case.id.in_(cases))).tuples()
            self.cases = {str(row[0]): _CaseSaid(*row[1:]) for row in rows}
        cycles = {case.cycle for case in self.cases.values()}
        cycles |= {UUID(f["process"]) for f in said if f.get("process")}
        query = select(Process.id, Process.reference).where(Process.id.in_(cycles))
        if cycles:
            self.cycles = {str(id_): ref for id_, ref in session.execute(query).tuples()}


def _body(row: EventRow, facts: Mapping[str, Any], about: _About, *, personal: bool) -> str:
    data = data_of(TYPES[row.name], facts)
    case = about.cases.get(str(data.get("case")))
    cycle = str(case.cycle) if case else data.get("process")
    if case:
        data |= {"reference": case.reference, "subject": str(case.subject)}
    if cycle:
        data |= {"cycle": cycle, "cycle_reference": about.cycles.get(str(cycle))}
    data.pop("process", None)
    said: dict[str, Any] = {"type": TYPES[row.name], "timestamp": row.at, "event": row.id, "data": data}
    if personal:
        erased_or_none: dict[str, Any] = json.loads(row.personal) if row.personal else {}
        said["personal"] = erased_or_none | ({"subject_name": case.subject_name} if case else {})
    return orjson.dumps(said).decode()
