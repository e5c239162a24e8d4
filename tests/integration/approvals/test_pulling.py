"""Work that people draw: held back until a hand is free, one kind after another, one case to its end."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import pausing, pulling, tasks
from approvals.access import must_see
from approvals.declining import decline
from approvals.errors import (
    AlreadyClaimed,
    HandsFull,
    HeldBack,
    NoSuchCase,
    NotAsked,
    NothingHeldBack,
    NotPossibleNow,
    NotYours,
)
from approvals.inbox import counts, inbox
from approvals.models import Case, Task
from tests.integration.approvals.desk import Desk, check_streams
from tests.integration.approvals.office import Office, named

LATE = """
chain: late
title: {id: Ditahan, en: Late}
stages:
  - stage: check
    candidates: {role: hr-verifier}
    distribute: late
    hold: 2
    START
  - stage: official
    candidates: {holder_of: ppk, unit: top}
"""
KIND = ("late", "check")


@pytest.fixture
def desk(session: Session) -> Iterator[Desk]:
    yield Desk(session, chain=LATE.replace("START", "start: by-hand"))
    check_streams(session)


def take(desk: Desk, name: str) -> Task:
    return pulling.take_next(desk.session, desk.who(name))


def shown(desk: Desk, name: str) -> list[str]:
    return [row.subject_name for row in inbox(desk.session, desk.who(name), directory=desk.office)]


# held back


def test_what_is_held_back_is_in_no_list_and_can_not_be_picked(desk: Desk):
    case = desk.open("Budi")
    task = desk.task(case)
    assert (task.state, task.held_back, shown(desk, "Vera")) == ("offered", True, [])
    assert counts(desk.session, desk.who("Vera"), directory=desk.office).offered == 0
    with pytest.raises(HeldBack):
        tasks.claim(desk.session, desk.who("Vera"), task.id)
    with pytest.raises(HeldBack):
        desk.decide("Vera", case)
    with pytest.raises(NoSuchCase):
        must_see(desk.session, desk.who("Vera"), case.id, directory=desk.office)
    assert desk.facts(case, "task.opened")[0]["held_back"] is True


def test_the_oldest_goes_to_whoever_takes_the_next(desk: Desk):
    for name in ("Citra", "Budi", "Dewi"):
        desk.open(name)
    assert pulling.held_for(desk.session, desk.who("Vera")) == {KIND: 3}
    task = take(desk, "Vera")
    assert (task.state, task.assignee_id, task.held_back) == ("allocated", named("Vera"), False)
    assert shown(desk, "Vera") == ["Citra"]
    take(desk, "Viktor")
    assert shown(desk, "Viktor") == ["Budi"]
    assert pulling.held_for(desk.session, desk.who("Vera")) == {KIND: 1}


def test_full_hands_take_no_more_until_something_is_decided_or_handed_back(desk: Desk):
    for name in ("Citra", "Budi", "Dewi"):
        desk.open(name)
    take(desk, "Vera")
    second = take(desk, "Vera")
    with pytest.raises(HandsFull, match="2"):
        take(desk, "Vera")
    tasks.release(desk.session, desk.who("Vera"), second.id)
    assert (second.state, second.held_back) == ("offered", True)
    assert take(desk, "Vera").id == second.id


def test_a_decision_brings_the_next_by_itself(desk: Desk):
    made = [desk.open(name) for name in ("Citra", "Budi", "Dewi")]
    take(desk, "Vera")
    desk.decide("Vera", made[0])
    assert shown(desk, "Vera") == ["Budi"]
    assert desk.facts(made[1], "task.claimed")[0]["by"] == str(named("Vera"))
    desk.decide("Vera", made[1])
    desk.decide("Vera", made[2])
    assert shown(desk, "Vera") == []


def test_when_nothing_is_held_back_that_is_said(desk: Desk):
    with pytest.raises(NothingHeldBack):
        take(desk, "Vera")
    desk.open("Budi")
    with pytest.raises(NothingHeldBack):
        take(desk, "Citra")


def test_nobody_takes_their_own_case(desk: Desk):
    desk.open("Vera")
    desk.open("Budi")
    assert take(desk, "Vera").case_id == desk.open("Budi").id
    with pytest.raises(NothingHeldBack):
        take(desk, "Vera")
    take(desk, "Viktor")
    assert shown(desk, "Viktor") == ["Vera"]


def test_what_nobody_of_the_group_may_do_is_not_held_back_from_hr(session: Session):
    office = Office.usual()
    for name in ("Vera", "Viktor"):
        office.retire(name)
    desk = Desk(session, office, LATE.replace("START", "start: by-hand"))
    case = desk.open("Budi")
    assert (desk.task(case).held_back, desk.task(case).queue) == (False, "role:hr")


def test_of_two_kinds_full_hands_at_one_leave_the_other_free(session: Session):
    office = Office.usual()
    one = Desk(session, office, LATE.replace("START", "start: by-hand"))
    two = Desk(session, office, LATE.replace("chain: late", "chain: later").replace("START", ""))
    for name in ("Budi", "Citra", "Dewi"):
        one.open(name)
    two.open("Budi")
    for _ in range(2):
        pulling.take_next(session, one.who("Vera"), kind=KIND)
    with pytest.raises(HandsFull):
        pulling.take_next(session, one.who("Vera"), kind=KIND)
    assert pulling.take_next(session, one.who("Vera")).chain == "later"


# started at once


def test_what_is_taken_counts_as_begun_where_the_stage_says_so(session: Session):
    desk = Desk(session, chain=LATE.replace("START", "start: on-allocation"))
    case = desk.open("Budi")
    task = take(desk, "Vera")
    assert (task.state, task.started_at is not None) == ("started", True)
    tasks.release(session, desk.who("Vera"), task.id)
    assert (task.state, task.started_at) == ("offered", None)
    take(desk, "Viktor")
    assert desk.decide("Viktor", case).decider_name == "Viktor"
    check_streams(session)


# the next of the same kind


def queue(session: Session, more: str = "") -> Desk:
    text = LATE.replace("distribute: late\n    hold: 2\n    START", more or "start: by-hand")
    return Desk(session, chain=text)


def test_the_next_of_the_same_kind_is_taken_and_begun(session: Session):
    desk = queue(session)
    for name in ("Citra", "Budi"):
        desk.open(name)
    following = pulling.next_of_kind(session, desk.who("Vera"), KIND, directory=desk.office)
    assert following is not None
    assert (following.state, following.assignee_id) == ("started", named("Vera"))
    with pytest.raises(AlreadyClaimed):
        tasks.claim(session, desk.who("Viktor"), following.id)
    check_streams(session)


def test_ones_own_come_before_what_is_on_offer(session: Session):
    desk = queue(session)
    desk.open("Citra")
    mine = desk.task(desk.open("Budi"))
    tasks.claim(session, desk.who("Vera"), mine.id)
    following = pulling.next_of_kind(session, desk.who("Vera"), KIND, directory=desk.office)
    assert following is not None
    assert (following.id, following.state) == (mine.id, "started")


def test_another_kind_is_not_taken(session: Session):
    desk = queue(session)
    desk.open("Budi")
    assert (
        pulling.next_of_kind(session, desk.who("Vera"), ("late", "official"), directory=desk.office) is None
    )
    assert pulling.next_of_kind(session, desk.who("Kabid"), KIND, directory=desk.office) is None


def test_the_next_of_what_is_held_back_is_begun_too(desk: Desk):
    desk.open("Budi")
    following = pulling.next_of_kind(desk.session, desk.who("Vera"), KIND, directory=desk.office)
    assert following is not None
    assert following.state == "started"


# the next of the same case

ONE_HAND = """
chain: one-hand
title: {id: Satu tangan, en: One hand}
stages:
  - stage: intake
    candidates: {role: hr-verifier}
  - stage: check
    candidates: {decider_of: intake}
    separate_from: SEPARATE
  - stage: file
    candidates: {role: hr-verifier}
    separate_from: []
"""


def test_whoever_may_do_the_next_stage_as_well_goes_on_with_the_case(session: Session):
    desk = Desk(session, chain=ONE_HAND.replace("SEPARATE", "[]"))
    case = desk.open("Budi")
    desk.decide("Vera", case)
    following = pulling.next_in_case(session, desk.who("Vera"), case.id, directory=desk.office)
    assert following is not None
    assert (following.stage, following.state) == ("check", "started")
    desk.decide("Vera", following)
    assert pulling.next_in_case(session, desk.who("Citra"), case.id, directory=desk.office) is None
    last = pulling.next_in_case(session, desk.who("Vera"), case.id, directory=desk.office)
    assert last is not None
    assert (last.stage, last.state, last.assignee_id) == ("file", "started", named("Vera"))
    desk.decide("Vera", last)
    assert case.state == "approved"
    assert pulling.next_in_case(session, desk.who("Vera"), case.id, directory=desk.office) is None
    check_streams(session)


def test_where_stages_are_kept_apart_nobody_goes_on_with_the_case(session: Session):
    desk = Desk(session, chain=ONE_HAND.replace("SEPARATE", "[intake]"))
    case = desk.open("Budi")
    desk.decide("Vera", case)
    assert pulling.next_in_case(session, desk.who("Vera"), case.id, directory=desk.office) is None
    assert desk.task(case).queue == "role:hr"


# asked, not bound

ASKED = LATE.replace("distribute: late\n    hold: 2\n    START", "allocate: round-robin\n    binding: false")


@pytest.fixture
def asking(session: Session) -> Iterator[Desk]:
    desk = Desk(session, chain=ASKED)
    yield desk
    check_streams(session)


def asked(desk: Desk, case: Case) -> str:
    [who] = desk.task(case).candidates or ()
    return desk.office.staff[who].name


def test_only_whoever_is_asked_sees_it_and_may_take_it(asking: Desk):
    case = asking.open("Budi")
    who = asked(asking, case)
    other = "Viktor" if who == "Vera" else "Vera"
    assert (shown(asking, who), shown(asking, other)) == (["Budi"], [])
    with pytest.raises(NotYours):
        tasks.claim(asking.session, asking.who(other), asking.task(case).id)
    tasks.claim(asking.session, asking.who(who), asking.task(case).id)
    with pytest.raises(NotAsked):
        decline(asking.session, asking.who(who), asking.task(case).id, directory=asking.office)
    asking.decide(who, case)


def test_whoever_declines_is_not_asked_again_and_the_last_no_brings_it_to_hr(asking: Desk):
    case = asking.open("Budi")
    first = asked(asking, case)
    with pytest.raises(NotAsked):
        decline(asking.session, asking.who("Kabid"), asking.task(case).id, directory=asking.office)
    decline(
        asking.session, asking.who(first), asking.task(case).id, comment="too much", directory=asking.office
    )
    second = asked(asking, case)
    assert {first, second} == {"Vera", "Viktor"}
    said = asking.facts(case, "task.declined")[0]
    assert (said["by"], said["comment"], said["allocation"]["by"]) == (
        str(named(first)),
        "too much",
        "round-robin",
    )
    decline(asking.session, asking.who(second), asking.task(case).id, directory=asking.office)
    assert (asking.task(case).queue, asking.names(case)[-1]) == ("role:hr", "task.unfilled")
    assert shown(asking, first) == []


def stop(desk: Desk, case: Case) -> None:
    pausing.suspend_case(
        desk.session, desk.who("Hana"), case.id, code="other", reason="audit", directory=desk.office
    )


def test_nobody_declines_while_the_case_stands_still(asking: Desk):
    case = asking.open("Budi")
    who = asked(asking, case)
    stop(asking, case)
    with pytest.raises(NotPossibleNow):
        decline(asking.session, asking.who(who), asking.task(case).id, directory=asking.office)


def test_what_stands_still_is_not_handed_out(desk: Desk):
    still, going = desk.open("Budi"), desk.open("Citra")
    stop(desk, still)
    assert pulling.held_for(desk.session, desk.who("Vera")) == {KIND: 1}
    assert take(desk, "Vera").case_id == going.id
    with pytest.raises(NothingHeldBack):
        take(desk, "Viktor")


def test_two_cases_that_are_held_back_are_two(desk: Desk):
    """The oldest is the one that was opened first, whatever is due first."""
    first, second = desk.open("Budi"), desk.open("Citra")
    held = desk.session.scalars(select(Task.case_id).where(Task.held_back).order_by(Task.id)).all()
    assert held == [first.id, second.id]
