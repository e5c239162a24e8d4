"""A suspended case: its tasks stand still, and go on later with the working time that was left."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from approvals.deadlines import Deadlines
from approvals.models import Case, Task, TaskState
from approvals.stage import Stage
from core.events import Event
from core.worktime import WorkCalendar, left_of


def stop(tasks: Iterable[Task], stage: Stage, calendar: WorkCalendar, now: datetime) -> Iterator[Event]:
    """Stop the open tasks and their clocks; nothing of them is overdue meanwhile."""
    for task in tasks:
        if task.ended_at is not None:
            continue
        if task.due_at and stage.due:
            task.term_left = left_of(calendar, now, task.due_at, stage.due)
        task.due_at = task.alarm_at = None
        if task.state == TaskState.SUSPENDED:
            yield told("task.rescheduled", task, to=None)
            continue
        task.suspended_from, task.suspended_at, task.state = task.state, now, TaskState.SUSPENDED
        yield told("task.suspended", task, cause="case", due_at=None)


def go_on(
    case: Case, tasks: Iterable[Task], stage: Stage, calendar: WorkCalendar, now: datetime
) -> Iterator[Event]:
    """Let the case's tasks go on; what its holder suspended before stays so, but its clock goes on too."""
    stopped_at = case.suspended_at
    case.suspended_from = case.suspended_at = case.suspension = case.resumes_at = None
    for task in tasks:
        if task.ended_at is not None:
            continue
        task.term_from = now
        deadlines = Deadlines.of(task, stage, calendar)
        task.due_at, task.alarm_at = deadlines.due_at, deadlines.next_alarm(now)
        if task.suspended_from and task.suspended_at == stopped_at:
            task.state, task.suspended_from, task.suspended_at = task.suspended_from, None, None
            yield told("task.resumed", task, state=task.state, due_at=task.due_at)
        else:
            yield told("task.rescheduled", task, to=task.due_at)


def told(name: str, task: Task, comment: str = "", /, **facts: object) -> Event:
    """An event of a task that stands still or goes on: whose it is at that moment; a comment is personal."""
    said = {"task": task.id, "case": task.case_id, "stage": task.stage, "assignee": task.assignee_id}
    return Event(name, task.case_id, "case", said | facts, {"comment": comment} if comment else None)
