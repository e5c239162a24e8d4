"""Reading cases: who may, what they see, where a process stands."""

from typing import Any

import pytest

from approvals import access, hold_ups, views
from approvals.briefs import briefs
from approvals.errors import NoSuchCase
from approvals.models import Case
from core.actor import Actor, system
from core.directory import Capacity
from core.ids import new_id
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named


def sees(desk: Desk, who: str | Actor, case: Case) -> bool:
    return access.may_see(desk.session, desk.who(who), case, directory=desk.office)


def test_the_office_sees_all_and_its_people_their_own(desk: Desk):
    desk.office.employ("Auditor", "kota", "auditor")
    desk.office.employ("Operator", "kota", "operator")
    case = desk.open("Budi", requester_id=named("Citra"))
    assert all(sees(desk, who, case) for who in ("Hana", "Auditor", "Operator", "Budi", "Citra", "Kasi"))
    assert sees(desk, system("flow"), case)
    assert not any(sees(desk, who, case) for who in ("Dewi", "Kabid", "Vera", "Walikota"))
    assert not sees(desk, Actor(None, "nobody"), case)


def test_a_queue_sees_a_case_while_it_is_offered_and_whoever_decided_for_ever(desk: Desk):
    case = desk.open("Budi")
    assert not sees(desk, "Vera", case)
    desk.decide("Kasi", case)
    assert sees(desk, "Vera", case)
    assert sees(desk, "Viktor", case)
    desk.decide("Vera", case)
    assert sees(desk, "Vera", case)
    assert sees(desk, "Kasi", case)
    assert not sees(desk, "Viktor", case)


def test_an_acting_head_sees_what_they_may_decide(desk: Desk):
    case = desk.open("Budi")
    desk.office.employ("Wakil", "seksi")
    assert not sees(desk, "Wakil", case)
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    assert sees(desk, "Wakil", case)


def test_a_case_that_is_not_yours_looks_like_one_that_is_not_there(desk: Desk):
    case = desk.open("Budi")
    assert access.must_see(desk.session, desk.who("Budi"), case.id, directory=desk.office) is case
    for actor, case_id in (("Dewi", case.id), ("Hana", new_id())):
        with pytest.raises(NoSuchCase):
            access.must_see(desk.session, desk.who(actor), case_id, directory=desk.office)


def states(desk: Desk, case: Case) -> dict[str, str]:
    return {s.stage.name: s.state for s in views.case_view(desk.session, case.id).stages}


def test_a_case_shows_where_it_is_on_its_chain(desk: Desk):
    case = desk.open("Budi")
    assert list(states(desk, case).values()) == ["current", "ahead", "ahead", "ahead", "ahead"]
    desk.decide("Kasi", case)
    desk.decide("Vera", case, "return")
    assert list(states(desk, case).values()) == ["done", "returned", "ahead", "ahead", "ahead"]
    desk.resubmit("Budi", case)
    desk.decide("Vera", case)
    desk.answer(case)
    desk.decide("Walikota", case)
    assert list(states(desk, case).values()) == ["done", "done", "done", "skipped", "done"]


def test_a_case_that_ended_early_shows_what_it_never_reached(desk: Desk):
    case = desk.open("Budi")
    desk.decide("Kasi", case, "reject")
    assert list(states(desk, case).values()) == ["done", "unreached", "unreached", "unreached", "unreached"]


def test_a_case_shows_its_decisions_its_letters_and_its_history(desk: Desk):
    case = desk.at("appointing-official", "Budi")
    view = views.case_view(desk.session, case.id)
    assert [d.decider_name for s in view.stages for d in s.decisions] == ["Kasi", "Vera"]
    assert [a.letter_number for s in view.stages for a in s.answers] == ["B-1/2026"]
    assert [t.stage for t in view.open_tasks] == ["appointing-official"]
    assert [row.name for row in view.history] == desk.names(case)
    assert (view.history[0].actor_id, view.history[0].via) == (None, "flow")
    assert view.history[2].actor_id == named("Kasi")
    assert view.version == 1
    with pytest.raises(NoSuchCase):
        views.case_view(desk.session, new_id())


def test_a_person_finds_the_cases_about_them_newest_first(desk: Desk, clock: Any):
    first = desk.open("Budi")
    clock.move(days=1)
    second = desk.open("Budi", key="again")
    desk.open("Citra")
    assert views.cases_of_subject(desk.session, named("Budi")) == [second, first]


def test_a_processes_cases_are_listed_by_reference_stage_and_state(desk: Desk):
    one, two, three = desk.open("Citra"), desk.at("verification", "Budi"), desk.open("Dewi")
    desk.decide("Kasi", three, "reject")

    def listed(**more: Any) -> list[Case]:
        return views.cases_of_process(desk.session, desk.process_id, **more)

    assert listed() == [two, one, three]
    assert listed(stage="unit-head") == [one]
    assert listed(state="rejected") == [three]
    assert listed(limit=1, offset=1) == [one]


def test_a_funnel_counts_where_cases_are_and_how_many_went_through(desk: Desk, clock: Any):
    desk.open("Budi")
    returned = desk.open("Citra")
    desk.decide("Kasi", returned, "return")
    desk.at("verification", "Dewi")
    desk.at("appointing-official", "Viktor")
    clock.move(days=30)
    funnel = views.funnel(desk.session, desk.process_id)
    head, verification, outside, committee, official = funnel.stages
    assert (head.open, head.returned, head.overdue, head.passed) == (1, 1, 1, 2)
    assert (verification.open, verification.passed) == (1, 1)
    assert (outside.passed, committee.open, official.open) == (1, 0, 1)
    assert (funnel.states, funnel.total) == ({"open": 3, "returned": 1}, 4)
    assert head.title.said("en") == "Unit head"


def test_what_does_not_move_by_itself_is_found(desk: Desk, clock: Any):
    desk.office.vacate("ppk", "kota")
    unfilled = desk.at("appointing-official", "Viktor")
    returned = desk.open("Citra")
    desk.decide("Kasi", returned, "return")
    overdue = desk.open("Budi")
    desk.at("verification", "Dewi")
    clock.move(days=30)
    found = {one.case.id: one.why for one in hold_ups.stuck(desk.session, desk.process_id)}
    assert found == {unfilled.id: "unfilled", returned.id: "returned", overdue.id: "overdue"}


def test_briefs_say_what_a_message_needs_in_one_question(desk: Desk):
    cases = [desk.open("Budi"), desk.open("Citra")]
    said = briefs(desk.session, [case.id for case in cases] + [new_id()])
    assert set(said) == {case.id for case in cases}
    brief = said[cases[0].id]
    assert (brief.reference, brief.subject_name) == ("KP/Budi", "Budi")
    assert brief.stage_title("unit-head").said("id") == "Kepala unit"
    reason = brief.reason_title("reject", "discipline", "unit-head")
    assert reason and reason.said("en") == "Under disciplinary measure"
    assert brief.reason_title("reject", None) is None
