"""What the clock does: it reminds, and moves what lies too long to the superior. It never approves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.candidates import Assignment, assign
from approvals.deadlines import Alarm, Deadlines
from approvals.directory import Directory
from approvals.handover import Pending
from approvals.models import Case, Task
from core import clock
from core.actor import system
from core.events import Event, record


@dataclass(frozen=True, slots=True)
class SweepCount:
    """What a sweep did."""

    reminded: int
    escalated: int


def sweep(session: Session, *, directory: Directory, limit: int = 500) -> SweepCount:
    """Do what the alarms that have come ask for, at most `limit` of them; call again until it does nothing.

    Any number of sweepers may run: each passes by what another, or a decision, holds at the moment. After a
    long stop a task is reminded of once, not once for every reminder that was missed.
    """
    now = clock.now(session)
    waiting = _lock_alarmed(session, now, limit)
    if not waiting:
        return SweepCount(0, 0)
    calendars = directory.calendars({p.case.unit_id for p in waiting})
    clocks = [
        Deadlines(p.stage, calendars[p.case.unit_id], p.task.escalated_at or p.task.opened_at)
        for p in waiting
    ]
    late = [p for p, c in zip(waiting, clocks, strict=True) if _asks(p, c, now) is Alarm.ESCALATE]
    risen = _superiors(late, directory, now)
    events: list[Event] = []
    for pending, deadlines in zip(waiting, clocks, strict=True):
        if new := risen.get(pending.task.id):
            events += escalate_to(pending, new, Deadlines(pending.stage, deadlines.calendar, now))
        else:
            events.append(_remind(pending, deadlines, now))
    session.flush()
    record(session, system("keeper"), events)
    escalated = len([e for e in events if e.name == "task.escalated"])
    return SweepCount(reminded=len(waiting) - escalated, escalated=escalated)


def _lock_alarmed(session: Session, now: datetime, limit: int) -> list[Pending]:
    found = (
        select(Task, Case)
        .join(Case)
        .where(Task.alarm_at <= now)
        .order_by(Task.alarm_at)
        .limit(limit)
        .with_for_update(of=Task, key_share=True, skip_locked=True)
    )
    rows = session.execute(found, execution_options={"populate_existing": True})
    return [Pending.of(session, task, case) for task, case in rows]


def _asks(pending: Pending, deadlines: Deadlines, now: datetime) -> Alarm:
    return deadlines.asks(pending.task.alarm_at or now, now)


def _superiors(late: Iterable[Pending], directory: Directory, now: datetime) -> dict[UUID, Assignment]:
    """Who takes over; those without anybody above are missing, and stay where they are."""
    rising = [(p, wanted) for p in late if (wanted := p.higher_up())]
    found = assign([wanted for _, wanted in rising], directory, now) if rising else []
    return {p.task.id: new for (p, _), new in zip(rising, found, strict=True) if not new.unfilled}


def escalate_to(pending: Pending, new: Assignment, deadlines: Deadlines) -> list[Event]:
    """Move a locked task up to whoever was found above; its clock begins anew."""
    task, now = pending.task, deadlines.start
    task.escalated_from, task.escalated_at, task.reminded = task.assignee_id, now, 0
    task.due_at, task.alarm_at = deadlines.due_at, deadlines.next_alarm(now)
    return pending.hand_to(new, "task.escalated", now=now, due_at=task.due_at)


def _remind(pending: Pending, deadlines: Deadlines, now: datetime) -> Event:
    task = pending.task
    task.reminded += 1
    task.alarm_at = deadlines.next_alarm(now)
    facts = {
        "task": task.id,
        "case": task.case_id,
        "stage": task.stage,
        "assignee": task.assignee_id,
        "queue": task.queue,
        "due_at": task.due_at,
        "nth": task.reminded,
    }
    return Event("task.reminded", task.case_id, "case", facts)
