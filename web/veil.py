"""What is not the caller's to see is answered as if it were not there, whatever a verb would have said."""

from collections.abc import Generator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import access, decisions, instruments
from approvals.directory import Directory
from approvals.dossier import read_task
from approvals.entitlement import may_claim
from approvals.errors import NoSuchCase, NoSuchDelegation, NoSuchTask, NotYourDelegation
from approvals.models import Case, Delegation, Task
from core.actor import Actor
from core.errors import MufakatError


@contextmanager
def of_task(session: Session, actor: Actor, task_id: UUID, directory: Directory) -> Generator[None]:
    """A refusal about a task passes only to those who may know of the task. Raises NoSuchTask instead.

    Asked after the refusal alone: what succeeds costs nothing more. What was tried is given up before.
    """
    try:
        yield
    except MufakatError:
        session.rollback()
        if not knows_task(session, actor, task_id, directory):
            raise NoSuchTask from None
        raise


@contextmanager
def of_case(session: Session, actor: Actor, case_id: UUID, directory: Directory) -> Generator[None]:
    """The same of a case. Raises NoSuchCase."""
    try:
        yield
    except MufakatError:
        session.rollback()
        access.must_see(session, actor, case_id, directory=directory)
        raise


def revoke_delegation(session: Session, actor: Actor, delegation_id: UUID) -> Delegation:
    """End a delegation; another's is not there. Raises NoSuchDelegation, DelegationEnded."""
    try:
        return instruments.revoke(session, actor, delegation_id)
    except NotYourDelegation as exc:
        raise NoSuchDelegation from exc


def knows_task(session: Session, actor: Actor, task_id: UUID, directory: Directory) -> bool:
    """Whether somebody may know of a task: they see its case, or were offered it before a colleague took
    it."""
    _, task = read_task(session, task_id)
    try:
        access.must_see(session, actor, task.case_id, directory=directory)
    except NoSuchCase:
        return may_claim(task, actor)
    return True


def case_of(session: Session, actor: Actor, task: Task, directory: Directory) -> Case:
    """The case of a task for who sees it. Whoever was offered the task before a colleague took it is told so.

    Raises NoSuchTask, and what says who took or decided it.
    """
    try:
        return access.must_see(session, actor, task.case_id, directory=directory)
    except NoSuchCase:
        if may_claim(task, actor):
            decisions.may_decide(session, actor, task.id, directory=directory)
        raise NoSuchTask from None


def refusal(session: Session, actor: Actor, task_id: UUID, directory: Directory) -> MufakatError | None:
    """Why somebody may not decide a task now; None when they may."""
    try:
        decisions.may_decide(session, actor, task_id, directory=directory)
    except MufakatError as error:
        return error
    return None
