"""When a task is due, when to remind, when it moves on: working time in the unit's calendar. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from approvals.models import Task
from approvals.stage import Reminder, Stage
from core.worktime import Duration, WorkCalendar, after, before, left_of, spend, worked

MAX_REMINDERS = 400
"""After so many the calendar, or the chain, is wrong; a task this old is found by other means."""
A_WORKING_DAY = Duration(1, "working day")
"""Whoever gets a repaired case back has this long at least."""


class Alarm(StrEnum):
    """What the clock asks for."""

    REMIND = "remind"
    ESCALATE = "escalate"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The clock of one task: it starts when the task opens, and anew when it is escalated.

    After a return it has only what was left of its stage's term, but a working day at least.
    """

    stage: Stage
    calendar: WorkCalendar
    start: datetime
    left: int | None = None

    @classmethod
    def of(cls, task: Task, stage: Stage, calendar: WorkCalendar) -> "Deadlines":
        """The clock of a task that is open."""
        start = task.term_from or task.escalated_at or task.opened_at
        return cls(stage, calendar, start, task.term_left)

    @property
    def due_at(self) -> datetime | None:
        if self.stage.due is None:
            return None
        whole = after(self.calendar, self.start, self.stage.due)
        if self.left is None:
            return whole
        rest = spend(self.calendar, self.start, self.left, self.stage.due)
        return min(whole, max(rest, after(self.calendar, self.start, A_WORKING_DAY)))

    @property
    def escalates_at(self) -> datetime | None:
        """When it moves to the superior: as the chain says, or when due if that is what expiry means."""
        if self.stage.escalate is None:
            return self.due_at if self.stage.on_expiry == "escalate" else None
        whole = after(self.calendar, self.start, self.stage.escalate.after)
        due = self.due_at
        if self.left is None or self.stage.due is None or due is None:
            return whole
        # as long after its shorter term as it would be after the whole one
        gap = worked(self.calendar, after(self.calendar, self.start, self.stage.due), whole)
        return spend(self.calendar, due, int(gap.total_seconds()), A_WORKING_DAY) if gap else due

    @property
    def expires_at(self) -> datetime | None:
        """When the case stops, to be looked at by HR."""
        return self.due_at if self.stage.on_expiry == "expire" else None

    def next_alarm(self, now: datetime) -> datetime | None:
        """The first moment after `now` at which the clock asks for something."""
        moments = (self.escalates_at, self.expires_at, self._next_reminder(now))
        return min((m for m in moments if m is not None and m > now), default=None)

    def alarm_in_force(self, alarm_at: datetime | None, now: datetime) -> datetime | None:
        """The alarm of a task whose calendar changed: nothing that has come, also by the change, is lost."""
        if alarm_at is not None and alarm_at <= now:
            return alarm_at
        passed = [m for m in (self.escalates_at, self.expires_at) if m is not None and m <= now]
        return min(passed, default=self.next_alarm(now))

    def asks(self, alarm_at: datetime, now: datetime) -> Alarm:
        """What an alarm that has come asks for; stopping and moving on go before reminding."""
        expires, moves = self.expires_at, self.escalates_at
        if expires is not None and expires <= now:
            return Alarm.EXPIRE
        return Alarm.ESCALATE if moves is not None and alarm_at <= moves <= now else Alarm.REMIND

    def _next_reminder(self, now: datetime) -> datetime | None:
        return next_reminder(self.calendar, self.stage.remind, self.start, self.due_at, now)


def time_left(calendar: WorkCalendar, stage: Stage, ended: Task | None) -> int | None:
    """What a task's end left of its stage's term, in seconds; None where there was no term."""
    if ended is None or ended.due_at is None or ended.ended_at is None or stage.due is None:
        return None
    return left_of(calendar, ended.ended_at, ended.due_at, stage.due)


def next_reminder(
    calendar: WorkCalendar,
    reminders: Iterable[Reminder],
    start: datetime,
    due: datetime | None,
    now: datetime,
) -> datetime | None:
    """The first reminder after `now` of something that began at `start` and is due; None without one."""
    if due is None:
        return None
    moments = (m for one in reminders for m in _first_after(calendar, one, start, due, now))
    return min(moments, default=None)


def _first_after(
    calendar: WorkCalendar, reminder: Reminder, start: datetime, due: datetime, now: datetime
) -> Iterator[datetime]:
    match reminder:
        case Reminder(when="before", every=Duration() as ahead):
            moment = before(calendar, due, ahead)
            if moment > max(now, start):
                yield moment
        case Reminder(when="after", every=Duration() as every):
            moment, rounds = after(calendar, due, every), 0
            while moment <= now and rounds < MAX_REMINDERS:
                moment, rounds = after(calendar, moment, every), rounds + 1
            if moment > now:
                yield moment
        case _:
            if due > now:
                yield due
