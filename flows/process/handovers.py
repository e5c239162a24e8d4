"""When a post changes hands or a tie is declared, what is pending goes to whoever may decide it now."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import vacancies
from approvals.models import Task
from approvals.strict import mapping
from approvals.tasks import rehome
from approvals.ties import rebar
from core import clock
from core.actor import system
from core.events import Recorded
from personnel import absences, relations
from personnel.days import office_day
from personnel.directory import PersonnelDirectory


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Hand over at once where the records say that a post was taken, acted for or left."""
    _remember_who_emptied(session, recorded)
    positions = {e.facts["position"] for e in recorded if e.name == "position.held"}
    if away := {e.facts["person"] for e in recorded if e.name == "leave.recorded"}:
        positions |= absences.posts_held(session, away, office_day(clock.now(session)))
    if positions:
        rehome(session, system("flow"), positions, directory=PersonnelDirectory(session))
    if tied := {e.facts[end] for e in recorded if e.name in TIES for end in ("person", "other")}:
        rebar(session, system("flow"), tied, directory=PersonnelDirectory(session))


def _remember_who_emptied(session: Session, recorded: Sequence[Recorded]) -> None:
    """Whoever records that a post's holder left does not decide in their place."""
    held = [e for e in recorded if e.name == "position.held"]
    taken = {e.facts["position"] for e in held if e.facts["to"] and e.facts["capacity"] == "definitive"}
    vacancies.filled(session, taken)
    by: dict[UUID, set[UUID]] = defaultdict(set)
    for event in recorded:
        if event.actor.person_id is None:
            continue
        if event.name == "position.held" and not event.facts["to"]:
            by[event.actor.person_id].add(event.facts["position"])
        elif gone := _gone(event):
            today = office_day(clock.now(session))
            by[event.actor.person_id] |= absences.posts_held(session, [gone], today)
    for person, positions in by.items():
        vacancies.emptied(session, person, positions - taken)


def _gone(event: Recorded) -> UUID | None:
    """Who is no longer here, by what somebody else recorded."""
    states = [mapping(value) for value in event.personal.values() if isinstance(value, dict)]
    left = event.name == "person.changed" and any("left_on" in state for state in states)
    return event.event.stream if left else None


def hand_over_due(session: Session) -> int:
    """Hand over whatever the calendar has moved: a holding, a leave, a declared tie that begins or ends.

    Ties since yesterday are looked at again: a case that opened in the same instant did not see them. Returns
    how many tasks, and cases with other ties, moved.
    """
    today = office_day(clock.now(session))
    tied = relations.turning(session, today) | relations.turning(session, today - timedelta(days=1))
    barred = rebar(session, system("flow"), tied, directory=PersonnelDirectory(session))
    pending = select(Task.position_id).where(Task.ended_at.is_(None), Task.position_id.is_not(None))
    positions = {id_ for id_ in session.scalars(pending.distinct()) if id_}
    return barred + rehome(session, system("flow"), positions, directory=PersonnelDirectory(session))


TIES = ("relation.declared", "relation.answered", "relation.settled", "relation.ended")
