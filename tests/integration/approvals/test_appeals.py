"""A rejection looked at again: once, in time, by people who did not decide the first time."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals import appeals, chains, cohort
from approvals.appeals import appeal
from approvals.errors import (
    AppealedAlready,
    AppealTooLate,
    DecidedFirst,
    GroundsNeeded,
    NoAppealHere,
    NoSuchChain,
    NotOwner,
)
from approvals.models import Case
from core import clock
from core.directory import Capacity
from tests.integration.approvals.desk import FLOW, Desk, check_streams
from tests.integration.approvals.office import named

CHAIN = """
chain: grants
title: {id: Izin, en: Grants}
appeal: {within: 10 working days, chain: grants-appeal, reference: "UU 30/2014 art. 77"}
stages:
  - stage: head
    candidates: {holder_of: head, unit: subject.unit}
    acting: [plh]
  - stage: verification
    candidates: {role: hr-verifier}
"""
AGAIN = """
chain: grants-appeal
title: {id: Keberatan, en: Appeal}
stages:
  - stage: verifiers
    candidates: {role: hr-verifier}
  - stage: superior
    candidates: {holder_of: head, unit: nearest}
"""
GROUNDS = "The diploma was read as another person's."


@pytest.fixture
def desk(session: Session) -> Iterator[Desk]:
    made = Desk(session, chain=CHAIN)
    chains.publish(session, FLOW, AGAIN)
    yield made
    check_streams(session)


def rejected(desk: Desk, **more: Any) -> Case:
    case = desk.open(**more)
    desk.decide("Kasi", case)
    desk.decide("Vera", case, "reject")
    return case


def object_to(desk: Desk, case: Case, who: str = "Budi", grounds: str = GROUNDS) -> Case:
    made = appeal(desk.session, desk.who(who), case.id, grounds=grounds, directory=desk.office)
    return desk.session.get_one(Case, made)


def test_an_appeal_is_a_case_of_its_own_that_others_decide(desk: Desk):
    case = rejected(desk)
    again = object_to(desk, case)
    assert (again.reference, again.appeals_id, again.stage) == ("KP/Budi/K", case.id, "verifiers")
    assert (case.state, desk.names(case)[-1]) == ("rejected", "case.appealed")
    with pytest.raises(DecidedFirst):
        desk.decide("Vera", again)
    desk.decide("Viktor", again)
    assert desk.task(again).assignee_id == named("Kabid"), "the first head decided it before"
    desk.decide("Kabid", again)
    assert again.state == "approved"


def test_for_whom_somebody_acted_is_among_the_first_deciders(desk: Desk):
    desk.office.appoint("head", "seksi", "Dewi", Capacity.PLH, "PLH/1")
    desk.office.send_away("Kasi")
    case = desk.open()
    desk.decide("Dewi", case, "reject")
    again = object_to(desk, case)
    assert set(again.judged) == {named("Dewi"), named("Kasi")}


def test_only_whom_it_concerns_may_appeal_and_only_a_rejection(desk: Desk):
    case = rejected(desk)
    with pytest.raises(NotOwner):
        object_to(desk, case, "Citra")
    open_ = desk.open("Citra")
    with pytest.raises(NoAppealHere):
        object_to(desk, open_, "Citra")


def test_an_appeal_is_made_once_and_not_against_an_appeal(desk: Desk):
    case = rejected(desk)
    again = object_to(desk, case)
    with pytest.raises(AppealedAlready):
        object_to(desk, case)
    desk.decide("Viktor", again, "reject")
    with pytest.raises(NoAppealHere):
        object_to(desk, again)


def test_the_window_is_counted_in_working_time(desk: Desk):
    case = rejected(desk)
    right = appeals.right_to_appeal(desk.session, case, directory=desk.office)
    assert right and right.until.astimezone().date() > clock.now(desk.session).date() + timedelta(days=12)
    clock.move(desk.session, right.until - clock.now(desk.session) + timedelta(minutes=1))
    with pytest.raises(AppealTooLate):
        object_to(desk, case)


def test_grounds_are_needed(desk: Desk):
    with pytest.raises(GroundsNeeded):
        object_to(desk, rejected(desk), grounds="  no   ")


def test_a_sealed_case_can_still_be_appealed_for_the_appeal_is_a_new_case(desk: Desk):
    case = rejected(desk)
    cohort.seal_cases(desk.session, FLOW, desk.process_id)
    desk.session.expire_all()
    assert object_to(desk, case).state == "open"


def test_without_its_chain_nothing_is_opened(session: Session):
    desk = Desk(session, chain=CHAIN)
    with pytest.raises(NoSuchChain):
        object_to(desk, rejected(desk))


def test_a_chain_that_knows_no_appeal_gives_no_right(session: Session):
    desk = Desk(session)
    case = desk.open()
    desk.decide("Kasi", case, "reject")
    assert appeals.right_to_appeal(session, case, directory=desk.office) is None
