"""Correction of personal data as a case: the person asks, HR checks, the approval changes the record."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals import cases
from approvals.cases import CaseDraft
from approvals.directory import Directory
from approvals.models import Case, CaseState
from core import clock
from core.actor import Actor, system
from core.errors import Conflict, Invalid, NotFound
from core.events import Recorded
from core.ids import new_id
from core.rows import Changes
from core.settings import ROOT
from flows.process import standing_cases
from personnel import corrections, ranks
from personnel.models import Employee
from personnel.names import full_name

CHAIN = "data-correction"
CHAIN_FILE = ROOT / "flows" / "correction" / "chain.yaml"
STANDING = UUID("00270022-0030-4000-8000-000000000001")
"""Instead of a process: these cases belong to none, each begins and ends by itself. No flow runs for them."""
MOST_OPEN = 3
LONGEST = 2_000


class ReasonForCorrection(Invalid):
    """Say in a few words what is wrong, and by which document it can be seen; nothing was sent."""


class EnoughAsked(Conflict):
    """{count} requests of yours are open already; nothing was sent. Wait until HR has decided one, or
    withdraw it."""


def ask(
    session: Session, actor: Actor, wanted: Mapping[str, str], reason: str, *, directory: Directory
) -> UUID:
    """Ask for a correction of one's own record; returns the case.

    Raises ReasonForCorrection, BadValue, NothingToCorrect, EnoughAsked, NotFound.
    """
    person = session.get(Employee, actor.person_id, with_for_update=True) if actor.person_id else None
    if person is None:
        raise NotFound
    if not reason.strip() or len(reason) > LONGEST:
        raise ReasonForCorrection
    changes = corrections.checked(session, person, wanted)
    if (count := _open(session, person.id)) >= MOST_OPEN:
        raise EnoughAsked(count=count)
    draft = _draft(session, person, changes, reason.strip())
    (case_id,) = cases.begin_cases(
        session,
        actor,
        STANDING,
        standing_cases.version(session, CHAIN, CHAIN_FILE),
        [draft],
        directory=directory,
    )
    return case_id


def of_person(session: Session, person_id: UUID) -> Sequence[Case]:
    """A person's requests, the latest first."""
    query = select(Case).where(Case.process_id == STANDING, Case.subject_id == person_id)
    return session.scalars(query.order_by(Case.opened_at.desc(), Case.id)).all()


def herald(session: Session, recorded: Sequence[Recorded], changes: Changes) -> None:
    """Change the record in the transaction of the approval that allows it, before anybody is told of it.

    So the mail goes to the address as it is from now on.
    """
    del changes
    for event in recorded:
        if event.name == "case.approved" and event.facts.get("process") == STANDING:
            case = session.get_one(Case, event.facts["case"])
            corrections.apply(session, system("flow"), case.subject_id, case.data["corrections"], case.id)


def _open(session: Session, person_id: UUID) -> int:
    alive = (Case.process_id == STANDING, Case.subject_id == person_id, Case.settled_at.is_(None))
    return session.scalars(select(func.count()).where(*alive, Case.state != CaseState.DRAFT)).one()


def _draft(
    session: Session, person: Employee, changes: Mapping[str, Mapping[str, str]], reason: str
) -> CaseDraft:
    now, name = clock.now(session), full_name(person.front_title, person.name, person.back_title)
    nth = standing_cases.next_number(session, STANDING)
    rank = ranks.order(person.rank) if person.rank else 0
    return CaseDraft(
        natural_key=f"correction:{new_id()}",
        reference=f"PDP-{now:%Y-%m}/{nth:04d}",
        title=f"Perbaikan data pribadi: {name}",
        subject_id=person.id,
        subject_name=name,
        unit_id=person.unit_id,
        requester_id=person.id,
        data={
            "nip": person.nip,
            "subject": {"rank": rank},
            "corrections": {field: dict(change) for field, change in changes.items()},
            "reason": reason,
        },
    )
