"""Deadlines reckoned anew when a calendar changes: a new holiday, joint leave, the hours of Ramadan.

The keeper does it in portions. Nothing waits for a case that somebody has at the moment; it is looked at
again. A second look, after every transaction that ran during the first has ended, finds what was opened by
the old calendar while the first went on.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.deadlines import Deadlines
from approvals.directory import Directory
from approvals.models import Case, CaseState, Task
from approvals.moving import about
from approvals.rescheduling_models import Rescheduling
from approvals.statutory import LawClock
from core import clock
from core.actor import Actor, system
from core.events import Event, record
from core.ids import new_id
from core.worktime import WorkCalendar

PORTION = 200


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A portion: the last case it looked at (None: there was none), what moved, what somebody had."""

    last: UUID | None
    changed: int = 0
    missed: tuple[UUID, ...] = ()


def ask_recompute(session: Session, unit_ids: Collection[UUID], why: str) -> None:
    """Have the deadlines of these units' cases reckoned anew; `why` is the code of what happened."""
    if unit_ids:
        request = Rescheduling(
            id=new_id(), unit_ids=sorted(unit_ids), why=why, asked_at=clock.now(session), missed=[]
        )
        session.add(request)
        session.flush()


def recompute_next(session: Session, *, directory: Directory, limit: int = PORTION) -> bool:
    """Reckon the next portion of what was asked; False when there is nothing to do at the moment."""
    request = _next(session)
    if request is None:
        return False
    actor = system("keeper")
    again = tuple(request.missed[:limit])
    portion = recompute_deadlines(
        session,
        actor,
        request.unit_ids,
        directory=directory,
        why=request.why,
        after=request.cursor,
        only=again if request.looked_through else None,
        limit=limit,
    )
    request.changed += portion.changed
    if not request.looked_through:
        request.missed = [*request.missed, *portion.missed]
        request.cursor, request.looked_through = portion.last, portion.last is None
    else:
        request.missed = [*request.missed[limit:], *portion.missed]
    if request.looked_through and not request.missed:
        _end_of_look(session, request)
    session.flush()
    return not portion.missed


def recompute_deadlines(
    session: Session,
    actor: Actor,
    unit_ids: Collection[UUID],
    *,
    directory: Directory,
    why: str,
    after: UUID | None = None,
    only: Collection[UUID] | None = None,
    limit: int = PORTION,
) -> Recomputed:
    """Reckon the deadlines of a portion of these units' unsettled cases anew: those after one, or only these.

    What does not differ is neither locked nor written.
    """
    now = clock.now(session)
    ids = list(only) if only is not None else _page(session, unit_ids, after, limit)
    if not ids:
        return Recomputed(None)
    clocks = _Clocks(session, directory.calendars(unit_ids), now, why)
    read = _with_tasks(session, session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)).all())
    differ = [case.id for case, tasks in read if any(clocks.changes(case, tasks))]
    events: list[Event] = []
    locked = _locked(session, differ)
    for case, tasks in locked:
        for change in list(clocks.changes(case, tasks)):
            change.apply()
            events += [change.event] if change.event else []
    session.flush()
    record(session, actor, events)
    got = {case.id for case, _ in locked}
    return Recomputed(ids[-1], len(events), tuple(id_ for id_ in differ if id_ not in got))


@dataclass(frozen=True, slots=True)
class _Change:
    apply: Callable[[], None]
    event: Event | None
    """None where only the next alarm moves, which no stream tells of."""


@dataclass(frozen=True, slots=True)
class _Clocks:
    """The clocks of cases by the calendars as they are now."""

    session: Session
    calendars: Mapping[UUID, WorkCalendar]
    now: datetime
    why: str

    def changes(self, case: Case, tasks: Sequence[Task]) -> Iterator[_Change]:
        """Where the deadlines of a case and its open tasks are not what the calendar says."""
        definition = definition_by_id(self.session, case.chain_version_id)
        calendar = self.calendars[case.unit_id]
        # while a case stands still so do its tasks; they get their dates as it goes on
        for task in tasks if case.state != CaseState.SUSPENDED else ():
            deadlines = Deadlines.of(task, definition.stage(task.stage), calendar)
            if change := self._of_task(task, deadlines):
                yield change
        law = LawClock.of(case, definition.statutory, calendar)
        if law and (change := self._of_law(case, law)):
            yield change

    def _of_task(self, task: Task, deadlines: Deadlines) -> _Change | None:
        due, old = deadlines.due_at, task.due_at
        alarm = deadlines.alarm_in_force(task.alarm_at, self.now)
        if (due, alarm) == (old, task.alarm_at):
            return None

        def apply() -> None:
            task.due_at, task.alarm_at = due, alarm

        if due == old:
            return _Change(apply, None)
        facts = {"task": task.id, "case": task.case_id, "stage": task.stage, **self._moved(old, due)}
        return _Change(apply, Event("task.rescheduled", task.case_id, "case", facts))

    def _of_law(self, case: Case, law: LawClock) -> _Change | None:
        due, old, now = law.due_at, case.statutory_due_at, self.now
        if due == old:
            return None

        def apply() -> None:
            case.statutory_due_at = due
            if due > now:
                case.statutory_missed_at = None
            if case.state != CaseState.RETURNED:
                passed = due <= now and case.statutory_missed_at is None
                case.alarm_at = due if passed else law.next_alarm(now)

        return _Change(apply, about(case, "case.rescheduled", **self._moved(old, due)))

    def _moved(self, old: datetime | None, due: datetime | None) -> dict[str, Any]:
        return {"from": old, "to": due, "why": self.why}


def _page(session: Session, unit_ids: Collection[UUID], after: UUID | None, limit: int) -> list[UUID]:
    found = select(Case.id).where(Case.settled_at.is_(None), Case.unit_id.in_(unit_ids))
    if after:
        found = found.where(Case.id > after)
    return list(session.scalars(found.order_by(Case.id).limit(limit)))


def _locked(session: Session, ids: Sequence[UUID]) -> list[tuple[Case, list[Task]]]:
    """Those of these cases that nobody has, nor any of their open tasks: locked without waiting."""
    if not ids:
        return []
    fresh = {"populate_existing": True}
    alive = select(Case).where(Case.id.in_(ids), Case.settled_at.is_(None)).order_by(Case.id)
    cases = session.scalars(
        alive.with_for_update(key_share=True, skip_locked=True), execution_options=fresh
    ).all()
    open_ = (Task.case_id.in_([c.id for c in cases]), Task.ended_at.is_(None))
    free = select(Task).where(*open_).order_by(Task.id).with_for_update(key_share=True, skip_locked=True)
    got = set(session.scalars(free, execution_options=fresh).all())
    return [(case, tasks) for case, tasks in _with_tasks(session, cases) if got.issuperset(tasks)]


def _with_tasks(session: Session, cases: Sequence[Case]) -> list[tuple[Case, list[Task]]]:
    open_ = (Task.case_id.in_([c.id for c in cases]), Task.ended_at.is_(None))
    tasks: dict[UUID, list[Task]] = {case.id: [] for case in cases}
    for task in session.scalars(select(Task).where(*open_).order_by(Task.id)):
        tasks[task.case_id].append(task)
    return [(case, tasks[case.id]) for case in cases]


def _next(session: Session) -> Rescheduling | None:
    """The first request that can go on: its second look waits for whatever ran during its first."""
    asked = select(Rescheduling).where(Rescheduling.done_at.is_(None)).order_by(Rescheduling.id).limit(20)
    requests = session.scalars(asked.with_for_update(skip_locked=True)).all()
    return next((r for r in requests if r.looked_at is None or _older_have_ended(session, r.looked_at)), None)


def _end_of_look(session: Session, request: Rescheduling) -> None:
    if request.looked_at is None:
        request.looked_at = session.scalar(select(func.clock_timestamp()))
        request.cursor, request.looked_through = None, False
    else:
        request.done_at = clock.now(session)


_OLDER = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND xact_start <= :at"
)


def _older_have_ended(session: Session, at: datetime) -> bool:
    """Whether no transaction that began before a moment, by the database's own clock, still runs."""
    return session.scalar(_OLDER, {"at": at}) == 0
