"""The office's figures against a small past that is known to the minute, and who may see which."""

from datetime import date, timedelta
from itertools import cycle
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from approvals.analytics import By, StageTime, reasons, seen_by, stage_times, stage_titles
from approvals.measuring import Slice
from approvals.overruns import Survival, overruns
from approvals.pace import FEWEST
from approvals.workload import loads, stage_flows
from core import clock
from core.actor import Actor, Role
from core.errors import NotAllowed
from core.ids import new_id
from tests.integration.approvals.desk import CHAIN
from tests.integration.approvals.office import named
from tests.integration.approvals.past import Past, at

HOUR = 3600.0
HR = Actor(new_id(), "HR", frozenset({Role.HR}))
AUDITOR = Actor(new_id(), "Auditor", frozenset({Role.AUDITOR}))
MARCH = Slice(at(2026, 3, 1), at(2026, 4, 1))
pytestmark = pytest.mark.usefixtures("wired")


@pytest.fixture
def past(session: Session) -> Past:
    return Past.of(session)


def as_person(name: str) -> Actor:
    return Actor(named(name), name, frozenset({"employee"}))


def times(past: Past, actor: Actor = HR, slice: Slice = MARCH, by: By = "stage") -> list[StageTime]:
    return stage_times(past.session, actor, slice, directory=past.office, by=by)


def test_the_middle_and_the_late_of_a_stage_are_in_working_time(past: Past):
    for hours in (1, 2, 3):
        opened = at(2026, 3, 30, 8)
        past.decided(opened, opened + timedelta(hours=hours), due_at=opened + timedelta(hours=2, minutes=30))
    (stage,) = times(past)
    assert (stage.chain, stage.stage, stage.decisions) == ("promotion", "unit-head", 3)
    assert (stage.p50, stage.p80, stage.p95) == pytest.approx((2 * HOUR, 2.6 * HOUR, 2.9 * HOUR))
    assert (stage.due, stage.late) == (3, 1)


def test_a_holiday_does_not_lengthen_a_stage(past: Past):
    past.office.holidays = frozenset({date(2026, 3, 20)})
    past.decided(at(2026, 3, 19, 15), at(2026, 3, 23, 8, 30))
    assert [stage.p50 for stage in times(past)] == [2 * HOUR]


def test_stages_stand_in_their_chain_s_order_with_answers_from_outside(past: Past):
    case = past.case(at(2026, 3, 30, 8))
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9), case=case, stage="verification", who="Vera")
    past.answered(case, at(2026, 3, 30, 11))
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))
    assert [(t.stage, t.p50) for t in times(past)] == [
        ("unit-head", HOUR),
        ("verification", HOUR),
        ("consideration", 2 * HOUR),
    ]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("process", {"P"}),
        ("unit", {str(named("seksi")), str(named("bidang"))}),
        ("month", {"2026-03"}),
    ],
)
def test_times_are_told_apart_by_process_unit_and_month(past: Past, by: By, groups: set[str]):
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))
    past.decided(
        at(2026, 3, 30, 8),
        at(2026, 3, 30, 9),
        case=past.case(at(2026, 3, 30, 8), unit_id=named("bidang")),
    )
    found = {t.group.replace(str(past.process_id), "P") for t in times(past, by=by)}
    assert found == groups


def test_a_slice_cuts_by_period_chain_process_unit_and_person(past: Past, session: Session):
    other = Past.of(session, CHAIN.replace("chain: promotion", "chain: transfer"))
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))
    past.decided(at(2026, 4, 30, 8), at(2026, 4, 30, 9))
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9), who="Kabid")
    other.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))

    def count(**said: object) -> int:
        cut = Slice(MARCH.since, MARCH.until, **said)  # type: ignore[arg-type]
        return sum(t.decisions for t in times(past, slice=cut))

    assert count() == 3
    assert count(chain="transfer") == 1
    assert count(process_id=past.process_id) == 2
    assert count(unit_ids=(named("bidang"),)) == 0
    assert count(unit_ids=()) == 0
    assert count(person_id=named("Kabid")) == 1


def test_reasons_are_counted_by_stage_and_code(past: Past):
    for kind, code in (
        ("return", "other"),
        ("return", "document-missing"),
        ("return", "other"),
        ("reject", "other"),
    ):
        past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9), kind=kind, code=code)
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))
    found = [(r.kind, r.code, r.count) for r in reasons(past.session, HR, MARCH)]
    assert found == [("return", "other", 2), ("reject", "other", 1), ("return", "document-missing", 1)]


def test_figures_of_few_people_are_for_hr_alone(past: Past):
    for _ in range(4):
        past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9), kind="return", code="other")
    assert [t.p50 for t in times(past, AUDITOR)] == [None]
    assert [t.decisions for t in times(past, AUDITOR)] == [4]
    assert [r.stage for r in reasons(past.session, AUDITOR, MARCH)] == [""]
    for name in ("Kabid", "Kaban"):
        past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9), who=name)
    assert [t.p50 for t in times(past, AUDITOR)] == [HOUR]


def test_an_approver_sees_their_own_figures_alone(past: Past):
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 12), who="Kabid")
    assert [t.p50 for t in times(past, as_person("Kasi"))] == [HOUR]
    assert [t.decisions for t in times(past, as_person("Budi"))] == []
    assert seen_by(as_person("Kasi"), MARCH).person_id == named("Kasi")


@pytest.mark.parametrize("actor", [AUDITOR, as_person("Kasi"), Actor(None, "nobody")])
def test_nobody_but_hr_asks_about_another_person(past: Past, actor: Actor):
    cut = Slice(MARCH.since, MARCH.until, person_id=named("Kabid"))
    for ask in (
        lambda: stage_times(past.session, actor, cut, directory=past.office),
        lambda: reasons(past.session, actor, cut),
        lambda: stage_flows(past.session, actor, cut, directory=past.office),
        lambda: loads(past.session, actor, cut),
        lambda: overruns(past.session, actor, cut, directory=past.office),
    ):
        with pytest.raises(NotAllowed):
            ask()


def now_slice(past: Past, days: int = 20) -> Slice:
    now = clock.now(past.session)
    return Slice(now - timedelta(days=days), now)


def test_work_piles_up_where_less_leaves_than_arrives(past: Past):
    now = clock.now(past.session)
    for n in range(6):
        past.task(now - timedelta(days=10 + n), due_at=now - timedelta(days=1))
    past.decided(now - timedelta(days=9), now - timedelta(days=8))
    past.decided(now - timedelta(days=9), now - timedelta(days=8), stage="verification", who="Vera")
    first, second = stage_flows(past.session, HR, now_slice(past), directory=past.office)
    assert (first.stage, first.arrived, first.completed, first.in_hand, first.late) == (
        "unit-head",
        7,
        1,
        6,
        6,
    )
    assert (second.stage, second.arrived, second.completed, second.in_hand) == ("verification", 1, 1, 0)
    assert first.weeks_in_hand == 6 * len(first.weeks)
    assert first.oldest and first.middle and first.oldest > first.middle > 0
    assert sum(week[1] for week in first.weeks) == 7
    assert len(first.weeks) in (3, 4)


def test_cases_that_wait_outside_count_as_work_there(past: Past):
    past.case(clock.now(past.session) - timedelta(days=1), stage="consideration")
    (flow,) = stage_flows(past.session, HR, now_slice(past), directory=past.office)
    assert (flow.stage, flow.in_hand, flow.oldest) == ("consideration", 1, None)


def test_loads_say_who_has_how_much(past: Past):
    now = clock.now(past.session)
    past.task(now - timedelta(days=3), due_at=now - timedelta(days=1))
    past.task(now - timedelta(days=3))
    past.decided(now - timedelta(days=3), now - timedelta(days=2), who="Kabid")
    found = loads(past.session, HR, now_slice(past))
    assert [(p.person_id, p.open, p.late, p.decided) for p in found] == [
        (named("Kasi"), 2, 1, 0),
        (named("Kabid"), 0, 0, 1),
    ]
    assert [p.person_id for p in loads(past.session, as_person("Kabid"), now_slice(past))] == [named("Kabid")]
    assert loads(past.session, AUDITOR, now_slice(past)) == []


def test_titles_are_those_of_the_chain(past: Past):
    titles = stage_titles(past.session)
    assert titles["promotion", ""].said("en") == "Promotion"
    assert titles["promotion", "unit-head"].said("en") == "Unit head"


# overruns


def test_the_estimate_without_open_tasks_is_the_share_that_took_longer():
    curve = Survival.of([1.0, 2.0, 3.0, 4.0])
    assert [curve.beyond(t) for t in (0.5, 1.0, 2.5, 4.0)] == pytest.approx([1, 0.75, 0.5, 0])


def test_open_tasks_count_for_as_long_as_they_lay():
    """The book's example (Kaplan and Meier 1958): deaths at 1 and 3, losses at 2 and 4."""
    curve = Survival.of([1.0, 3.0], [2.0, 4.0])
    assert [curve.beyond(t) for t in (1, 2, 3)] == pytest.approx([3 / 4, 3 / 4, 3 / 8])


def test_what_has_lain_long_is_judged_by_those_that_lay_as_long():
    curve = Survival.of([float(n) for n in range(1, 11)])
    assert curve.overruns(0, 8) == pytest.approx(0.2)
    assert curve.overruns(6, 8) == pytest.approx(0.5)
    assert curve.overruns(20, 25) == 1
    assert curve.overruns(9, 8) == 1


def test_tasks_that_will_be_late_are_told_with_their_probability(past: Past):
    now = clock.now(past.session)
    lengths = cycle((1, 2, 3, 4))
    for _ in range(FEWEST):
        past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 8) + timedelta(hours=next(lengths)))
    hopeless = past.task(now - timedelta(days=30), due_at=now + timedelta(days=3))
    early = past.task(now - timedelta(seconds=1), due_at=now + timedelta(days=10))
    past.task(now - timedelta(days=3), due_at=now - timedelta(days=1))
    past.task(now - timedelta(days=3), stage="verification", due_at=now + timedelta(days=1))
    found = overruns(past.session, HR, now_slice(past), directory=past.office)
    assert [t.task_id for t in found.tasks] == [hopeless.id, early.id]
    assert (found.tasks[0].probability, found.tasks[1].probability) == (1, pytest.approx(0, abs=0.2))
    assert found.unmeasured == 1
    assert found.expected == pytest.approx(sum(t.probability for t in found.tasks))


def test_own_overruns_are_of_own_tasks(past: Past):
    now = clock.now(past.session)
    for _ in range(FEWEST):
        past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))
    past.task(now - timedelta(days=1), due_at=now + timedelta(days=3))
    mine = past.task(now - timedelta(days=1), "Kabid", due_at=now + timedelta(days=3))
    found = overruns(past.session, as_person("Kabid"), now_slice(past), directory=past.office)
    assert [t.task_id for t in found.tasks] == [mine.id]


def test_an_empty_office_has_no_figures(past: Past):
    slice = now_slice(past)
    assert times(past, slice=slice) == []
    assert reasons(past.session, HR, slice) == []
    assert stage_flows(past.session, HR, slice, directory=past.office) == []
    assert loads(past.session, HR, slice) == []
    assert overruns(past.session, HR, slice, directory=past.office).tasks == []


def test_units_that_nobody_knows_are_none(past: Past):
    past.decided(at(2026, 3, 30, 8), at(2026, 3, 30, 9))
    assert times(past, slice=Slice(MARCH.since, MARCH.until, unit_ids=(UUID(int=0),))) == []
