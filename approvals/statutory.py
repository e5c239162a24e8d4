"""The law's clock of a case, apart from the office's own deadlines: it warns, is marked, decides nothing.

It runs from the opening. It stands still while the case is with whoever repairs it (unless the chain says
`pauses: false`): what is left of its term is kept, and counts on when the case is sent in again. A suspension
by the office does not stop the law, unless the chain says that the law lets it (`pauses_suspended`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from approvals.deadlines import next_reminder
from approvals.definition import Statutory
from approvals.directory import Directory
from approvals.models import Case
from core.worktime import WorkCalendar, after, left_of, spend


@dataclass(frozen=True, slots=True)
class LawClock:
    """The law's clock as it runs: since when, with the whole term or with what was left of it."""

    statutory: Statutory
    calendar: WorkCalendar
    since: datetime
    left: int | None = None

    @classmethod
    def of(cls, case: Case, statutory: Statutory | None, calendar: WorkCalendar) -> "LawClock | None":
        """The clock of a case; None where the law sets no deadline, or where it stands still."""
        if statutory is None or case.statutory_since is None or case.statutory_due_at is None:
            return None
        return cls(statutory, calendar, case.statutory_since, case.statutory_left)

    @property
    def due_at(self) -> datetime:
        if self.left is None:
            return after(self.calendar, self.since, self.statutory.within)
        return spend(self.calendar, self.since, self.left, self.statutory.within)

    def next_alarm(self, now: datetime, due_at: datetime | None = None) -> datetime | None:
        """The first moment after `now` at which it warns, or has passed."""
        due = due_at or self.due_at
        warns = next_reminder(self.calendar, self.statutory.remind, self.since, due, now)
        return min((m for m in (warns, due) if m is not None and m > now), default=None)


def stop(case: Case, statutory: Statutory, calendar: WorkCalendar, now: datetime) -> None:
    """Let the clock of a case stand still; one that has passed is not stopped any more."""
    due = case.statutory_due_at
    if due is None:
        return
    if due > now:
        case.statutory_left = left_of(calendar, now, due, statutory.within)
        case.statutory_due_at = case.alarm_at = None


def go_on(case: Case, statutory: Statutory, calendar: WorkCalendar, now: datetime) -> None:
    """Let the clock of a case run on with what was left of its term."""
    if case.statutory_due_at is None and case.statutory_left is not None:
        case.statutory_since = now
        case.statutory_due_at = spend(calendar, now, case.statutory_left, statutory.within)
    if clock := LawClock.of(case, statutory, calendar):
        case.alarm_at = clock.next_alarm(now)


def at_opening(
    statutory: Statutory | None, unit_ids: Collection[UUID], directory: Directory, now: datetime
) -> Mapping[UUID, dict[str, Any]]:
    """The columns of this clock for cases that open now, by unit: one computation for each."""
    rows: dict[UUID, dict[str, Any]] = dict.fromkeys(unit_ids, _NO_LAW)
    if statutory is None:
        return rows
    for unit_id, calendar in directory.calendars(unit_ids).items():
        clock = LawClock(statutory, calendar, now)
        due = clock.due_at
        begun = {"statutory_due_at": due, "statutory_since": now, "alarm_at": clock.next_alarm(now, due)}
        rows[unit_id] = {**_NO_LAW, **begun}
    return rows


_NO_LAW: dict[str, Any] = {
    "statutory_due_at": None,
    "statutory_since": None,
    "statutory_left": None,
    "statutory_missed_at": None,
    "alarm_at": None,
}
