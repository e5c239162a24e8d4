"""Cycles for the tests of flows: launched, screened, decided, without a flow server."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import outside
from approvals.decisions import Verdict, decide
from approvals.models import Case, Decision, Task
from approvals.models_proposals import Proposal
from core import clock
from core.actor import Actor, Role
from core.ids import new_id
from flows.process import cancelling, intents, service
from flows.process.memory import Remembered, Verb, advance
from flows.process.models import IntentKind, Process, ProcessState
from flows.process.run import Run
from flows.process.waiting import GateKind, pass_or_wait
from flows.promotion.candidates import confirm_excluding, exclude_candidate
from flows.promotion.models import Candidate
from flows.promotion.screening import screen_candidates
from personnel.directory import PersonnelDirectory
from tests.integration.flows.agency import EFFECTIVE_ON, Agency

ADMIN = Actor(new_id(), "Admin", frozenset({Role.ADMIN}))
"""Who confirms what takes two."""
CHECKLIST = ("sk-cpns", "sk-pns", "last-rank-decree", "skp-2-years", "diploma")


def create(agency: Agency, **params: Any) -> Process:
    """A cycle as HR writes it down."""
    said = {"kind": "reguler", "effective_on": EFFECTIVE_ON.isoformat(), **params}
    return service.create(
        agency.session, agency.actor(agency.hr), "promotion", "Kenaikan pangkat Januari", said
    )


def launch(agency: Agency, **params: Any) -> Run:
    """A cycle that the keeper has just started, and its first start."""
    process = create(agency, **params)
    ask(agency, process.id, IntentKind.LAUNCH)
    process.state, process.launched_at = ProcessState.RUNNING, clock.now(agency.session)
    agency.session.flush()
    return Run(process.id, process.fence)


def ask(agency: Agency, process_id: UUID, kind: IntentKind, who: Any = None, reason: str = "perlu") -> Any:
    """Ask, and have the keeper carry it out."""
    actor = agency.actor(who or agency.hr)
    intent = cancelling.ask(agency.session, actor, process_id, kind, reason)
    if isinstance(intent, Proposal):
        intent = cancelling.confirm(agency.session, ADMIN, intent.id)
    intents.carry_out(agency.session, intent.id)
    return intent


def through(session: Session, run: Run, name: str, verb: Verb) -> Remembered:
    """A step to its end."""
    while not (remembered := advance(session, run, name, verb)).finished:
        assert not remembered.held
    return remembered


def screened(agency: Agency, **params: Any) -> Run:
    """A cycle whose cases are open."""
    run = launch(agency, **params)
    through(agency.session, run, "screen-candidates", screen_candidates)
    pass_or_wait(agency.session, run, "approvals", GateKind.SETTLED)
    return run


def exclude(agency: Agency, process_id: UUID, person: Any, reason: str) -> Candidate:
    """Proposed by HR, confirmed by the administrator."""
    made = exclude_candidate(agency.session, agency.actor(agency.hr), process_id, person.id, reason)
    return confirm_excluding(agency.session, ADMIN, made.id)


def cases(session: Session, process_id: UUID) -> list[Case]:
    query = select(Case).where(Case.process_id == process_id).order_by(Case.reference)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def open_task(session: Session, case_id: UUID) -> Task:
    query = select(Task).where(Task.case_id == case_id, Task.ended_at.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).one()


def decide_on(agency: Agency, case_id: UUID, who: Any, kind: str = "approve", **said: Any) -> Decision:
    task = open_task(agency.session, case_id)
    checklist = CHECKLIST if task.stage == "verification" else ()
    case = agency.session.get_one(Case, case_id)
    verdict = Verdict(
        kind=kind, checklist=checklist, seen_version=case.version, request_key=str(new_id()), **said
    )
    directory = PersonnelDirectory(agency.session)
    return decide(agency.session, agency.actor(who), task.id, verdict, directory=directory)


def answer(agency: Agency, case_ids: Iterable[UUID], outcome: str = "MS") -> None:
    """The agency outside answers."""
    for case_id in case_ids:
        outside.answer(
            agency.session,
            agency.actor(agency.hr),
            case_id,
            outcome=outcome,
            letter_number="AB-1/KP/2026",
            letter_date=date(2026, 11, 2),
            note="",
            directory=PersonnelDirectory(agency.session),
        )


def approve(agency: Agency, case: Case) -> None:
    """From the head of the unit to the mayor."""
    decide_on(agency, case.id, agency.heads[agency.units.index(_unit(agency, case))])
    decide_on(agency, case.id, agency.verifier)
    answer(agency, [case.id])
    decide_on(agency, case.id, agency.mayor)


def _unit(agency: Agency, case: Case) -> Any:
    return next(unit for unit in agency.units if unit.id == case.unit_id)
