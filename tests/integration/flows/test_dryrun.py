"""What a launch would do, said before anything is written."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import move
from core.events import EventRow
from flows.process import kinds
from flows.process.models import Process
from flows.promotion.dryrun import DryRun, dry_run
from flows.promotion.models import Candidate
from flows.promotion.params import PromotionParams
from personnel.careers import end_holding
from personnel.models import Holding
from tests.integration.flows import cycles
from tests.integration.flows.agency import EFFECTIVE_ON, Agency

PARAMS = PromotionParams(effective_on=EFFECTIVE_ON)


def tried(agency: Agency, params: PromotionParams = PARAMS) -> DryRun:
    return dry_run(agency.session, params)


def holding_of(session: Session, person_id: object) -> Holding:
    return session.scalars(select(Holding).where(Holding.employee_id == person_id)).one()


def test_a_dry_run_finds_what_the_launch_then_does(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    agency.candidate(agency.units[1])
    agency.candidate(agency.units[0], documents=())
    agency.candidate(agency.units[0], status="PPPK")
    before = tried(agency)
    run = cycles.screened(agency)
    outcomes = dict(
        session.execute(select(Candidate.outcome, func.count()).group_by(Candidate.outcome)).all()
    )
    assert len(before.eligible) == outcomes["meets"] == 2
    assert len(before.incomplete) == outcomes["incomplete"] == 1
    assert before.not_eligible == outcomes["fails"]
    assert before.people == sum(outcomes.values())
    assert len(cycles.cases(session, run.process_id)) == 2


def test_a_dry_run_writes_nothing(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    events = session.scalar(select(func.count()).select_from(EventRow))
    tried(agency)
    assert session.scalar(select(func.count()).select_from(EventRow)) == events
    assert session.scalar(select(func.count()).select_from(Process)) == 0
    assert session.scalar(select(func.count()).select_from(Candidate)) == 0


def test_each_rule_that_fails_names_its_people_and_the_figure(session: Session, agency: Agency) -> None:
    late = agency.candidate(agency.units[0], "Terlambat", rank_since=date(2024, 1, 1))
    agency.candidate(agency.units[0])
    rule = next(r for r in tried(agency).failing if r.rule == "years-in-rank" and r.people)
    person = next(p for p in rule.people if p.employee_id == late.id)
    assert person.why[0]["id"] == "3 tahun 0 bulan sejak 01-01-2024"
    assert rule.reference["id"]


def test_the_load_is_counted_for_each_approver(session: Session, agency: Agency) -> None:
    for n in range(5):
        agency.candidate(agency.units[n % 2])
    load = {(entry.stage["en"], entry.approver): entry.cases for entry in tried(agency).ahead.load}
    assert load["Head of unit", agency.heads[0].name] == 3
    assert load["Head of unit", agency.heads[1].name] == 2
    assert load["HR verification", "role:hr-verifier"] == 5
    assert load["Appointing official", agency.mayor.name] == 5


def test_a_vacant_post_is_named_with_how_many_cases_it_stops(session: Session, agency: Agency) -> None:
    for _ in range(3):
        agency.candidate(agency.units[0])
    end_holding(session, agency.actor(agency.hr), holding_of(session, agency.mayor.id).id, date(2026, 1, 1))
    (gap,) = tried(agency).ahead.vacant
    assert (gap.post, gap.cases, gap.holder) == ("Wali Kota", 3, "")


def test_somebody_on_leave_is_named_as_absent(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    today = agency.now.date()
    agency.leave(agency.heads[0], today - timedelta(days=1), today + timedelta(days=10))
    (gap,) = tried(agency).ahead.absent
    assert (gap.holder, gap.cases) == (agency.heads[0].name, 1)


def test_somebody_who_would_decide_twice_is_named_as_a_conflict(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    holding = holding_of(session, agency.mayor.id)
    session.delete(holding)
    session.flush()
    agency.holding(agency.ppk, agency.heads[0])
    (gap,) = tried(agency).ahead.conflicts
    assert (gap.post, gap.holder) == ("Wali Kota", agency.heads[0].name)


def test_an_acting_mayor_may_not_sign_and_the_post_counts_as_vacant(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    session.delete(holding_of(session, agency.mayor.id))
    session.flush()
    agency.holding(agency.ppk, agency.hr, capacity="plt", order_number="800/1")
    assert [gap.post for gap in tried(agency).ahead.vacant] == ["Wali Kota"]


def test_the_finish_lies_as_many_working_days_ahead_as_the_chain_gives(
    session: Session, agency: Agency
) -> None:
    assert tried(agency).finish is None
    agency.candidate(agency.units[0])
    finish = tried(agency).finish
    assert finish
    assert timedelta(days=23) <= finish - agency.now <= timedelta(days=45)


def test_the_window_for_files_is_told(session: Session, agency: Agency) -> None:
    window = tried(agency).window
    assert (window.opens, window.closes) == (date(2026, 11, 16), date(2026, 12, 15))
    move(session, timedelta(days=300))
    assert not tried(agency).window.inside


def test_only_the_chosen_units_and_those_below_are_looked_at(session: Session, agency: Agency) -> None:
    inside, outside = agency.candidate(agency.units[0]), agency.candidate(agency.units[1])
    found = tried(agency, PromotionParams(effective_on=EFFECTIVE_ON, unit_codes=("bidang-1",)))
    ids = {person.employee_id for person in found.eligible}
    assert ids == {inside.id}
    assert outside.id not in ids


def test_the_kind_carries_the_dry_run(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    assert len(kinds.kind("promotion").dry_run(session, PARAMS).eligible) == 1


def test_the_end_is_foretold_with_its_interval_and_what_it_stands_on(
    session: Session, agency: Agency
) -> None:
    assert tried(agency).ahead.forecast is None
    for n in range(6):
        agency.candidate(agency.units[n % 2])
    ahead = tried(agency).ahead
    assert ahead.forecast
    finish = ahead.forecast.finish
    assert agency.now < finish.low95 < finish.low80 < finish.middle < finish.high80 < finish.high95
    assert (ahead.forecast.cases, ahead.forecast.runs) == (6, 500)
    assert [(g.stage["en"], g.measured) for g in ahead.grounds] == [
        ("Head of unit", False),
        ("HR verification", False),
        ("Technical consideration by BKN", False),
        ("Appointing official", False),
    ]


def test_a_dry_run_tells_the_same_twice(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    first, second = tried(agency).ahead.forecast, tried(agency).ahead.forecast
    assert first and second
    assert first.finish.high80 - second.finish.high80 < timedelta(minutes=1)


def test_the_weeks_of_each_approver_add_up_to_their_cases(session: Session, agency: Agency) -> None:
    for n in range(6):
        agency.candidate(agency.units[n % 2])
    totals = {row.approver: round(row.total, 6) for row in tried(agency).ahead.weekly}
    assert totals == {
        agency.heads[0].name: 3,
        agency.heads[1].name: 3,
        agency.verifier.name: 6,
        agency.mayor.name: 6,
    }


def test_leave_that_is_to_come_is_named_and_waited_for(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    at_work = tried(agency).ahead.forecast
    today = agency.now.date()
    span = (today + timedelta(days=1), today + timedelta(days=60))
    agency.leave(agency.heads[0], *span)
    ahead = tried(agency).ahead
    assert [(gap.holder, gap.leave) for gap in ahead.absent] == [(agency.heads[0].name, (span,))]
    assert at_work and ahead.forecast
    assert ahead.forecast.finish.middle > at_work.finish.middle + timedelta(days=30)
