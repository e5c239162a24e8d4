"""Who may steer work that is not theirs to decide: HR, operators, superiors; nobody in a conflict."""

from datetime import datetime

from approvals.candidates import assign
from approvals.directory import Directory
from approvals.dossier import Dossier
from approvals.errors import CommentNeeded, HrOnly
from approvals.handover import Pending
from approvals.models import Task
from approvals.obstacles import NotSuperior, NotWithYou, OverseersOnly
from core.actor import Actor, Role


def must_be_hr(dossier: Dossier, actor: Actor) -> None:
    """Raises HrOnly; the conflict of interest, where the case is their own."""
    if not actor.has(Role.HR):
        raise HrOnly
    must_be_of_others(dossier, actor)


def must_oversee(dossier: Dossier, actor: Actor) -> None:
    """HR or an operator. Raises OverseersOnly; the conflict of interest, where the case is their own."""
    if not actor.has(Role.HR, Role.OPERATOR):
        raise OverseersOnly
    must_be_of_others(dossier, actor)


def must_have(task: Task, actor: Actor) -> None:
    """Raises NotWithYou unless the task is in somebody's hands."""
    if actor.person_id is None or task.assignee_id != actor.person_id:
        raise NotWithYou


def must_be_of_others(dossier: Dossier, actor: Actor) -> None:
    """Nobody steers a case in which they have a conflict of interest: about themselves or somebody they are
    tied to, raised by them, decided by them before an appeal, left by stepping aside. Raises it."""
    if conflict := dossier.interests.conflict_of(actor.person_id):
        raise conflict


def must_be_above(dossier: Dossier, task: Task, actor: Actor, *, directory: Directory, now: datetime) -> None:
    """HR, or whom the task would be escalated to. Raises NotSuperior; the conflict of interest."""
    if not actor.has(Role.HR):
        wanted = Pending(task, dossier.case, dossier.stage_of(task)).higher_up()
        (above,) = assign([wanted], directory, now) if wanted else (None,)
        if above is None or actor.person_id is None or above.assignee_id != actor.person_id:
            raise NotSuperior
    must_be_of_others(dossier, actor)


def must_say(reason: str) -> str:
    """The reason, without blanks around it. Raises CommentNeeded when there is none."""
    if not (said := reason.strip()):
        raise CommentNeeded
    return said
