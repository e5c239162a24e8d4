"""Who gets a task, from what the directory says."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from approvals.candidacy import ByName, ByPost, ByRole
from approvals.candidates import LAST_RESORT, Assignment, Wanted, assign
from core.directory import Capacity
from tests.integration.approvals.office import Office, named

NOW = datetime(2026, 3, 9, 3, tzinfo=UTC)
HEAD = ByPost(holder_of="head", unit="subject.unit")


@pytest.fixture
def office() -> Office:
    return Office.usual()


def who(office: Office, candidates: ByRole | ByPost | ByName = HEAD, **more: Any) -> Assignment:
    wanted = Wanted(candidates, named(more.pop("unit", "seksi")), **more)
    return assign([wanted], office, NOW)[0]


def assignee(office: Office, candidates: ByRole | ByPost | ByName = HEAD, **more: Any) -> str | None:
    found = who(office, candidates, **more).assignee_id
    return office.staff[found].name if found else None


def barred(*names: str) -> frozenset[UUID]:
    return frozenset(map(named, names))


def test_the_holder_of_the_post_gets_it(office: Office):
    assert who(office) == Assignment(
        position_id=named("head@seksi"), assignee_id=named("Kasi"), capacity=Capacity.DEFINITIVE
    )


def test_a_holder_in_conflict_is_passed_over_for_the_superior(office: Office):
    assert assignee(office, barred=barred("Kasi")) == "Kabid"
    assert assignee(office, barred=barred("Kasi", "Kabid")) == "Kaban"


def test_nobody_acts_for_a_holder_in_conflict(office: Office):
    office.employ("Wakil", "seksi")
    office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    office.send_away("Kasi")
    assert assignee(office, barred=barred("Kasi"), acting=[Capacity.PLH]) == "Kabid"


def test_when_all_the_way_up_are_in_conflict_hr_is_offered_it(office: Office):
    found = who(office, barred=barred("Kasi", "Kabid", "Kaban", "Sekda"))
    assert (found.queue, found.unfilled, found.assignee_id) == (LAST_RESORT, True, None)


def test_an_absent_holder_is_stood_in_for_by_whoever_is_permitted_to_act(office: Office):
    office.employ("Wakil", "seksi")
    office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    assert assignee(office, acting=[Capacity.PLH]) == "Kasi"
    office.send_away("Kasi")
    found = who(office, acting=[Capacity.PLH])
    assert (found.assignee_id, found.capacity, found.order_number) == (
        named("Wakil"),
        Capacity.PLH,
        "SP-1/2026",
    )


def test_acting_that_the_stage_does_not_permit_does_not_count(office: Office):
    office.employ("Wakil", "seksi")
    office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    office.send_away("Kasi")
    assert assignee(office, acting=[Capacity.PLT]) == "Kasi"


def test_a_vacant_post_is_filled_by_the_acting_one_or_shown_to_hr(office: Office):
    office.vacate("head", "seksi")
    found = who(office, acting=[Capacity.PLT])
    assert (found.queue, found.position_id, found.unfilled) == (LAST_RESORT, named("head@seksi"), True)
    office.employ("Wakil", "seksi")
    office.appoint("head", "seksi", "Wakil", Capacity.PLT, "SP-2/2026")
    assert assignee(office, acting=[Capacity.PLT]) == "Wakil"


def test_a_unit_that_has_no_such_post_is_passed_over(office: Office):
    del office.posts_["head", "seksi"]
    assert assignee(office) == "Kabid"


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("subject.unit", "Kasi"),
        ("subject.unit.parent", "Kabid"),
        ("subject.unit.parent.parent", "Kaban"),
        ("subject.unit.parent.parent.parent.parent.parent", "Sekda"),
        ("top", "Sekda"),
        ("BADAN", "Kaban"),
    ],
)
def test_the_unit_is_found_from_the_subjects(office: Office, unit: str, name: str):
    assert assignee(office, ByPost(holder_of="head", unit=unit)) == name


def test_the_nearest_unit_with_such_a_post_is_found_upwards(office: Office):
    assert assignee(office, ByPost(holder_of="ppk")) == "Walikota"


def test_a_unit_code_that_does_not_exist_leaves_the_task_to_hr(office: Office):
    assert who(office, ByPost(holder_of="head", unit="NOWHERE")).unfilled


def test_a_role_is_offered_it_without_saying_who(office: Office):
    found = who(office, ByRole(role="hr-verifier"))
    assert found == Assignment(queue="role:hr-verifier")


def test_a_role_whose_every_member_is_in_conflict_or_gone_leaves_it_to_hr(office: Office):
    office.retire("Viktor")
    assert who(office, ByRole(role="hr-verifier"), barred=barred("Vera")).unfilled
    assert who(office, ByRole(role="nobody")).queue == LAST_RESORT


def test_whoever_had_it_before_gets_it_again_if_still_entitled(office: Office):
    again = who(office, ByRole(role="hr-verifier"), familiar=named("Vera"))
    assert (again.queue, again.assignee_id) == ("role:hr-verifier", named("Vera"))
    office.retire("Vera")
    assert who(office, ByRole(role="hr-verifier"), familiar=named("Vera")).assignee_id is None


def test_a_named_person_gets_it_unless_in_conflict_or_gone(office: Office):
    citra = ByName(person=str(named("Citra")))
    assert assignee(office, citra) == "Citra"
    assert who(office, citra, barred=barred("Citra")).unfilled
    office.retire("Citra")
    assert who(office, citra).unfilled


def test_those_who_left_never_get_a_task(office: Office):
    office.retire("Kasi")
    assert who(office).unfilled


def test_rising_passes_by_vacant_posts_and_the_one_it_leaves(office: Office):
    office.vacate("head", "bidang")
    found = assignee(office, ByPost(holder_of="head"), rises=True, leaves=named("head@seksi"))
    assert found == "Kaban"


def test_many_tasks_cost_the_same_few_questions(office: Office):
    few = [Wanted(HEAD, named("seksi")), Wanted(ByRole(role="hr-verifier"), named("seksi"))]
    office.asked = 0
    assign(few, office, NOW)
    once, office.asked = office.asked, 0
    assert len(assign(few * 200, office, NOW)) == 400
    assert office.asked == once <= 5
