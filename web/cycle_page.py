"""A cycle as its page lays it out: who is waited for, what is stuck, its stages, its course."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import hold_ups, proposals
from approvals.directory import Directory
from approvals.hold_ups import HoldUp, Stuck
from core import clock
from core.actor import Actor, Role
from core.settings import settings
from flows.process import asking
from flows.process.extending import WHILE
from flows.process.models import ProcessState
from flows.promotion import decree_lines
from flows.promotion import queries as promotions
from flows.promotion.outside import STAGE
from web import proposed, timeline

FIRST, FIRST_STUCK = 8, 5
"""Of long lists the page shows so many; the rest is one click away."""
MOST_COURSE = 60


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody, or a queue, whom a cycle's tasks wait for at a stage."""

    held: HoldUp
    name: str
    """Empty for a queue."""


@dataclass(frozen=True, slots=True)
class StuckRow:
    """A case that does not move by itself, and who has it."""

    stuck: Stuck
    name: str
    queue: str

    @property
    def due_at(self) -> datetime | None:
        return self.stuck.task.due_at if self.stuck.task else None


@dataclass(frozen=True, slots=True)
class Finish:
    """When the cycle would be through, as it was last reckoned."""

    at: datetime
    low: datetime
    middle: datetime
    high: datetime


def page(
    session: Session,
    actor: Actor,
    people: Directory,
    process_id: UUID,
    language: str,
    *,
    whole: bool = False,
) -> dict[str, Any]:
    """What the template needs; `whole` for every stuck case instead of the first. Raises NoSuchProcess."""
    found = promotions.cycle_view(session, process_id)
    state = ProcessState(found.process.state)
    held = hold_ups.hold_ups(session, process_id)
    stuck = hold_ups.stuck(session, process_id)
    shown = stuck if whole else stuck[:FIRST_STUCK]
    names = _names(people, held, shown)
    pending = {intent.kind for intent in found.view.pending}
    ends = proposed.of_cycle(session, actor, process_id, language)
    course = timeline.lines(found.view, people, language)
    return {
        "cycle": found,
        "process": found.process,
        "waiting": [Waiting(one, names.get(one.assignee_id, "")) for one in held],
        "first": FIRST,
        "stuck": [_row(one, names) for one in shown],
        "stuck_more": len(stuck) - len(shown),
        "overdue": sum(one.overdue for one in held),
        "outside": next((s.open for s in found.funnel.stages if s.stage == STAGE), 0),
        "askable": asking.askable(actor, state, pending) - ({"cancel"} if ends else set()),
        "extendable": actor.has(Role.HR) and state in WHILE and bool(held),
        "replaced": decree_lines.replacements(session, process_id),
        "may_remind": actor.has(Role.HR, Role.OPERATOR),
        "cancellations": ends,
        "proposals": len(proposals.about_process(session, process_id)) - len(ends),
        "finish": _finish(found.process.progress),
        "tomorrow": _today(session) + timedelta(days=1),
        "lines": course[:MOST_COURSE] if not whole else course,
        "lines_more": max(0, len(course) - MOST_COURSE) if not whole else 0,
    }


def _today(session: Session) -> date:
    return clock.now(session).astimezone(settings().zone).date()


def _names(people: Directory, held: Sequence[HoldUp], stuck: Sequence[Stuck]) -> dict[UUID | None, str]:
    ids = {one.assignee_id for one in held} | {one.case.returned_to for one in stuck}
    ids |= {one.task.assignee_id for one in stuck if one.task}
    return {id_: person.name for id_, person in people.people({id_ for id_ in ids if id_}).items()}


def _row(one: Stuck, names: dict[UUID | None, str]) -> StuckRow:
    if one.task is None:
        return StuckRow(one, names.get(one.case.returned_to, "") if one.why == "returned" else "", "")
    name = names.get(one.task.assignee_id, "")
    return StuckRow(one, name, "" if name else one.task.queue or "")


def _finish(progress: dict[str, Any]) -> Finish | None:
    said = progress.get("finish")
    if not said or "middle" not in said:
        return None
    return Finish(*(datetime.fromisoformat(said[name]) for name in ("at", "low", "middle", "high")))
