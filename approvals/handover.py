"""An open task goes to other hands: its row, and what its stream says of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.candidacy import ByPost, Candidate
from approvals.candidates import Assignment, Wanted
from approvals.chains import definition_by_id
from approvals.crowds import About
from approvals.distribution import state_with
from approvals.models import Case, Task, TaskState
from approvals.opening import unfilled
from approvals.stage import Stage
from core.events import Event


@dataclass(frozen=True, slots=True)
class Pending:
    """A locked open task, and what is needed to find it other hands."""

    task: Task
    case: Case
    stage: Stage

    @classmethod
    def of(cls, session: Session, task: Task, case: Case) -> "Pending":
        return cls(task, case, definition_by_id(session, case.chain_version_id).stage(task.stage))

    @property
    def target(self) -> ByPost | None:
        """The post that it is escalated to; None when the chain names none."""
        if self.stage.escalate:
            return self.stage.escalate.to
        by = self.stage.wanted_at(self.task.seat)
        return by if self.stage.on_expiry == "escalate" and isinstance(by, ByPost) else None

    def at_post(self, unit_id: UUID) -> Wanted | None:
        """Whom its post's task is for now, looking upwards from the post's unit; None if it has no post."""
        by = self.target if self.task.escalated_at else self.stage.wanted_at(self.task.seat)
        if not isinstance(by, ByPost):
            return None
        here = ByPost(holder_of=by.holder_of)
        return self._wanted(here, unit_id, self.task.barred, familiar=self.task.assignee_id)

    def higher_up(self) -> Wanted | None:
        """Whom it is for when it leaves the person who let it lie; None when the chain names nobody."""
        if self.target is None:
            return None
        lets_lie = [self.task.assignee_id] if self.task.assignee_id else []
        barred = [*self.task.barred, *lets_lie]
        return self._wanted(self.target, self.case.unit_id, barred, rises=True, leaves=self.task.position_id)

    def anew(self, about: About) -> Wanted:
        """Whom it is for if it were opened now."""
        candidate = self.stage.wanted_at(self.task.seat)
        return self._wanted(candidate, self.case.unit_id, self.task.barred, about=about)

    def _wanted(self, candidate: Candidate, unit_id: UUID, barred: Collection[UUID], **how: Any) -> Wanted:
        task = self.task
        scope = {"chain": task.chain, "stage": task.stage, "rank": task.rank}
        return Wanted(candidate, unit_id, self.stage.acting, barred, **scope, **how)

    def hand_to(self, new: Assignment, event: str, *, now: datetime, **facts: Any) -> list[Event]:
        """Give it to others and say so."""
        task, old = self.task, self.task.assignee_id
        task.state, task.queue = state_with(self.stage, new.state), new.queue
        task.position_id, task.held_back = new.position_id, False
        task.started_at = now if task.state == TaskState.STARTED else None
        task.candidates = None if new.candidates is None else [*new.candidates]
        task.assignee_id, task.assignee_capacity = new.assignee_id, new.capacity
        task.order_number, task.claimed_at = new.order_number, None
        task.handed_by = task.draft = None
        task.suspended_from = task.suspended_at = task.suspended_until = None
        said = {
            "task": task.id,
            "case": task.case_id,
            "stage": task.stage,
            "from": old,
            "to": new.assignee_id,
            "state": task.state,
            "queue": new.queue,
            "candidates": new.candidates,
            "position": new.position_id,
            "capacity": new.capacity,
        }
        events = [Event(event, task.case_id, "case", said | facts)]
        if new.unfilled:
            events.append(unfilled(task.id, task.case_id, task.stage, new.position_id))
        return events

    def is_with(self, new: Assignment) -> bool:
        """Whether these are the hands it is in already, by whichever right."""
        task = self.task
        return (task.queue, task.position_id, task.assignee_id) == (
            new.queue,
            new.position_id,
            new.assignee_id,
        )
