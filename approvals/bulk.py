"""Many decisions in one go: each guarded by itself, each may fail alone with its reason, the rest stand."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.decisions import Verdict, decide
from approvals.directory import Directory
from approvals.models import Decision, Task
from approvals.rotation import lock_ahead
from core.actor import Actor
from core.errors import MufakatError


def decide_each(
    session: Session, actor: Actor, verdicts: Mapping[UUID, Verdict], *, directory: Directory
) -> dict[UUID, Decision | MufakatError]:
    """Decide many tasks; for each, by task id, the decision or the error that refused it."""
    answers: dict[UUID, Decision | MufakatError] = {}
    for task_id in _in_order(session, verdicts):
        try:
            with session.begin_nested():
                answers[task_id] = decide(session, actor, task_id, verdicts[task_id], directory=directory)
        except MufakatError as refused:
            answers[task_id] = refused
    return answers


def _in_order(session: Session, verdicts: Mapping[UUID, Verdict]) -> list[UUID]:
    """By case, as all writers lock: two people's bulk decisions never wait for each other in a ring."""
    cases = dict(session.execute(select(Task.id, Task.case_id).where(Task.id.in_(verdicts))).tuples().all())
    lock_ahead(session, cases.values())
    return sorted(verdicts, key=lambda task_id: (cases.get(task_id, task_id), task_id))
