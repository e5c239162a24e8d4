"""What the clock does: it reminds, moves what lies too long to the superior, and stops what has expired.

It never approves, and never ends a case.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.candidates import Assignment, assign
from approvals.deadlines import Alarm, Deadlines
from approvals.directory import Directory
from approvals.dossier import try_lock_case
from approvals.handover import Pending
from approvals.machine import Move, may_move
from approvals.models import Case, CaseState, Task
from approvals.moving import Cause, move
from approvals.reminding import reminded
from core import clock
from core.actor import system
from core.events import Event, record


@dataclass(frozen=True, slots=True)
class SweepCount:
    """What a sweep did."""

    reminded: int
    escalated: int
    lapsed: int = 0
    """Cases that stopped because a term ran out."""

    @property
    def total(self) -> int:
        return self.reminded + self.escalated + self.lapsed


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
    clocks = [Deadlines.of(p.task, p.stage, calendars[p.case.unit_id]) for p in waiting]
    asked = [_asks(p, c, now) for p, c in zip(waiting, clocks, strict=True)]
    late = [p for p, a in zip(waiting, asked, strict=True) if a is Alarm.ESCALATE]
    risen = _superiors(late, directory, now)
    expired = {p.case.id for p, a in zip(waiting, asked, strict=True) if a is Alarm.EXPIRE}
    events: list[Event] = []
    for pending, deadlines in zip(waiting, clocks, strict=True):
        if pending.case.id in expired:
            continue
        if new := risen.get(pending.task.id):
            events += escalate_to(pending, new, Deadlines(pending.stage, deadlines.calendar, now))
        else:
            events.append(_remind(pending, deadlines, now))
    session.flush()
    for case_id in sorted(expired):
        events += lapse(session, case_id, now)
    session.flush()
    record(session, system("keeper"), events)
    told = Counter(e.name for e in events)
    return SweepCount(told["task.reminded"], told["task.escalated"], told["case.lapsed"])


def lapse(session: Session, case_id: UUID, now: datetime) -> list[Event]:
    """Stop a case whose term has run out; nothing while somebody else has it: the next sweep finds it."""
    dossier = try_lock_case(session, case_id)
    if dossier is None or not may_move(CaseState(dossier.case.state), Move.LAPSE):
        return []
    return move(session, dossier, Cause(Move.LAPSE), directory=None, now=now)


def _lock_alarmed(session: Session, now: datetime, limit: int) -> list[Pending]:
    found = (
        select(Task, Case)
        .join(Case)
        .where(Task.alarm_at <= now)
        .order_by(Task.alarm_at)
        .limit(limit)
        .with_for_update(of=(Case, Task), key_share=True, skip_locked=True)
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
    task.term_from = task.term_left = None
    task.due_at, task.alarm_at = deadlines.due_at, deadlines.next_alarm(now)
    return pending.hand_to(new, "task.escalated", now=now, due_at=task.due_at)


def _remind(pending: Pending, deadlines: Deadlines, now: datetime) -> Event:
    task = pending.task
    task.reminded += 1
    task.alarm_at = deadlines.next_alarm(now)
    return reminded(task)
