"""Where somebody goes on after a decision: with the same case, with the same kind of task, or the next."""

from sqlalchemy.orm import Session

from approvals import inbox as inboxes
from approvals import pulling
from approvals.directory import Directory
from approvals.inbox import InboxFilter
from approvals.models import Task
from core.actor import Actor
from web.inbox_view import View

WHOLE = View()
MINE_FIRST = (InboxFilter.MINE, InboxFilter.OFFERED)
SAME_KIND = "same-kind"
"""What the form says when its sender wants more of the same stage, one after the other."""


def after_deciding(
    session: Session, actor: Actor, task: Task, *, then: str = "", part: View = WHOLE, directory: Directory
) -> str:
    """The address of what comes next; a task of the same case or kind is begun on the way.

    Else it is the next in the part of the inbox that they came from; when that is done, its empty page.
    """
    if in_case := pulling.next_in_case(session, actor, task.case_id, directory=directory):
        return f"/tasks/{in_case.id}"
    kind = (task.chain, task.stage)
    if then == SAME_KIND:
        alike = pulling.next_of_kind(session, actor, kind, directory=directory)
        if alike is not None:
            return f"/tasks/{alike.id}?then={SAME_KIND}"
    parts = MINE_FIRST if part.filter is InboxFilter.ALL else (part.filter,)
    following = inboxes.next_task(
        session, actor, directory=directory, but=task.id, narrow=part.narrow, parts=parts
    )
    return f"/tasks/{following}{part.along}" if following else part.address if part != WHOLE else "/inbox"


def goes_on(task: Task) -> bool:
    """Whether there may be more of its kind for whoever has it: work that is offered, not a post's."""
    return task.queue is not None or task.candidates is not None
