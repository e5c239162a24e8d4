"""What the records say of people moves what is pending, in the same transaction."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.decisions import Verdict, decide
from approvals.errors import EmptiedIt, RelatedToSubject, TieUnanswered
from core.actor import Role
from core.clock import move
from core.errors import MufakatError
from flows.process.handovers import hand_over_due
from personnel import absences, careers, importing, relations
from personnel.directory import PersonnelDirectory
from personnel.models import Holding, Position
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency
from tests.unit.personnel.files import xlsx


def test_a_tie_that_is_declared_takes_the_case_from_the_head_at_once(
    session: Session, agency: Agency
) -> None:
    subject = agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    head = agency.heads[0]
    relations.declare(session, agency.actor(head), head.id, subject.id, "household")
    task = cycles.open_task(session, case.id)
    assert task.assignee_id != head.id
    verdict = Verdict(kind="approve", seen_version=1, request_key="tied")
    with pytest.raises(RelatedToSubject):
        decide(session, agency.actor(head), task.id, verdict, directory=PersonnelDirectory(session))


def test_nobody_chooses_their_judges_by_declaring_ties_to_the_others(
    session: Session, agency: Agency
) -> None:
    subject, head = agency.candidate(agency.units[0]), agency.heads[0]
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    tie = relations.declare(session, agency.actor(subject), subject.id, head.id, "family")
    task = cycles.open_task(session, case.id)
    assert task.assignee_id == head.id
    verdict = Verdict(kind="approve", seen_version=1, request_key="said")
    with pytest.raises(TieUnanswered), session.begin_nested():
        decide(session, agency.actor(head), task.id, verdict, directory=PersonnelDirectory(session))
    relations.answer(session, agency.actor(head), tie.id, so=False)
    decide(session, agency.actor(head), task.id, verdict, directory=PersonnelDirectory(session))


def test_a_tie_that_is_admitted_takes_the_case_away(session: Session, agency: Agency) -> None:
    subject, head = agency.candidate(agency.units[0]), agency.heads[0]
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    tie = relations.declare(session, agency.actor(subject), subject.id, head.id, "family")
    relations.answer(session, agency.actor(head), tie.id, so=True)
    assert cycles.open_task(session, case.id).assignee_id != head.id


def test_a_tie_that_ends_by_the_calendar_bars_nobody_any_more(session: Session, agency: Agency) -> None:
    subject, head = agency.candidate(agency.units[0]), agency.heads[0]
    today = agency.now.date()
    relations.declare(
        session,
        agency.actor(head),
        head.id,
        subject.id,
        "competitor",
        starts_on=today - timedelta(days=3),
        ends_on=today + timedelta(days=1),
    )
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    assert cycles.open_task(session, case.id).assignee_id != head.id
    assert hand_over_due(session) == 0
    move(session, timedelta(days=2))
    assert hand_over_due(session) == 1
    assert (cycles.cases(session, run.process_id)[0].tied, cycles.open_task(session, case.id).barred) == (
        [],
        [subject.id],
    )


def _ends(session: Session, agency: Agency) -> None:
    head = agency.heads[0]
    held = session.scalars(select(Holding).where(Holding.employee_id == head.id)).one()
    careers.end_holding(session, agency.actor(agency.hr), held.id, agency.now.date() - timedelta(days=1))


def _says_that_they_left(session: Session, agency: Agency) -> None:
    head, unit = agency.heads[0], agency.units[0]
    rows = [["NIP", "Nama", "Unit Kerja", "Tanggal Berhenti"]]
    rows.append([head.nip, head.name, unit.code, agency.now.date().strftime("%d-%m-%Y")])
    actor = agency.actor(agency.hr)
    made = importing.preview(session, actor, "pegawai.xlsx", xlsx({"Pegawai": rows}))
    importing.apply(session, actor, made.id)
    hand_over_due(session)


@pytest.mark.parametrize("empties", [_ends, _says_that_they_left])
def test_whoever_emptied_a_post_does_not_decide_in_its_place(
    session: Session, agency: Agency, empties: Callable[[Session, Agency], None]
) -> None:
    agency.candidate(agency.units[0])
    other = agency.person(agency.badan, "Nurul Hidayah", roles=[Role.HR])
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    empties(session, agency)
    task = cycles.open_task(session, case.id)
    assert task.queue == "role:hr"
    verdict = Verdict(kind="approve", seen_version=1, request_key="instead")
    with pytest.raises(EmptiedIt), session.begin_nested():
        decide(session, agency.actor(agency.hr), task.id, verdict, directory=PersonnelDirectory(session))
    decide(session, agency.actor(other), task.id, verdict, directory=PersonnelDirectory(session))


def test_leave_from_today_hands_the_task_to_whoever_acts(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    deputy = agency.person(agency.units[0], "Pelaksana Harian")
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    task = cycles.open_task(session, case.id)
    post = session.get_one(Position, task.position_id)
    today = agency.now.date()
    span = {"starts_on": today - timedelta(days=1), "ends_on": today + timedelta(days=5)}
    careers.hold(
        session,
        agency.actor(agency.hr),
        post.id,
        deputy.id,
        capacity=careers.Capacity.PLH,
        order_number="800/3",
        **span,
    )
    assert cycles.open_task(session, case.id).assignee_id == agency.heads[0].id
    absences.record(session, agency.actor(agency.hr), agency.heads[0].id, kind="sick", **span)
    assert cycles.open_task(session, case.id).assignee_id == deputy.id


def test_an_order_to_act_covers_no_more_than_it_says(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0], rank="III/a")
    deputy = agency.person(agency.units[0], "Pelaksana Harian")
    run = cycles.screened(agency)
    (case,) = cycles.cases(session, run.process_id)
    task = cycles.open_task(session, case.id)
    post = session.get_one(Position, task.position_id)
    first = agency.now.date() - timedelta(days=1)
    holding = agency.holding(
        post,
        deputy,
        capacity="plh",
        order_number="800/4",
        starts_on=first,
        ends_on=first + timedelta(days=9),
        scope={"chains": ["rank-promotion"], "up_to_rank": 8},
    )
    with pytest.raises(MufakatError):
        cycles.decide_on(agency, case.id, deputy)
    holding.scope = {"up_to_rank": 9}
    session.flush()
    decision = cycles.decide_on(agency, case.id, deputy)
    assert (decision.capacity, decision.order_number) == ("plh", "800/4")
