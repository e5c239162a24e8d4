"""What waits for a second person, in words: what it would do, who proposed it, what the visitor may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import proposals
from approvals.chains import stage_of
from approvals.errors import HrOnly
from approvals.models import Case, ChainVersion
from approvals.models_proposals import Proposal, ProposalKind, ProposalState
from approvals.proposals import CONFIRMERS
from approvals.titles import Titles
from approvals.versions import changes
from core.actor import Actor, Role
from flows.process.models import Process
from personnel.models import Employee
from web.casefiles import Line, line
from web.words import N_

TITLES: Mapping[str, str] = {
    ProposalKind.VERSION: N_("A new version of a chain"),
    ProposalKind.TAKE_OVER: N_("Cases go over to another version"),
    ProposalKind.CORRECTION: N_("A correction that turns a case's way"),
    ProposalKind.REMOVAL: N_("A member loses a seat in a panel"),
    ProposalKind.CANCELLATION: N_("A case ends without a decision"),
    ProposalKind.EXCLUSION: N_("A candidate leaves a cycle"),
    ProposalKind.ERASURE: N_("A person's content is erased by order of the law"),
    ProposalKind.PROCESS_CANCELLATION: N_("A whole cycle is cancelled"),
}
ANSWERS: Mapping[str, str] = {
    ProposalState.WAITING: N_("Waits for a second person"),
    ProposalState.CONFIRMED: N_("Confirmed"),
    ProposalState.TURNED_DOWN: N_("Turned down"),
    ProposalState.TAKEN_BACK: N_("Taken back"),
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as a page lays it out."""

    proposal: Proposal
    title: str
    standing: str
    about: str
    """The case's reference, or the chain and its version's number."""
    address: str
    who: str
    """Whom it concerns: of a removal who loses the seat; else the case's subject."""
    lines: Sequence[Line]
    stages: Sequence[Titles]
    may_answer: bool
    mine: bool


def proposed(session: Session, actor: Actor, language: str, *, waiting: bool = True) -> list[Proposed]:
    """What waits, the oldest first; or what was answered, the latest first. Raises HrOnly."""
    found = proposals.proposals(session, actor, waiting=waiting)
    return [_shown(session, actor, one, language) for one in found if waiting or one.answered_at]


def of_case(session: Session, actor: Actor, case: Case, language: str) -> list[Proposed]:
    """What waits about a case, for those who may know."""
    try:
        proposals.must_oversee(actor)
    except HrOnly:
        return []
    return [_shown(session, actor, one, language) for one in proposals.about_case(session, case.id)]


def of_cycle(session: Session, actor: Actor, process_id: UUID, language: str) -> list[Proposed]:
    """What waits about a whole cycle; for those who may see cycles."""
    waiting = proposals.about_process(session, process_id)
    return [_shown(session, actor, one, language) for one in waiting if one.process_id]


def _shown(session: Session, actor: Actor, one: Proposal, language: str) -> Proposed:
    about, address, who = _about(session, one)
    mine = one.made_by == actor.person_id
    return Proposed(
        one,
        TITLES[one.kind],
        ANSWERS[one.state],
        about,
        address,
        who,
        _lines(session, one, language),
        _stages(session, one),
        may_answer=actor.has(*((Role.ADMIN,) if one.person_id else CONFIRMERS))
        and not mine
        and actor.person_id != one.person_id,
        mine=mine,
    )


def _about(session: Session, one: Proposal) -> tuple[str, str, str]:
    if one.case_id is not None:
        found = select(Case.reference, Case.subject_name).where(Case.id == one.case_id)
        reference, subject = session.execute(found).tuples().one()
        return reference, f"/cases/{one.case_id}", one.body.get("name", subject)
    if one.person_id is not None:
        nip = session.scalars(select(Employee.nip).where(Employee.id == one.person_id)).one()
        return one.body["order"], "/admin/erasures", nip
    if one.process_id is not None:
        cycle = select(Process.reference, Process.title).where(Process.id == one.process_id)
        reference, title = session.execute(cycle).tuples().one()
        return reference, f"/processes/{one.process_id}", title
    found = select(ChainVersion.chain, ChainVersion.number).where(ChainVersion.id == one.version_id)
    chain, number = session.execute(found).tuples().one()
    page = "/in-flight" if one.kind == ProposalKind.TAKE_OVER else ""
    return f"{chain} {number}", f"/hr/chains/{chain}/versions/{number}{page}", ""


def _lines(session: Session, one: Proposal, language: str) -> list[Line]:
    """The facts that a waiting correction would change, as they stand and as they would."""
    if one.kind != ProposalKind.CORRECTION or one.answered_at is not None:
        return []
    data = session.get_one(Case, one.case_id).data
    return [line(change, language) for change in changes(data, {**data, **one.body["data"]})]


def _stages(session: Session, one: Proposal) -> list[Titles]:
    if one.kind != ProposalKind.CORRECTION:
        return []
    version_id = session.get_one(Case, one.case_id).chain_version_id
    return [stage_of(session, version_id, name).title for name in one.body.get("stages", ())]
