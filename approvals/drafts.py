"""What whoever has a task does with it before deciding: begin, and put aside what is written so far."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.authority import must_have
from approvals.dossier import Dossier, lock_task
from approvals.models import Task, TaskState
from approvals.obstacles import TaskSuspended
from core import clock
from core.actor import Actor
from core.events import Event, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was written and not decided yet; nobody but the task's holder reads it."""

    comment: str = ""
    checklist: Collection[str] = ()
    return_code: str = ""
    reject_code: str = ""


def start(session: Session, actor: Actor, task_id: UUID) -> Task:
    """Begin work on a task that one has; beginning again changes nothing.

    Raises NoSuchTask, AlreadyDecided, TaskEnded, CaseSealed, CaseSettled, NotPossibleNow, TaskSuspended,
    NotWithYou.
    """
    _, task = _in_hand(session, actor, task_id)
    _begin(session, actor, task)
    return task


def save_draft(session: Session, actor: Actor, task_id: UUID, draft: Draft) -> Task:
    """Keep what is written so far with the task, which begins work on it; raises as start() does.

    It goes when the task is decided or ends, and along with the task when it is delegated with its state.
    """
    _, task = _in_hand(session, actor, task_id)
    task.draft = asdict(draft) | {"checklist": sorted(draft.checklist)}
    _begin(session, actor, task)
    return task


def draft_of(task: Task, actor: Actor) -> Draft | None:
    """What somebody wrote on a task before; of another's task nothing."""
    if task.draft is None or actor.person_id is None or task.assignee_id != actor.person_id:
        return None
    return Draft(**task.draft)


def must_be_workable(dossier: Dossier, task: Task) -> None:
    """Raises what keeps a task from being worked on at all: decided, ended, its case not open, suspended."""
    dossier.must_be_open(task)
    if task.state == TaskState.SUSPENDED:
        raise TaskSuspended


def _in_hand(session: Session, actor: Actor, task_id: UUID) -> tuple[Dossier, Task]:
    dossier, task = lock_task(session, task_id)
    must_be_workable(dossier, task)
    must_have(task, actor)
    return dossier, task


def _begin(session: Session, actor: Actor, task: Task) -> None:
    begins = task.state == TaskState.ALLOCATED
    if begins:
        task.state, task.started_at = TaskState.STARTED, clock.now(session)
    session.flush()
    if begins:
        facts = {"task": task.id, "case": task.case_id, "stage": task.stage, "by": actor.person_id}
        record(session, actor, [Event("task.started", task.case_id, "case", facts)])
