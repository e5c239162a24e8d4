"""When a task is due, when to remind, when it moves on: working time in the unit's calendar. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from approvals.stage import Reminder, Stage
from core.worktime import Duration, WorkCalendar, after, before

MAX_REMINDERS = 400
"""After so many the calendar, or the chain, is wrong; a task this old is found by other means."""


class Alarm(StrEnum):
    """What the clock asks for."""

    REMIND = "remind"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The clock of one task: it starts when the task opens, and anew when it is escalated."""

    stage: Stage
    calendar: WorkCalendar
    start: datetime

    @property
    def due_at(self) -> datetime | None:
        return after(self.calendar, self.start, self.stage.due) if self.stage.due else None

    @property
    def escalates_at(self) -> datetime | None:
        """When it moves to the superior: as the chain says, or when due if that is what expiry means."""
        if self.stage.escalate:
            return after(self.calendar, self.start, self.stage.escalate.after)
        return self.due_at if self.stage.on_expiry else None

    def next_alarm(self, now: datetime) -> datetime | None:
        """The first moment after `now` at which the clock asks for something."""
        moments = [m for m in (self.escalates_at, self._next_reminder(now)) if m is not None and m > now]
        return min(moments, default=None)

    def asks(self, alarm_at: datetime, now: datetime) -> Alarm:
        """What an alarm that has come asks for; moving on goes before reminding."""
        moves = self.escalates_at
        return Alarm.ESCALATE if moves is not None and alarm_at <= moves <= now else Alarm.REMIND

    def _next_reminder(self, now: datetime) -> datetime | None:
        due = self.due_at
        if due is None:
            return None
        moments = (m for reminder in self.stage.remind for m in self._first_after(reminder, due, now))
        return min(moments, default=None)

    def _first_after(self, reminder: Reminder, due: datetime, now: datetime) -> Iterator[datetime]:
        match reminder:
            case Reminder(when="before", every=Duration() as ahead):
                moment = before(self.calendar, due, ahead)
                if moment > max(now, self.start):
                    yield moment
            case Reminder(when="after", every=Duration() as every):
                moment, rounds = after(self.calendar, due, every), 0
                while moment <= now and rounds < MAX_REMINDERS:
                    moment, rounds = (
                        after(self.calendar, moment, every),
                        rounds + 1,
                    )
                if moment > now:
                    yield moment
            case _:
                if due > now:
                    yield due
