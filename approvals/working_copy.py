"""A case as it is taken in hand to be decided: read by one statement, changed in memory, written by one.

An office decides all day, and many at once on the day a cycle opens. So this one verb goes without a unit of
work that watches every row: what is read here belongs to no session, and what differs at the end is written.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.dossier import Dossier
from approvals.errors import NoSuchTask
from approvals.models import Case, Decision, Task
from core.events import Head, Stream
from core.rows import Changes, all_told, as_bytes, as_one, entity, of, text_of, told


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """A locked case with its open tasks, its decisions, the head of its stream, and how its rows were."""

    dossier: Dossier
    task: Task
    """The one that was asked for."""
    head: Head
    changes: Changes
    """What a verb inserts beside it."""
    _before: Mapping[UUID, Mapping[str, Any]]

    @classmethod
    def take(cls, session: Session, task_id: UUID) -> "WorkingCopy":
        """Lock a task's case and read it. Raises NoSuchTask."""
        session.flush()
        said, head = _locked(session, task_id)
        case = entity(Case, said[0])
        tasks = tuple(entity(Task, one) for one in said[1])
        decisions = tuple(entity(Decision, one) for one in said[2] or ())
        changes = Changes()
        definition = definition_by_id(session, case.chain_version_id)
        before = {row.id: dict(vars(row)) for row in (case, *tasks)}
        dossier = Dossier(case, definition, tasks, decisions, changes)
        return cls(dossier, next(t for t in tasks if t.id == task_id), head, changes, before)

    def changed(self, decision: Decision) -> Changes:
        """What must be written: the decision, the rows that differ, and those that were added meanwhile."""
        self.changes.insert(Decision, [_said(decision)])
        if case := self._difference(self.dossier.case):
            self.changes.update(Case, [case])
        alike: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for task in self.dossier.tasks:
            if changed := self._difference(task):
                alike[tuple(changed)].append(changed)
        for rows in alike.values():
            self.changes.update(Task, rows)
        return self.changes

    def _difference(self, row: Case | Task) -> dict[str, Any]:
        before = self._before[row.id]
        changed = {name: value for name, value in vars(row).items() if before[name] != value}
        if "ended_at" in changed:
            # drafts and alarms change without an event: they may be others by now than those that were read
            changed |= {name: vars(row)[name] for name in ("draft", "alarm_at")}
        return {"id": row.id, **changed} if changed else {}


def _locked(session: Session, task_id: UUID) -> tuple[Sequence[Any], Head]:
    """A task's case, locked, with its tasks and decisions as they are, and the head of its stream.

    Whoever waits for the lock has looked at the tasks before; the longer stream gives away that they were
    changed since, for every change is an event. Then they are looked at again; nobody can change them now.
    """
    connection = session.connection()
    while True:
        text = connection.exec_driver_sql(_READ, {"task": str(task_id)}).scalar_one_or_none()
        if text is None:
            raise NoSuchTask
        *said, head, count, seen = orjson.loads(text)
        if count == seen:
            return said, (as_bytes(head), count)


def _said(row: Decision) -> dict[str, Any]:
    """The values that a new row was given."""
    return {name: value for name, value in vars(row).items() if name in _OF_DECISION}


def _reading() -> str:
    case, stream, seen = of(Case), of(Stream), of(Stream).alias("seen")
    asked = of(Task).alias("asked")
    wanted = or_(Task.ended_at.is_(None), Task.id == asked.c.id)
    found = (
        select(
            as_one(
                told(Case),
                all_told(Task, Task.case_id == case.c.id, wanted),
                all_told(Decision, Decision.case_id == case.c.id),
                stream.c.head,
                stream.c.count,
                select(seen.c.count).where(seen.c.id == case.c.id).scalar_subquery(),
            )
        )
        .select_from(asked)
        .join(case, case.c.id == asked.c.case_id)
        .join(stream, stream.c.id == case.c.id)
        .where(asked.c.id == bindparam("task", type_=asked.c.id.type))
        .with_for_update(of=(case, stream), key_share=True)
    )
    return text_of(found)


_READ = _reading()
_OF_DECISION = frozenset(column.name for column in of(Decision).c)
