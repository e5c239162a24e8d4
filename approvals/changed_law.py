"""The law's clock of a case that goes over to a chain whose law is another.

It keeps its start: the new term is counted from the opening, less what it would have stood still by the new
law. It gives the office no more time than was promised: where the term that runs already ends earlier, that
one stays, and so does one that has passed. Where the new chain knows no such deadline, the case has none from
then on. See docs/decisions/0019.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.definition import ChainDefinition, Statutory
from approvals.directory import Directory
from approvals.dossier import Dossier
from approvals.models import Case, CaseState
from approvals.statutory import LawClock, stop
from core.events import EventRow
from core.worktime import WorkCalendar, left_of, spend

Stop = tuple[datetime, datetime]
"""From when to when a clock stood still."""
Moved = tuple[str, datetime, CaseState | None]
"""An event's name and moment; of one that resumes a case, the state in which it goes on."""


def change_law(
    session: Session, dossier: Dossier, new: ChainDefinition, *, directory: Directory, now: datetime
) -> dict[str, datetime | None]:
    """Let the law's clock of a locked case go on by another chain's rule; returns what its stream says."""
    case, old, law = dossier.case, dossier.definition.statutory, new.statutory
    if old == law:
        return {}
    calendar = directory.calendars([case.unit_id])[case.unit_id]
    if _counted(old) == _counted(law):
        _remind_by(case, law, calendar, now)
        return {}
    stops = stood_still(session, case, law, now) if law else []
    go_over(case, old, law, calendar, now, stops=stops)
    return {"statutory_due_at": case.statutory_due_at}


def go_over(
    case: Case,
    old: Statutory | None,
    new: Statutory | None,
    calendar: WorkCalendar,
    now: datetime,
    *,
    stops: Iterable[Stop] = (),
) -> None:
    """Set the clock of an open or returned case by another law; `stops` are when the new one stands still."""
    if new is None:
        case.statutory_due_at = case.statutory_since = case.statutory_left = case.alarm_at = None
        return
    promised = _promised(case, old, calendar, now)
    clock = _counted_anew(new, calendar, case.opened_at, stops)
    due = clock.due_at
    if promised is not None and promised <= max(due, now):
        since = case.statutory_since if case.statutory_due_at else None
        due, clock = promised, _ending_at(clock, since or now, promised)
    case.statutory_since, case.statutory_left, case.statutory_due_at = clock.since, clock.left, due
    if case.state == CaseState.RETURNED and new.pauses and due > now:
        stop(case, new, calendar, now)
    elif due > now:
        case.alarm_at = clock.next_alarm(now, due)
    else:
        case.alarm_at = now if case.statutory_missed_at is None else None


def stood_still(session: Session, case: Case, law: Statutory, now: datetime) -> list[Stop]:
    """When a law's clock would have stood still so far, by what the case's stream tells."""
    told = (
        select(EventRow.name, EventRow.at, EventRow.body)
        .where(EventRow.stream_id == case.id, EventRow.name.in_(_MOVES))
        .order_by(EventRow.index)
    )
    moves = ((name, at, _resumed_in(body)) for name, at, body in session.execute(told).tuples())
    return [*stops(law, moves, now)]


def stops(law: Statutory, moves: Iterable[Moved], now: datetime) -> Iterator[Stop]:
    """When a law's clock stands still as a case moves so; the last one until now, if it has not ended."""
    since: datetime | None = None
    returned = suspended = False
    for name, at, state in moves:
        match name:
            case "case.suspended" | "case.resumed":
                suspended = name == "case.suspended"
                returned = returned if state is None else state == CaseState.RETURNED
            case _:
                returned = name == "case.returned"
        still = (returned and law.pauses) or (suspended and law.pauses_suspended)
        if still and since is None:
            since = at
        elif since is not None and not still:
            yield since, at
            since = None
    if since is not None:
        yield since, now


_MOVES = ("case.returned", "case.resubmitted", "case.suspended", "case.resumed")


def _resumed_in(body: str) -> CaseState | None:
    facts: dict[str, Any] = json.loads(body)["facts"]
    return CaseState(facts["state"]) if "state" in facts else None


def _remind_by(case: Case, law: Statutory | None, calendar: WorkCalendar, now: datetime) -> None:
    """Let a clock whose term is the same remind as another version says."""
    clock = LawClock.of(case, law, calendar)
    if clock and case.statutory_due_at and case.statutory_due_at > now:
        case.alarm_at = clock.next_alarm(now, case.statutory_due_at)


def _counted(law: Statutory | None) -> tuple[Any, ...]:
    """What of a law says how long its term is; what it reminds of is another matter."""
    return () if law is None else (law.within, law.pauses, law.pauses_suspended)


def _ending_at(clock: LawClock, since: datetime, due: datetime) -> LawClock:
    """A clock that ends at a moment, whatever its law's term; it begins on a whole second before that."""
    since += timedelta(microseconds=(due - since).microseconds)
    return replace(clock, since=since, left=left_of(clock.calendar, since, due, clock.statutory.within))


def _promised(case: Case, old: Statutory | None, calendar: WorkCalendar, now: datetime) -> datetime | None:
    """When the term that a case has would end if it ran on now; None where it has none."""
    if case.statutory_due_at is not None or old is None or case.statutory_left is None:
        return case.statutory_due_at
    return spend(calendar, now, case.statutory_left, old.within)


def _counted_anew(law: Statutory, calendar: WorkCalendar, start: datetime, stops: Iterable[Stop]) -> LawClock:
    """The clock as it would run had the case been opened under this law."""
    clock = LawClock(law, calendar, start)
    for stopped, went_on in stops:
        due = clock.due_at
        if due <= stopped:
            break  # one that has passed is not stopped any more
        clock = LawClock(law, calendar, went_on, left_of(calendar, stopped, due, law.within))
    return clock
