"""Plh. and Plt. as legal instruments: by order, as far as the stage permits, never to sign."""

import pytest

from approvals import tasks
from approvals.errors import CorrectedIt, NotYours, PostVacant
from core.actor import system
from core.directory import Capacity
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named


@pytest.fixture
def wakil(desk: Desk) -> str:
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    return "Wakil"


def test_a_daily_acting_head_decides_for_the_holder_and_the_decision_says_so(desk: Desk, wakil: str):
    case = desk.open()
    decision = desk.decide(wakil, case)
    assert (decision.acting_for_id, decision.capacity, decision.order_number) == (
        named("Kasi"),
        "plh",
        "SP-1/2026",
    )
    said = desk.facts(case, "task.decided")[0]
    assert (said["acting_for"], said["capacity"], said["order_number"]) == (
        str(named("Kasi")),
        "plh",
        "SP-1/2026",
    )


def test_an_acting_order_covers_tasks_that_were_pending_before_it(desk: Desk):
    case = desk.open()
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    assert desk.decide("Wakil", case).capacity == "plh"


def test_an_acting_order_that_ended_entitles_to_nothing(desk: Desk, wakil: str):
    desk.office.send_away("Kasi")
    case = desk.open()
    assert desk.task(case).assignee_id == named(wakil)
    desk.office.posts_["head", "seksi"] = desk.office.posts_["head", "seksi"][:1]
    with pytest.raises(NotYours):
        desk.decide(wakil, case)


def test_an_acting_official_of_a_vacant_post_acts_for_nobody_else(desk: Desk):
    desk.office.vacate("head", "seksi")
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLT, "SP-2/2026")
    decision = desk.decide("Wakil", desk.open())
    assert (decision.capacity, decision.acting_for_id) == ("plt", None)


def test_an_acting_appointing_official_never_signs(desk: Desk):
    desk.office.employ("Wakil", "kota")
    desk.office.appoint("ppk", "kota", "Wakil", Capacity.PLT, "SP-3/2026")
    case = desk.at("appointing-official")
    with pytest.raises(NotYours):
        desk.decide("Wakil", case)
    assert desk.decide("Walikota", case).capacity == "definitive"


def test_hr_sees_a_signature_that_waits_for_a_vacant_post_but_cannot_give_it(desk: Desk):
    desk.office.vacate("ppk", "kota")
    case = desk.at("appointing-official")
    assert desk.task(case).queue == "role:hr"
    assert desk.facts(case, "task.unfilled")[0]["position"] == str(named("ppk@kota"))
    desk.office.employ("Hari", "badan", "hr")
    with pytest.raises(PostVacant):
        desk.decide("Hari", case)
    with pytest.raises(CorrectedIt):
        desk.decide("Hana", case)  # who recorded the answer from outside
    desk.office.appoint("ppk", "kota", "Walikota")
    assert tasks.rehome(desk.session, system("cli"), [named("ppk@kota")], directory=desk.office) == 1
    assert desk.decide("Walikota", case).kind == "approve"


def test_hr_decides_an_unfilled_stage_that_signs_nothing(desk: Desk):
    desk.office.vacate("head", "seksi")
    case = desk.open()
    assert desk.names(case) == ["case.opened", "task.opened", "task.unfilled"]
    decision = desk.decide("Hana", case)
    assert (decision.decider_name, decision.capacity) == ("Hana", None)
