"""Appeals: a rejected case looked at again, once, by people who did not decide it, if it is asked in time.

The right is the chain's to give, by its rule. An appeal is a case of its own: what was decided stands in its
record, and a process that has gone on is not changed behind its back.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import chains
from approvals.cases import CaseDraft, begin_cases
from approvals.definition import Appeal
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case
from approvals.errors import AppealedAlready, AppealTooLate, GroundsNeeded, NoAppealHere, NotOwner
from approvals.models import Case, CaseState
from approvals.moving import about
from core import clock
from core.actor import Actor
from core.events import record
from core.worktime import WorkCalendar, after

SHORTEST = 10
"""Grounds shorter than so many letters are none."""


@dataclass(frozen=True, slots=True)
class AppealRight:
    """Until when a case may be appealed, and by which rule; or the appeal that there is."""

    until: datetime
    reference: str
    appeal_id: UUID | None


def right_to_appeal(session: Session, case: Case, *, directory: Directory) -> AppealRight | None:
    """What may be done against a case's outcome; None where there is nothing to appeal."""
    allowed = chains.definition_by_id(session, case.chain_version_id).appeal
    if allowed is None or case.state != CaseState.REJECTED or case.appeals_id or case.settled_at is None:
        return None
    calendar = directory.calendars([case.unit_id])[case.unit_id]
    return AppealRight(
        _ends(allowed, case.settled_at, calendar), allowed.reference, _appeal_of(session, case.id)
    )


def appeal(session: Session, actor: Actor, case_id: UUID, *, grounds: str, directory: Directory) -> UUID:
    """Have a rejected case looked at again by others; returns the appeal, a case of its own.

    Its subject or requester only, once, inside the chain's window of working time. Raises NoSuchCase,
    NotOwner, NoAppealHere, AppealedAlready, AppealTooLate, GroundsNeeded, NoSuchChain, NoStageApplies.
    """
    dossier = lock_case(session, case_id)
    case, now = dossier.case, clock.now(session)
    if actor.person_id is None or actor.person_id not in (case.subject_id, case.requester_id):
        raise NotOwner
    right = right_to_appeal(session, case, directory=directory)
    allowed = dossier.definition.appeal
    if right is None or allowed is None:
        raise NoAppealHere
    if right.appeal_id:
        raise AppealedAlready
    if right.until < now:
        raise AppealTooLate(at=right.until)
    if len(grounds.strip()) < SHORTEST:
        raise GroundsNeeded
    version = chains.current(session, allowed.chain, now)
    draft = _draft(dossier, actor, grounds.strip())
    (appeal_id,) = begin_cases(session, actor, case.process_id, version, [draft], directory=directory)
    said = about(case, "case.appealed", grounds.strip(), appeal=appeal_id, by=actor.person_id)
    record(session, actor, [said])
    return appeal_id


def judges(dossier: Dossier) -> tuple[UUID, ...]:
    """Everybody who decided something on a case, in their own name or for another."""
    people = {d.decider_id for d in dossier.decisions} | {d.acting_for_id for d in dossier.decisions}
    return tuple(sorted(person for person in people if person))


def _draft(dossier: Dossier, actor: Actor, grounds: str) -> CaseDraft:
    case = dossier.case
    return CaseDraft(
        natural_key=f"appeal:{case.id}",
        reference=f"{case.reference}/K",
        title=case.title,
        subject_id=case.subject_id,
        subject_name=case.subject_name,
        unit_id=case.unit_id,
        requester_id=actor.person_id,
        data={
            **case.data,
            "appeal": {"against": case.reference, "outcome": case.outcome, "grounds": grounds},
        },
        appeals_id=case.id,
        judged=judges(dossier),
    )


def _ends(allowed: Appeal, settled_at: datetime, calendar: WorkCalendar) -> datetime:
    return after(calendar, settled_at, allowed.within)


def _appeal_of(session: Session, case_id: UUID) -> UUID | None:
    return session.scalar(select(Case.id).where(Case.appeals_id == case_id))
