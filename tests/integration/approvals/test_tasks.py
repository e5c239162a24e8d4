"""Tasks change hands: claimed, released, following a post."""

import pytest

from approvals import tasks
from approvals.errors import AlreadyClaimed, AlreadyDecided, CaseSettled, NotClaimable, NotYours
from core.actor import system
from core.directory import Capacity
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named

CLERK = system("cli")


def claim(desk: Desk, name: str, task_id: object) -> object:
    return tasks.claim(desk.session, desk.who(name), task_id)  # type: ignore[arg-type]


def rehome(desk: Desk, *posts: str) -> int:
    return tasks.rehome(desk.session, CLERK, [named(p) for p in posts], directory=desk.office)


def test_a_claimed_task_is_its_claimers_alone(desk: Desk):
    case = desk.at("verification")
    task = desk.task(case)
    claim(desk, "Vera", task.id)
    assert (task.state, task.assignee_id) == ("allocated", named("Vera"))
    with pytest.raises(AlreadyClaimed):
        claim(desk, "Viktor", task.id)
    with pytest.raises(AlreadyClaimed):
        desk.decide("Viktor", case)
    desk.decide("Vera", case)


def test_claiming_twice_changes_nothing(desk: Desk):
    case = desk.at("verification")
    claim(desk, "Vera", desk.task(case).id)
    claim(desk, "Vera", desk.task(case).id)
    assert desk.names(case).count("task.claimed") == 1


def test_a_released_task_is_open_to_its_queue_again(desk: Desk):
    case = desk.at("verification")
    task = desk.task(case)
    claim(desk, "Vera", task.id)
    tasks.release(desk.session, desk.who("Vera"), task.id)
    assert (task.state, task.assignee_id, task.claimed_at) == ("offered", None, None)
    claim(desk, "Viktor", task.id)
    assert desk.names(case)[-3:] == ["task.claimed", "task.released", "task.claimed"]


def test_nobody_releases_what_another_claimed(desk: Desk):
    task = desk.task(desk.at("verification"))
    claim(desk, "Vera", task.id)
    with pytest.raises(NotYours):
        tasks.release(desk.session, desk.who("Viktor"), task.id)


def test_releasing_what_is_offered_changes_nothing(desk: Desk):
    case = desk.at("verification")
    tasks.release(desk.session, desk.who("Vera"), desk.task(case).id)
    assert "task.released" not in desk.names(case)


def test_only_the_queues_members_claim(desk: Desk):
    task = desk.task(desk.at("verification"))
    with pytest.raises(NotYours):
        claim(desk, "Citra", task.id)


def test_a_task_that_was_given_to_one_person_is_neither_claimed_nor_released(desk: Desk):
    task = desk.task(desk.open())
    with pytest.raises(NotClaimable):
        claim(desk, "Kabid", task.id)
    with pytest.raises(NotClaimable):
        tasks.release(desk.session, desk.who("Kasi"), task.id)


def test_a_decided_task_is_not_claimed_any_more(desk: Desk):
    task = desk.task(desk.at("verification"))
    desk.decide("Vera", task)
    with pytest.raises(AlreadyDecided, match="Vera"):
        claim(desk, "Viktor", task.id)


def test_a_task_of_a_withdrawn_case_is_not_claimed_any_more(desk: Desk):
    case = desk.at("verification")
    task = desk.task(case)
    desk.withdraw("Budi", case)
    with pytest.raises(CaseSettled):
        claim(desk, "Vera", task.id)


def test_whoever_lost_the_role_cannot_decide_what_they_claimed(desk: Desk):
    case = desk.at("verification")
    claim(desk, "Vera", desk.task(case).id)
    desk.office.roles[named("Vera")].discard("hr-verifier")
    with pytest.raises(NotYours):
        desk.decide("Vera", case)


def test_pending_tasks_follow_the_post_to_its_new_holder(desk: Desk):
    case = desk.open()
    desk.office.employ("Baru", "seksi")
    desk.office.appoint("head", "seksi", "Baru")
    with pytest.raises(NotYours):
        desk.decide("Kasi", case)
    assert rehome(desk, "head@seksi") == 1
    assert desk.task(case).assignee_id == named("Baru")
    moved = desk.facts(case, "task.reassigned")[0]
    assert (moved["from"], moved["to"], moved["cause"]) == (
        str(named("Kasi")),
        str(named("Baru")),
        "holder-changed",
    )
    desk.decide("Baru", case)


def test_a_post_that_falls_vacant_leaves_its_tasks_to_hr_until_it_is_filled(desk: Desk):
    case = desk.open()
    desk.office.vacate("head", "seksi")
    assert rehome(desk, "head@seksi") == 1
    assert (desk.task(case).state, desk.task(case).queue) == ("offered", "role:hr")
    assert desk.names(case)[-2:] == ["task.reassigned", "task.unfilled"]
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLT, "SP-1/2026")
    assert rehome(desk, "head@seksi") == 1
    task = desk.task(case)
    assert (task.assignee_id, task.assignee_capacity, task.queue) == (named("Wakil"), "plt", None)


def test_a_new_holder_whose_own_case_it_is_does_not_get_it(desk: Desk):
    case = desk.open("Budi")
    desk.office.appoint("head", "seksi", "Budi")
    rehome(desk, "head@seksi")
    assert desk.task(case).assignee_id == named("Kabid")


def test_a_post_whose_holder_stays_keeps_its_tasks(desk: Desk):
    case = desk.open()
    assert rehome(desk, "head@seksi", "ppk@kota") == 0
    assert desk.names(case) == ["case.opened", "task.opened"]


def test_what_hr_took_on_for_a_vacant_post_stays_with_hr_but_the_new_holder_may_decide(desk: Desk):
    desk.office.vacate("head", "seksi")
    case = desk.open()
    claim(desk, "Hana", desk.task(case).id)
    desk.office.appoint("head", "seksi", "Kasi")
    assert rehome(desk, "head@seksi") == 0
    assert desk.task(case).assignee_id == named("Hana")
    desk.decide("Kasi", case)


def test_an_acting_head_keeps_what_they_have_while_their_order_lasts(desk: Desk):
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    desk.office.send_away("Kasi")
    case = desk.open()
    desk.office.appoint("head", "seksi", "Kasi")
    assert rehome(desk, "head@seksi") == 0
    desk.office.posts_["head", "seksi"] = desk.office.posts_["head", "seksi"][-1:]
    assert rehome(desk, "head@seksi") == 1
    assert desk.task(case).assignee_id == named("Kasi")
