"""What HR steers of a cycle that runs, and what the keeper foretells of it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.events import facts_of, history
from flows.process import foretelling
from flows.process.errors import NotMoreTime, OnlyHrExtends, ReasonNeeded, TooFarAhead
from flows.process.extending import extend
from flows.process.models import IntentKind, Process
from flows.process.run import Run
from notifications.models import Message
from personnel.directory import PersonnelDirectory
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


@pytest.fixture
def run(agency: Agency) -> Run:
    for unit in (agency.units[0], agency.units[0], agency.units[1]):
        agency.candidate(unit)
    return cycles.screened(agency)


def more_time(agency: Agency, run: Run, days: int = 30, reason: str = "libur", who: str = "hr") -> int:
    until = (clock.now(agency.session) + timedelta(days=days)).date()
    given = extend(
        agency.session,
        agency.actor(getattr(agency, who)),
        run.process_id,
        until=until,
        reason=reason,
        directory=PersonnelDirectory(agency.session),
    )
    return given.tasks


def test_more_time_is_told_once_to_each_with_the_number_of_their_tasks(
    session: Session, agency: Agency, run: Run
) -> None:
    assert more_time(agency, run) == 3
    letters = session.scalars(select(Message).where(Message.template == "cycle_extended")).all()
    assert {m.recipient_id: m.facts["tasks"] for m in letters} == {
        agency.heads[0].id: 2,
        agency.heads[1].id: 1,
    }
    told = history(session, run.process_id)[-1]
    assert (told.name, facts_of(told)["reason"]) == ("process.extended", "libur")
    assert more_time(agency, run) == 0
    assert history(session, run.process_id)[-1].id == told.id


def test_more_time_is_hrs_to_give_for_a_reason_while_the_cycle_runs(
    session: Session, agency: Agency, run: Run
) -> None:
    with pytest.raises(OnlyHrExtends):
        more_time(agency, run, who="operator")
    with pytest.raises(ReasonNeeded):
        more_time(agency, run, reason=" ")
    with pytest.raises(TooFarAhead):
        more_time(agency, run, days=400)
    cycles.ask(agency, run.process_id, IntentKind.PAUSE)
    assert more_time(agency, run) == 3
    cycles.ask(agency, run.process_id, IntentKind.CANCEL)
    with pytest.raises(NotMoreTime):
        more_time(agency, run)


def finish(session: Session, run: Run) -> dict[str, str]:
    return session.get_one(Process, run.process_id).progress[foretelling.FINISH]


def test_the_end_is_foretold_and_comes_nearer_as_people_decide(
    session: Session, agency: Agency, run: Run
) -> None:
    assert foretelling.due(session) == [run.process_id]
    foretelling.foretell(session, run.process_id)
    first = finish(session, run)
    now = clock.now(session)
    low, middle, high = (datetime.fromisoformat(first[name]) for name in ("low", "middle", "high"))
    assert now < low <= middle <= high
    assert foretelling.due(session) == []
    for case in cycles.cases(session, run.process_id):
        head = agency.heads[0 if case.unit_id == agency.units[0].id else 1]
        cycles.decide_on(agency, case.id, head)
        cycles.decide_on(agency, case.id, agency.verifier)
    foretelling.foretell(session, run.process_id)
    assert datetime.fromisoformat(finish(session, run)["middle"]) < middle


def test_an_answer_is_reckoned_anew_when_it_is_old_and_none_is_given_with_nothing_open(
    session: Session, agency: Agency, run: Run
) -> None:
    foretelling.foretell(session, run.process_id)
    clock.move(session, timedelta(minutes=16))
    assert foretelling.due(session) == [run.process_id]
    for case in cycles.cases(session, run.process_id):
        cycles.approve(agency, case)
    foretelling.foretell(session, run.process_id)
    assert finish(session, run).keys() == {"at"}


def test_what_a_step_remembers_stays_beside_what_is_foretold(
    session: Session, agency: Agency, run: Run
) -> None:
    before = dict(session.get_one(Process, run.process_id).progress)
    foretelling.foretell(session, run.process_id)
    after = session.get_one(Process, run.process_id).progress
    assert {name: after[name] for name in before} == before
