"""Many tasks decided in one go: each by itself, in a transaction of its own, each with its answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from approvals import access
from approvals import inbox as inboxes
from approvals.chains import definition_by_id
from approvals.decisions import Verdict, decide
from approvals.directory import Directory
from approvals.inbox import InboxRow
from approvals.models import Case, Task
from approvals.narrowing import Narrow
from approvals.stage import Stage
from approvals.titles import Reasons
from core.actor import Actor
from core.database import transaction
from core.errors import MufakatError
from web.inbox_view import View

MOST = 200


class NotNow(MufakatError):
    """This one could not be decided just now; nothing of it was changed. Open it and decide it by itself."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A task that was chosen, as its inbox shows it, and its stage."""

    row: InboxRow
    stage: Stage
    reasons: Mapping[str, Reasons]

    @property
    def alone(self) -> bool:
        """Whether it can't be approved with others: its documents are ticked off one by one."""
        return bool(self.stage.checklist)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, and what can be said of all of it."""

    chosen: Sequence[Chosen]
    gone: int
    """How many of them are not in the inbox any more."""

    @property
    def approvable(self) -> Sequence[Chosen]:
        return [one for one in self.chosen if not one.alone]

    def reasons(self, kind: str) -> Reasons:
        """The reasons that every one of their stages knows."""
        known = [one.reasons[kind] for one in self.chosen]
        first = known[0] if known else {}
        return {code: title for code, title in first.items() if all(code in other for other in known)}


def choose(session: Session, actor: Actor, ids: Sequence[UUID], *, directory: Directory) -> Choice:
    """The tasks that somebody chose, as far as they still wait for them."""
    wanted = tuple(dict.fromkeys(ids))[:MOST]
    found = _rows(session, actor, View(), Narrow(tasks=wanted), directory)
    return Choice(found, max(0, len(wanted) - len(found)))


def choose_all(session: Session, actor: Actor, view: View, *, directory: Directory) -> Choice:
    """A whole part of the inbox, as far as so many go at once."""
    return Choice(_rows(session, actor, view, view.narrow, directory), 0)


def _rows(
    session: Session, actor: Actor, view: View, narrow: Narrow, directory: Directory
) -> Sequence[Chosen]:
    rows = inboxes.inbox(
        session,
        actor,
        directory=directory,
        filter=view.filter,
        narrow=narrow,
        order=view.order,
        limit=MOST,
    )
    return [_chosen(session, row) for row in rows]


def _chosen(session: Session, row: InboxRow) -> Chosen:
    definition = definition_by_id(session, session.get_one(Case, row.case_id).chain_version_id)
    stage = definition.stage(row.stage)
    reasons = {kind: definition.reasons_for(kind, stage.name) for kind in ("return", "reject")}
    return Chosen(row, stage, reasons)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one: decided, or why not; its names where the person may know them."""

    task_id: UUID
    reference: str
    name: str
    refusal: MufakatError | None


def decide_each(
    actor: Actor,
    seen: Mapping[UUID, int],
    verdict: Callable[[UUID, int], Verdict],
    directory: Callable[[Session], Directory],
) -> list[Answer]:
    """Decide each in a transaction of its own, so that a refusal undoes no other; in the order given.

    `seen` is the version of its case that was shown, by task. Opens its own sessions: nothing may be held by
    the caller's.
    """
    return [_one(actor, task_id, verdict(task_id, version), directory) for task_id, version in seen.items()]


def _one(actor: Actor, task_id: UUID, verdict: Verdict, directory: Callable[[Session], Directory]) -> Answer:
    refusal: MufakatError | None = None
    try:
        with transaction() as session:
            decide(session, actor, task_id, verdict, directory=directory(session))
    except MufakatError as error:
        refusal = error
    except OperationalError:  # somebody else held the case for too long
        refusal = NotNow()
    with transaction() as session:
        return Answer(task_id, *_names(session, actor, task_id, directory(session)), refusal)


def _names(session: Session, actor: Actor, task_id: UUID, directory: Directory) -> tuple[str, str]:
    case = session.scalar(select(Case).join(Task).where(Task.id == task_id))
    if case is None or not access.may_see(session, actor, case, directory=directory):
        return "", ""
    return case.reference, case.subject_name
