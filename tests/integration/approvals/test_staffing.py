"""Whom a cohort would go to: posts, queues, panels; vacancies, conflicts, and nobody asked twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals.definition import parse
from approvals.forecast import forecast
from approvals.pace import Pace
from approvals.staffing import Prospect, Staffing, office_table, staff
from core import clock
from tests.integration.approvals.desk import CHAIN
from tests.integration.approvals.office import Office, named
from tests.integration.approvals.past import Past

TODAY = datetime.now(UTC).date()
pytestmark = pytest.mark.usefixtures("wired")


@pytest.fixture
def office() -> Office:
    office = Office.usual()
    for name in ("Karta", "Kirana", "Komang"):
        office.employ(name, "badan", "committee")
    return office


def prospects(*names: str, rank: int = 9) -> list[Prospect]:
    return [Prospect(named(n), named("seksi"), {"subject": {"rank": rank}}) for n in names or ("Budi",)]


def staffed(session: Session, office: Office, those: list[Prospect], chain: str = CHAIN) -> Staffing:
    return staff(parse(chain), those, office, clock.now(session))


def gaps(found: Staffing) -> list[tuple[str, str, int]]:
    return [(gap.kind, gap.stage.name, gap.cases) for gap in found.gaps]


def names(office: Office, found: Staffing, stage: int) -> set[frozenset[str]]:
    """Who may take the seats of a stage."""
    return {
        frozenset(office.staff[found.people[n]].name for n in seat)
        for route in found.routes
        for step in route
        if step.stage == stage
        for seat in step.seats
    }


def panelled(decide: str, candidates: str = "{role: committee}") -> str:
    head = "chain: c\ntitle: {id: C, en: C}\nstages:\n"
    return f"{head}  - {{stage: s, candidates: {candidates}, decide: {decide}}}\n"


def test_each_case_goes_to_its_unit_s_head_the_queue_and_the_mayor(session: Session, office: Office):
    found = staffed(session, office, prospects("Budi", "Citra"))
    assert names(office, found, 0) == {frozenset({"Kasi"})}
    assert names(office, found, 1) == {frozenset({"Vera", "Viktor"})}
    assert [len(route) for route in found.routes] == [4, 4]
    assert [(s.stage.name, s.cases) for s in found.shares] == [
        ("unit-head", 2),
        ("verification", 2),
        ("appointing-official", 2),
    ]


def test_a_stage_whose_condition_does_not_hold_is_no_step(session: Session, office: Office):
    low, high = staffed(session, office, prospects()), staffed(session, office, prospects(rank=12))
    assert [step.stage for step in low.routes[0]] == [0, 1, 2, 4]
    assert [step.stage for step in high.routes[0]] == [0, 1, 2, 3, 4]


def test_a_vacant_post_is_a_gap_and_hr_would_be_asked(session: Session, office: Office):
    office.vacate("head", "seksi")
    found = staffed(session, office, prospects("Budi", "Citra"))
    assert gaps(found) == [("vacant", "unit-head", 2)]
    assert names(office, found, 0) == {frozenset({"Hana"})}


def test_who_would_judge_themselves_is_a_conflict(session: Session, office: Office):
    found = staffed(session, office, prospects("Walikota"))
    assert gaps(found) == [("conflict", "appointing-official", 1)]
    assert found.gaps[0].person_id == named("Walikota")


def test_who_would_decide_twice_is_a_conflict(session: Session, office: Office):
    office.appoint("ppk", "kota", "Kasi")
    assert gaps(staffed(session, office, prospects())) == [("conflict", "appointing-official", 1)]


@pytest.mark.parametrize(
    ("decide", "need"),
    [
        ("any", 1),
        ("all", 3),
        ("first-reject", 3),
        ("{quorum: 2}", 2),
        ("{majority: more-than-half, of: seats}", 2),
        ("{majority: unanimous, of: seats}", 3),
    ],
)
def test_a_panel_is_settled_by_as_many_approvals_as_its_rule_asks(
    session: Session, office: Office, decide: str, need: int
):
    (route,) = staffed(session, office, prospects(), panelled(decide)).routes
    assert (route[0].need, len(route[0].seats)) == (need, 1 if decide == "any" else 3)


def test_a_member_of_a_panel_who_is_judged_there_steps_aside(session: Session, office: Office):
    found = staffed(session, office, prospects("Karta"), panelled("all"))
    assert gaps(found) == [("conflict", "s", 1)]
    assert names(office, found, 0) == {frozenset({"Kirana"}), frozenset({"Komang"})}


def test_a_panel_too_small_for_its_quorum_is_a_gap(session: Session, office: Office):
    found = staffed(session, office, prospects(), panelled("{quorum: 4}"))
    assert gaps(found) == [("vacant", "s", 1)]


def test_a_sequence_keeps_its_order(session: Session, office: Office):
    wanted = "[{holder_of: head, unit: subject.unit}, {holder_of: head, unit: subject.unit.parent}]"
    (route,) = staffed(session, office, prospects(), panelled("sequence", wanted)).routes
    assert route[0].how == "sequence"
    assert [office.staff[found].name for found in _people(session, office, wanted)] == ["Kasi", "Kabid"]


def _people(session: Session, office: Office, wanted: str) -> list[Any]:
    return staffed(session, office, prospects(), panelled("sequence", wanted)).people


def test_a_thousand_cases_ask_the_directory_as_often_as_one(session: Session, office: Office):
    def questions(cases: int) -> int:
        office.asked = 0
        staffed(session, office, prospects(*(["Budi"] * cases)))
        return office.asked

    assert questions(1_000) == questions(1)


def test_the_plan_knows_what_lies_before_people_and_when_they_are_away(session: Session, office: Office):
    now, past = clock.now(session), Past.of(session)
    for _ in range(3):
        past.task(now - timedelta(days=1))
    past.task(now, state="offered", assignee_id=None, queue="role:hr-verifier", stage="verification")
    past.task(now, state="offered", assignee_id=None, queue="role:hr-verifier", stage="verification")
    definition, table = parse(CHAIN), office_table(office, [named("seksi")], now)
    assert table
    found = staff(definition, prospects(), office, now)
    away = {named("Walikota"): [(TODAY, TODAY + timedelta(days=9))]}
    paces = [Pace(stage.name, 3600.0) for stage in definition.stages]
    plan = found.plan(session, office, paces, table=table, leave=away, now=now)
    servers = {office.staff[s.person_id].name: s for s in plan.servers if s.person_id}
    assert {name: s.backlog for name, s in servers.items()} == {
        "Kasi": 3,
        "Vera": 1,
        "Viktor": 1,
        "Walikota": 0,
    }
    assert [name for name, s in servers.items() if s.own] == ["Walikota"]
    assert forecast(plan)


def test_who_is_away_for_years_does_not_break_the_forecast(session: Session, office: Office):
    now = clock.now(session)
    table = office_table(office, [named("seksi")], now)
    assert table
    definition = parse(CHAIN)
    paces = [Pace(stage.name, 3600.0) for stage in definition.stages]
    away = {named("Kasi"): [(TODAY, TODAY + timedelta(days=2_000))]}
    found = staff(definition, prospects(), office, now)
    told = forecast(found.plan(session, office, paces, table=table, leave=away, now=now))
    assert told
    assert told.finish.low95 > now + timedelta(days=600)


def test_no_units_have_no_calendar(session: Session, office: Office):
    assert office_table(office, [], clock.now(session)) is None


def test_a_stage_that_a_rule_passes_asks_nobody(session: Session, office: Office):
    automatic = CHAIN.replace(
        "  - stage: verification\n",
        "  - stage: verification\n    kind: automatic\n    pass_when: subject.rank < 10\n",
    )
    low, high = prospects(rank=9), prospects(rank=11)
    assert [step.stage for step in staffed(session, office, low, automatic).routes[0]] == [0, 2, 4]
    assert [step.stage for step in staffed(session, office, high, automatic).routes[0]] == [0, 1, 2, 4]
