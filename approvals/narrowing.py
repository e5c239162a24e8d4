"""Parts of an inbox: by process, stage, unit and words, and how a list goes on behind a place in it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, true, tuple_

from approvals.models import Case, Task

LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a part of an inbox must have; what is not said is everything."""

    process_id: UUID | None = None
    kind: tuple[str, str] | None = None
    """A chain and one of its stages."""
    unit_id: UUID | None = None
    text: str = ""
    """Words that all occur in the person's name, the title or the number."""
    tasks: tuple[UUID, ...] | None = None
    """None but these."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """For tasks alone: each is found along the inbox's indexes first, and its case is then looked at."""
        found = self._of_task()
        if of_case := self.of_case():
            found.append(exists().where(Case.id == Task.case_id, *of_case))
        return found

    def of_case(self) -> list[ColumnElement[bool]]:
        """What its case must have."""
        found: list[ColumnElement[bool]] = []
        if self.process_id:
            found.append(Case.process_id == self.process_id)
        if self.unit_id:
            found.append(Case.unit_id == self.unit_id)
        for word in self.text[:LONGEST_TEXT].split():
            said = (Case.subject_name, Case.title, Case.reference)
            found.append(or_(*(column.icontains(word, autoescape=True) for column in said)))
        return found

    def joined(self) -> ColumnElement[bool]:
        """The same, where tasks are joined with their cases."""
        return and_(true(), *self._of_task(), *self.of_case())

    def _of_task(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.kind:
            found.append(and_(Task.chain == self.kind[0], Task.stage == self.kind[1]))
        if self.tasks is not None:
            found.append(Task.id.in_(self.tasks))
        return found


EVERYTHING = Narrow()


@dataclass(frozen=True, slots=True)
class Place:
    """A task's place in an order: a list goes on behind it, however many came and went meanwhile."""

    at: datetime | None
    """When it is due, or was opened: what the order goes by."""
    task_id: UUID

    def behind_due(self) -> list[ColumnElement[bool]]:
        """Alternatives, each along an index: what is due later, then what has no deadline."""
        if self.at is None:
            return [and_(Task.due_at.is_(None), Task.id > self.task_id)]
        return [tuple_(Task.due_at, Task.id) > (self.at, self.task_id), Task.due_at.is_(None)]

    def behind_opened(self, *, newest_first: bool) -> list[ColumnElement[bool]]:
        here, of = (self.at, self.task_id), tuple_(Task.opened_at, Task.id)
        return [of < here if newest_first else of > here]
