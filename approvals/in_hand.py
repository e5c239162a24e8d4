"""Who has the open cases of a process now, since when and until when: for lists of many cases at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.directory import Directory
from approvals.models import Case, Task


@dataclass(frozen=True, slots=True)
class InHand:
    """An open task of a case: whose it is."""

    name: str
    """Of whoever has it; empty while nobody took it."""
    queue: str
    """The group that it is offered to, as a code; empty where it has none."""
    since: datetime
    due_at: datetime | None


def in_hand(session: Session, process_id: UUID, *, directory: Directory) -> Mapping[UUID, Sequence[InHand]]:
    """The open tasks of all cases of a process, by case; a case that waits for nobody here is missing."""
    columns = (Task.case_id, Task.assignee_id, Task.queue, Task.opened_at, Task.due_at)
    query = select(*columns).join(Case).where(Case.process_id == process_id, Task.ended_at.is_(None))
    rows = session.execute(query.order_by(Task.opened_at, Task.id)).tuples().all()
    people = directory.people({row[1] for row in rows if row[1]})
    found: defaultdict[UUID, list[InHand]] = defaultdict(list)
    for case_id, assignee, queue, since, due_at in rows:
        name = people[assignee].name if assignee and assignee in people else ""
        found[case_id].append(InHand(name, queue or "", since, due_at))
    return found
