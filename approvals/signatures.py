"""Which signatures a case has: those that were given, and that it did not go back behind since."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.models import DecisionKind
from core.events import EventRow

Told = tuple[str, Mapping[str, Any]]
"""An event's name and facts."""
Stages = Callable[[UUID], Sequence[str]]
"""The names of a version's stages, in their order."""

_PLACES = {
    "case.opened": "stage",
    "case.resubmitted": "stage",
    "case.sent_back": "to_stage",
    "case.migrated": "to_stage",
}
"""What puts a case at a stage other than by going on, and the fact that says at which."""


def standing_approvals(session: Session, case_ids: Sequence[UUID]) -> Mapping[UUID, frozenset[str]]:
    """At which stages each of these cases has an approval that still stands, in one statement."""
    told = (
        select(EventRow.stream_id, EventRow.name, EventRow.body)
        .where(EventRow.stream_id.in_(case_ids), EventRow.name.in_([*_PLACES, "task.decided"]))
        .order_by(EventRow.stream_id, EventRow.index)
    )
    found: defaultdict[UUID, list[Told]] = defaultdict(list)
    for case_id, name, body in session.execute(told).tuples():
        found[case_id].append((name, json.loads(body)["facts"]))
    stages = partial(_stages, session)
    return defaultdict(frozenset, {id_: standing(events, stages) for id_, events in found.items()})


def standing(events: Iterable[Told], stages: Stages) -> frozenset[str]:
    """The stages whose approval stands after a case's events.

    Whoever sends a case back to a stage, or lets it begin again, undoes what was approved there and behind.
    What the version in force then does not know can't be said to lie before, and is undone too.
    """
    approved: set[str] = set()
    order: Sequence[str] = ()
    for name, facts in events:
        if name == "task.decided":
            if facts["kind"] == DecisionKind.APPROVE:
                approved.add(facts["stage"])
            continue
        version = facts.get("to_version") or facts.get("chain_version")
        order = stages(UUID(version)) if version else order
        place = facts[_PLACES[name]]
        approved &= {*order[: order.index(place)]} if place in order else set[str]()
    return frozenset(approved)


def _stages(session: Session, version_id: UUID) -> Sequence[str]:
    return [stage.name for stage in definition_by_id(session, version_id).stages]
