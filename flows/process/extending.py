"""More time for a process that runs: its open tasks are due on a later day, and all concerned are told."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import extending
from approvals.directory import Directory
from approvals.extending import Extended
from core import clock
from core.actor import Actor, Role
from core.settings import settings
from flows.process.errors import NotMoreTime, OnlyHrExtends, ReasonNeeded, TooFarAhead
from flows.process.history import tell
from flows.process.models import Process, ProcessState
from flows.process.service import locked
from personnel.directory import office_day

MOST_DAYS = 366
WHILE = frozenset({ProcessState.RUNNING, ProcessState.WAITING, ProcessState.PAUSED, ProcessState.FAILED})


def extend(
    session: Session,
    actor: Actor,
    process_id: UUID,
    *,
    until: date,
    reason: str,
    stage: str | None = None,
    directory: Directory,
) -> Extended:
    """Let a process's open tasks, of one stage or of all, be due at the end of a day at the earliest.

    The same again moves nothing and is told to nobody. Raises OnlyHrExtends, ReasonNeeded, NoSuchProcess,
    NotMoreTime, NotAhead, TooFarAhead.
    """
    if not actor.has(Role.HR):
        raise OnlyHrExtends
    if not reason.strip():
        raise ReasonNeeded
    process = locked(session, process_id)
    if process.state not in WHILE:
        raise NotMoreTime(state=process.state)
    if (until - office_day(clock.now(session))).days > MOST_DAYS:
        raise TooFarAhead
    moment = _end_of(until)
    given = extending.extend(session, actor, process_id, until=moment, stage=stage, directory=directory)
    if given.tasks:
        _tell(session, actor, process, given, until=moment, stage=stage, reason=reason.strip())
    return given


def _end_of(day: date) -> datetime:
    """The last moment of a day in the office's zone: what is due by then is due at the end of its work."""
    return datetime.combine(day, time(23, 59), settings().zone)


def _tell(
    session: Session,
    actor: Actor,
    process: Process,
    given: Extended,
    *,
    until: datetime,
    stage: str | None,
    reason: str,
) -> None:
    facts = {
        "until": until,
        "stage": stage,
        "tasks": given.tasks,
        "people": {str(person): count for person, count in given.of_people.items()},
        "queues": dict(given.of_queues),
    }
    tell(session, actor, process, "extended", facts, personal={"reason": reason})
