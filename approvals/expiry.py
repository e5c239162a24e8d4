"""What expires: a case stops where its term ran out, until HR ratifies that or lets it go on.

The clock never approves and never ends a case. Its tasks are kept as they are meanwhile: whoever had one has
it again when the case goes on.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from approvals.deadlines import Deadlines
from approvals.models import Case, Task, TaskState
from approvals.stage import Stage
from approvals.standstill import told
from core.events import Event
from core.worktime import WorkCalendar

EXPIRED = "expired"
"""The coded reason of such a suspension."""
NEW_TERM = "new-term"


def stop(case: Case, tasks: Iterable[Task], now: datetime) -> Iterator[Event]:
    """Mark the case and its open tasks as stopped by the clock."""
    case.suspended_from, case.suspended_at, case.suspension = "open", now, EXPIRED
    for task in tasks:
        if task.ended_at is not None:
            continue
        task.alarm_at = None
        if task.state != TaskState.SUSPENDED:
            task.suspended_from, task.suspended_at = task.state, now
            task.state = TaskState.SUSPENDED
            yield told("task.suspended", task, cause=EXPIRED, due_at=task.due_at)


def go_on(
    case: Case, tasks: Iterable[Task], stage: Stage, calendar: WorkCalendar, now: datetime
) -> Iterator[Event]:
    """Give the case and its tasks a new term from now on; what its holder put aside stays aside."""
    stopped_at = case.suspended_at
    case.suspended_from = case.suspended_at = case.suspension = None
    for task in tasks:
        if task.ended_at is not None:
            continue
        before, task.term_from, task.term_left, task.reminded = task.due_at, now, None, 0
        deadlines = Deadlines.of(task, stage, calendar)
        task.due_at, task.alarm_at = deadlines.due_at, deadlines.next_alarm(now)
        if task.suspended_from and task.suspended_at == stopped_at:
            task.state, task.suspended_from, task.suspended_at = task.suspended_from, None, None
            yield told("task.resumed", task, state=task.state, due_at=task.due_at)
        else:
            yield told("task.rescheduled", task, **{"from": before, "to": task.due_at, "why": NEW_TERM})
