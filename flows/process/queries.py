"""Reads of processes, for their pages and the operator's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from core.events import EventRow, facts_of
from flows.process.errors import NoSuchProcess
from flows.process.kinds import titles_of
from flows.process.models import Gate, Heartbeat, Intent, Process, Step

SILENT_AFTER = timedelta(seconds=45)
"""A service that has not been heard of for so long is shown as silent."""
TIMELINE_LEAVES_OUT = ("candidate.incomplete", "decree.issued")
"""Events that a cycle has by the thousand; its timeline would drown in them."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of a process' timeline."""

    name: str
    at: datetime
    actor_id: UUID | None
    via: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProcessView:
    """A process with all that is known of how it runs; never a question to the flow server."""

    process: Process
    titles: Mapping[str, str]
    """What its kind is called, by language."""
    gates: Sequence[Gate]
    steps: Sequence[Step]
    intents: Sequence[Intent]
    """Newest first."""
    timeline: Sequence[Moment]

    @property
    def gate(self) -> Gate | None:
        """The gate it waits at."""
        return next((gate for gate in self.gates if gate.passed_at is None), None)

    @property
    def pending(self) -> list[Intent]:
        return [intent for intent in self.intents if intent.state == "pending"]


@dataclass(frozen=True, slots=True)
class Service:
    """A long-running service as it was last heard of."""

    service: str
    instance: str
    at: datetime
    silent: bool
    facts: Mapping[str, Any]


def processes(
    session: Session,
    *,
    kind: str | None = None,
    states: Sequence[str] = (),
    search: str = "",
    limit: int = 50,
    offset: int = 0,
    after: tuple[datetime, UUID] | None = None,
) -> list[Process]:
    """Processes, newest first; those that come `after` one by its creation and id, if wanted."""
    query = _found(kind, states, search)
    if after:
        query = query.where(tuple_(Process.created_at, Process.id) < tuple_(*map(literal, after)))
    newest = Process.created_at.desc(), Process.id.desc()
    return list(session.scalars(query.order_by(*newest).limit(limit).offset(offset)))


def count_processes(
    session: Session, *, kind: str | None = None, states: Sequence[str] = (), search: str = ""
) -> int:
    """How many `processes` finds in all."""
    return session.scalars(select(func.count()).select_from(_found(kind, states, search).subquery())).one()


def process(session: Session, process_id: UUID) -> Process:
    """One process. Raises NoSuchProcess."""
    found = session.get(Process, process_id)
    if found is None:
        raise NoSuchProcess
    return found


def process_view(session: Session, process_id: UUID) -> ProcessView:
    """A process with its gates, steps, intents and timeline. Raises NoSuchProcess."""
    found = process(session, process_id)
    gates = select(Gate).where(Gate.process_id == process_id).order_by(Gate.waiting_since)
    steps = select(Step).where(Step.process_id == process_id).order_by(Step.started_at)
    intents = (
        select(Intent).where(Intent.process_id == process_id).order_by(Intent.asked_at.desc(), Intent.id)
    )
    told = select(EventRow).where(EventRow.stream_id == process_id, EventRow.name.not_in(TIMELINE_LEAVES_OUT))
    return ProcessView(
        process=found,
        titles=titles_of(found.kind),
        gates=session.scalars(gates).all(),
        steps=session.scalars(steps).all(),
        intents=session.scalars(intents.order_by(Intent.asked_at.desc(), Intent.id)).all(),
        timeline=[_moment(row) for row in session.scalars(told.order_by(EventRow.index))],
    )


def count_waiting_gates(session: Session) -> int:
    """At how many gates cycles wait."""
    return session.scalar(select(func.count()).where(Gate.passed_at.is_(None))) or 0


def services(session: Session) -> list[Service]:
    """Every service that was heard of within a day, by name; by real time, also in a rehearsal.

    A silent instance is shown only where no later one of its service is: a restart leaves no alarm behind.
    """
    now = datetime.now(UTC)
    heard = select(Heartbeat).where(Heartbeat.at > now - timedelta(days=1))
    found: dict[str, list[Service]] = {}
    for row in session.scalars(heard.order_by(Heartbeat.service, Heartbeat.at.desc())):
        known = found.setdefault(row.service, [])
        silent = now - row.at > SILENT_AFTER
        if not (silent and known):
            known.append(Service(row.service, row.instance, row.at, silent, row.facts))
    return [service for known in found.values() for service in known]


def _found(kind: str | None, states: Sequence[str], search: str) -> Select[Any]:
    query = select(Process)
    if kind:
        query = query.where(Process.kind == kind)
    if states:
        query = query.where(Process.state.in_(states))
    if said := search.strip():
        query = query.where(
            Process.title.icontains(said, autoescape=True)
            | Process.reference.icontains(said, autoescape=True)
        )
    return query


def _moment(row: EventRow) -> Moment:
    said = json.loads(row.body)
    actor = UUID(said["actor"]) if said["actor"] else None
    return Moment(row.name, row.at, actor, said["via"], facts_of(row))
