"""Completing a file while a cycle goes on: the person sends what is missing, HR checks it, the approval
enters it in the record and puts the person into the cycle, if the rules then allow it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import cases, documents
from approvals.cases import CaseDraft
from approvals.directory import Directory
from approvals.documents import Incoming
from approvals.models import Case
from core import clock
from core.actor import Actor, system
from core.errors import Conflict, Invalid, MufakatError, NotFound
from core.events import Recorded
from core.settings import ROOT, settings
from flows.process import standing_cases
from flows.process.models import ENDED, Process
from flows.promotion.candidates import admit
from flows.promotion.errors import CycleClosed, NoSuchCandidate
from flows.promotion.models import Candidate, Screening
from flows.promotion.pinned import rulebook_of
from flows.promotion.rulebook import Said
from personnel import filing, ranks
from personnel.filing import Paper
from personnel.models import Employee
from personnel.names import full_name

CHAIN = "file-completion"
CHAIN_FILE = ROOT / "flows" / "completion" / "chain.yaml"
STANDING = UUID("00270022-0030-4000-8000-000000000002")
"""Instead of a process: these cases belong to none; their keys begin with the cycle's id."""
LONGEST = 100


class FileNotAsked(Conflict):
    """Nothing is missing in your file for this cycle, or HR has put that right meanwhile; nothing was
    sent."""


class SentAlready(Conflict):
    """What you sent is being checked by HR; nothing was sent twice. Add to that case if something is wrong
    in it."""


class PapersMissing(Invalid):
    """Still missing: {which}. Nothing was sent; choose a file and write a number for each document, and send
    them together."""


class BadPaperDate(Invalid):
    """The date {said} is not a day that has been; nothing was sent. Write the date that stands on the
    document, or leave it empty."""


@dataclass(frozen=True, slots=True)
class Given:
    """A document as the person sends it."""

    file: Incoming | None
    number: str = ""
    dated: str = ""


def needed(session: Session, process: Process, candidate: Candidate) -> dict[str, Said]:
    """The documents that screening missed and that the record still lacks, by key."""
    book = rulebook_of(session, process)
    missed = [name for finding in candidate.findings for name in finding.get("missing", ())]
    present = filing.kinds_of(session, candidate.employee_id)
    return {name: book.documents[name] for name in missed if name in book.documents and name not in present}


def under_way(cases_of_person: Sequence[Case], process_id: UUID) -> Case | None:
    """Which of somebody's cases completes their file for a cycle, while it goes on."""
    return next(
        (
            case
            for case in cases_of_person
            if case.process_id == STANDING
            and case.settled_at is None
            and case.natural_key.startswith(f"{process_id}:")
        ),
        None,
    )


def send(
    session: Session, actor: Actor, process_id: UUID, given: Mapping[str, Given], *, directory: Directory
) -> UUID:
    """Send everything that one's file lacks for a cycle; returns the case by which HR checks it.

    Raises NotFound, NoSuchCandidate, CycleClosed, FileNotAsked, SentAlready, PapersMissing, BadPaperDate, and
    what documents.add raises.
    """
    person = session.get(Employee, actor.person_id, with_for_update=True) if actor.person_id else None
    if person is None:
        raise NotFound
    wanted = _wanted(session, process_id, person.id)
    papers = _papers(session, wanted, given)
    known = session.scalars(select(Case).where(Case.subject_id == person.id, Case.process_id == STANDING))
    earlier = known.all()
    if under_way(earlier, process_id):
        raise SentAlready
    draft = _draft(session, person, process_id, len(earlier), papers)
    (case_id,) = cases.begin_cases(
        session,
        actor,
        STANDING,
        standing_cases.version(session, CHAIN, CHAIN_FILE),
        [draft],
        directory=directory,
    )
    for key, said in wanted.items():
        file = given[key].file
        assert file is not None  # _papers has looked
        title = said.said(settings().office.language)
        documents.add(session, actor, case_id, file, title=title, key=key, directory=directory)
    return case_id


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Enter what was approved, and put the person into the cycle, in the transaction of the approval."""
    for event in recorded:
        if event.name == "case.approved" and event.facts.get("process") == STANDING:
            _enter(session, session.get_one(Case, event.facts["case"]))


def _enter(session: Session, case: Case) -> None:
    flow = system("flow")
    papers = [Paper.read(key, said) for key, said in case.data["papers"].items()]
    filing.enter(session, flow, case.subject_id, papers, case.id)
    try:
        with session.begin_nested():
            admit(session, flow, UUID(case.natural_key.partition(":")[0]), case.subject_id, case.reference)
    except MufakatError:
        return  # the papers are in the record all the same; HR sees what still stands against it


def _wanted(session: Session, process_id: UUID, person_id: UUID) -> dict[str, Said]:
    process, candidate = session.get(Process, process_id), session.get(Candidate, (process_id, person_id))
    if process is None or candidate is None:
        raise NoSuchCandidate
    if process.state in ENDED:
        raise CycleClosed
    wanted = needed(session, process, candidate)
    if candidate.outcome != Screening.INCOMPLETE or not wanted:
        raise FileNotAsked
    return wanted


def _papers(session: Session, wanted: Mapping[str, Said], given: Mapping[str, Given]) -> dict[str, Paper]:
    language = settings().office.language
    absent = [
        said.said(language)
        for key, said in wanted.items()
        if not (one := given.get(key)) or one.file is None or not one.number.strip()
    ]
    if absent:
        raise PapersMissing(which=", ".join(absent))
    today = clock.now(session).astimezone(settings().zone).date()
    return {
        key: Paper(key, given[key].number.strip()[:LONGEST], _day(given[key].dated, today)) for key in wanted
    }


def _day(said: str, today: date) -> date | None:
    if not said.strip():
        return None
    try:
        day = date.fromisoformat(said.strip())
    except ValueError as exc:
        raise BadPaperDate(said=said[:40]) from exc
    if day > today:
        raise BadPaperDate(said=said[:40])
    return day


def _draft(
    session: Session, person: Employee, process_id: UUID, before: int, papers: Mapping[str, Paper]
) -> CaseDraft:
    now, name = clock.now(session), full_name(person.front_title, person.name, person.back_title)
    nth = standing_cases.next_number(session, STANDING)
    return CaseDraft(
        natural_key=f"{process_id}:{person.id}:{before}",
        reference=f"KLB-{now:%Y-%m}/{nth:04d}",
        title="Kelengkapan berkas",
        subject_id=person.id,
        subject_name=name,
        unit_id=person.unit_id,
        requester_id=person.id,
        data={
            "nip": person.nip,
            "subject": {"rank": ranks.order(person.rank) if person.rank else 0},
            "cycle": str(process_id),
            "papers": {key: paper.plain for key, paper in papers.items()},
        },
        is_fixed=True,
    )
