"""Stages that are distributed early: whoever they will ask is told while the one before is at work."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import any_, delete, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Session

from approvals.candidates import Assignment, Wanted, assign
from approvals.crowds import About, Crowds
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.machine import applies, passes
from approvals.models_announcing import Announcement
from approvals.panels import PanelSeat, is_crowd, panel
from approvals.stage import Stage
from core import rows
from core.events import Event


@dataclass(frozen=True, slots=True)
class Coming:
    """A stage that comes after the one at which a case is now."""

    case_id: UUID
    unit_id: UUID
    round: int
    at_stage: str
    stage: Stage
    barred: frozenset[UUID]
    about: About


def announced_after(definition: ChainDefinition, stage: str, facts: Mapping[str, Any]) -> Stage | None:
    """The stage that comes next, by what is known now, if it is one that is announced."""
    if all(s.distribute != "early" for s in definition.stages):
        return None
    following = definition.following(stage)
    coming = next((s for s in following if applies(s, facts) and not passes(s, facts)), None)
    return coming if coming and coming.distribute == "early" else None


def announce(
    session: Session, coming: Sequence[Coming], *, directory: Directory, now: datetime
) -> dict[UUID, list[Event]]:
    """Tell of stages to come; returns what to record, by case.

    Whom they will ask is found as if they began now; it is found anew when they do.
    """
    if not coming:
        return {}
    seats = _seats(coming, directory, now)
    wanted = [
        Wanted(seat.candidate, c.unit_id, c.stage.acting, c.barred, about=c.about) for c, _, seat in seats
    ]
    found = assign(wanted, directory, now)
    told = [
        (c, _row(c, number, assignment, now))
        for (c, number, _), assignment in zip(seats, found, strict=True)
        if not assignment.unfilled
    ]
    forget(session, {c.case_id for c in coming})
    rows.write(session, Announcement, [row for _, row in told])
    events: dict[UUID, list[Event]] = {c.case_id: [] for c in coming}
    for c, row in told:
        events[c.case_id].append(_event(c, row))
    return events


def forget(session: Session, case_ids: Iterable[UUID]) -> None:
    """Drop what was announced for these cases: the stage begins, or others will be asked."""
    ids = literal(list(case_ids), ARRAY(PG_UUID(as_uuid=True)))
    session.execute(
        delete(Announcement).where(Announcement.case_id == any_(ids)),
        execution_options={"synchronize_session": False},
    )


def _seats(
    coming: Sequence[Coming], directory: Directory, now: datetime
) -> list[tuple[Coming, int, PanelSeat]]:
    asked = [one for c in coming if c.stage.is_panel for one in c.stage.wanted if is_crowd(one)]
    crowds = Crowds.ask(asked, directory, now) if asked else Crowds()
    return [
        (c, seat.number, seat) for c in coming for seat in panel(c.stage, c.about, crowds, c.barred).seats
    ]


def _row(coming: Coming, seat: int, assignment: Assignment, now: datetime) -> dict[str, Any]:
    return {
        "case_id": coming.case_id,
        "stage": coming.stage.name,
        "seat": seat,
        "at_stage": coming.at_stage,
        "round": coming.round,
        "queue": assignment.queue,
        "candidates": None if assignment.candidates is None else [*assignment.candidates],
        "position_id": assignment.position_id,
        "assignee_id": assignment.assignee_id,
        "acting": [*coming.stage.acting],
        "barred": sorted(coming.barred),
        "announced_at": now,
    }


def _event(coming: Coming, row: Mapping[str, Any]) -> Event:
    facts = {
        "case": coming.case_id,
        "stage": coming.stage.name,
        "at": coming.at_stage,
        "assignee": row["assignee_id"],
        "queue": row["queue"],
        "candidates": row["candidates"],
        "position": row["position_id"],
    }
    return Event("task.announced", coming.case_id, "case", facts)
