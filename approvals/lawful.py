"""What the law's clock asks for: a warning, or a mark that the deadline has passed. It decides nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.directory import Directory
from approvals.models import Case
from approvals.moving import about
from approvals.statutory import LawClock
from core import clock
from core.actor import system
from core.events import Event, record


@dataclass(frozen=True, slots=True)
class LawCount:
    """How many cases were warned of, and how many were marked late before the law."""

    warned: int
    missed: int


def sweep_cases(session: Session, *, directory: Directory, limit: int = 500) -> LawCount:
    """Do what the law's clocks that have come ask for, at most `limit` of them; call again until it is less.

    A case is marked once, and warned of once after a long stop. What somebody has at the moment is passed by.
    """
    now = clock.now(session)
    found = select(Case).where(Case.alarm_at <= now).order_by(Case.alarm_at).limit(limit)
    cases = session.scalars(
        found.with_for_update(key_share=True, skip_locked=True), execution_options={"populate_existing": True}
    ).all()
    if not cases:
        return LawCount(0, 0)
    calendars = directory.calendars({case.unit_id for case in cases})
    events: list[Event] = []
    for case in cases:
        law = LawClock.of(
            case, definition_by_id(session, case.chain_version_id).statutory, calendars[case.unit_id]
        )
        events += _told(case, law, now)
        case.alarm_at = law.next_alarm(now) if law else None
    session.flush()
    record(session, system("keeper"), events)
    missed = sum(e.name == "case.statutory_overdue" for e in events)
    return LawCount(len(events) - missed, missed)


def _told(case: Case, law: LawClock | None, now: datetime) -> list[Event]:
    if law is None or case.statutory_due_at is None:
        return []
    facts: dict[str, Any] = {
        "due_at": case.statutory_due_at,
        "stage": case.stage,
        "reference": law.statutory.reference,
    }
    if case.statutory_due_at <= now and case.statutory_missed_at is None:
        case.statutory_missed_at = now
        return [about(case, "case.statutory_overdue", **facts)]
    return [about(case, "case.statutory_reminded", **facts)]
