"""Where somebody goes on after a decision: with the same case, with the same kind of task, or the next."""

from sqlalchemy.orm import Session

from approvals import pulling
from approvals.directory import Directory
from approvals.inbox import first_of
from approvals.models import Task
from approvals.next_task import Done
from core.actor import Actor
from web.inbox_view import View

WHOLE = View()
SAME_KIND = "same-kind"
"""What the form says when its sender wants more of the same stage, one after the other."""


def after_deciding(
    session: Session, actor: Actor, done: Done, *, then: str = "", part: View = WHOLE, directory: Directory
) -> str:
    """The address of what comes next; a task of the same case or kind is begun on the way.

    Else it is the next in the part of the inbox that they came from; when that is done, its empty page.
    """
    if done.more and (in_case := pulling.next_in_case(session, actor, done.case_id, directory=directory)):
        return f"/tasks/{in_case.id}"
    if then == SAME_KIND:
        alike = pulling.next_of_kind(session, actor, (done.chain, done.stage), directory=directory)
        if alike is not None:
            return f"/tasks/{alike.id}?then={SAME_KIND}"
    if part == WHOLE:
        return f"/tasks/{done.following}" if done.following else "/inbox"
    following = first_of(
        session, actor, directory=directory, but=done.task_id, narrow=part.narrow, filter=part.filter
    )
    return f"/tasks/{following}{part.along}" if following else part.address


def goes_on(task: Task) -> bool:
    """Whether there may be more of its kind for whoever has it: work that is offered, not a post's."""
    return task.queue is not None or task.candidates is not None
