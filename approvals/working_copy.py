"""A case as it is taken in hand to be decided: read by two statements, changed in memory, written by one.

An office decides all day, and many at once on the day a cycle opens. So this one verb goes without a unit of
work that watches every row: what is read here belongs to no session, and what differs at the end is written.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.dossier import Dossier
from approvals.errors import NoSuchTask
from approvals.models import Case, Decision, Task
from core.events import Head, Stream
from core.rows import Changes, of

Entity = TypeVar("Entity", Case, Task, Decision)

_CASE, _TASK, _DECISION = of(Case), of(Task), of(Decision)
_LOCK = (
    select(_CASE, Stream.head, Stream.count)
    .join(_TASK, _TASK.c.case_id == _CASE.c.id)
    .join(Stream, Stream.id == _CASE.c.id)
    .where(_TASK.c.id == bindparam("task"))
    .with_for_update(of=(_CASE, Stream), key_share=True)
)
_READ = (
    select(_TASK, _DECISION)
    .outerjoin(_DECISION, _DECISION.c.task_id == _TASK.c.id)
    .where(_TASK.c.case_id == bindparam("case"))
    .order_by(_DECISION.c.id, _TASK.c.id)
    .with_for_update(of=_TASK, key_share=True)
)


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
        connection = session.connection()
        locked = connection.execute(_LOCK, {"task": task_id}).one_or_none()
        if locked is None:
            raise NoSuchTask
        *row, head, count = locked
        case = _entity(Case, row)
        # a second statement, for it must see what whoever held the lock before has changed
        rows = connection.execute(_READ, {"case": case.id}).all()
        tasks = tuple(_tasks(rows, task_id))
        changes = Changes()
        definition = definition_by_id(session, case.chain_version_id)
        dossier = Dossier(case, definition, tasks, tuple(_decisions(rows)), changes)
        before = {row.id: dict(vars(row)) for row in (case, *tasks)}
        return cls(dossier, next(t for t in tasks if t.id == task_id), (head, count), changes, before)

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
        return {"id": row.id, **changed} if changed else {}


def _entity(kind: type[Entity], values: Sequence[Any]) -> Entity:
    """A row that no session knows, set as the mapper sets what it loads; a constructor is far slower."""
    made = kind()
    vars(made).update(zip(_COLUMNS[kind], values, strict=True))
    return made


def _said(row: Decision) -> dict[str, Any]:
    """The values that a new row was given."""
    return {name: value for name, value in vars(row).items() if name in _COLUMNS[Decision]}


def _tasks(rows: Sequence[Row[Any]], task_id: UUID) -> Iterator[Task]:
    """The open ones and the one that was asked for, in the order of their ids."""
    found = [_entity(Task, row[: len(_TASK.c)]) for row in rows]
    return (t for t in sorted(found, key=lambda t: t.id) if t.ended_at is None or t.id == task_id)


def _decisions(rows: Sequence[Row[Any]]) -> Iterator[Decision]:
    """Those that were made, in the order of their ids."""
    parts = (row[len(_TASK.c) :] for row in rows)
    return (_entity(Decision, part) for part in parts if part[0] is not None)


_COLUMNS = {kind: tuple(column.name for column in of(kind).c) for kind in (Case, Task, Decision)}
