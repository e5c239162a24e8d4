"""Stages that are passed over, and stages that are done again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import pausing, steering
from approvals.dossier import lock_case
from approvals.errors import CommentNeeded, DecidedBefore, HrOnly, NotPossibleNow, NotYours, OwnCase
from approvals.models import Case, Decision
from approvals.obstacles import NotSkippable, NoWayBack, OwnProposal
from approvals.views import case_view
from tests.integration.approvals.desk import CHAIN, Desk, check_streams
from tests.integration.approvals.office import named
from tests.integration.approvals.second import ADMIN

SKIPPABLE = CHAIN.replace("  - stage: verification\n", "  - stage: verification\n    skippable: true\n")
LAST = """
chain: last
title: {id: Akhir, en: Last}
stages:
  - stage: only
    candidates: {role: hr-verifier}
    skippable: true
"""
PANEL = """
chain: panel
title: {id: Panel, en: Panel}
stages:
  - stage: panel
    candidates: [{holder_of: head, unit: subject.unit}, {role: hr-verifier}]
    decide: all
  - stage: official
    candidates: {holder_of: ppk, unit: top}
    sign: letter
  - stage: archive
    candidates: {role: hr}
"""


@pytest.fixture
def loose(session: Session) -> Iterator[Desk]:
    yield Desk(session, chain=SKIPPABLE)
    check_streams(session)


@pytest.fixture
def panel(session: Session) -> Iterator[Desk]:
    yield Desk(session, chain=PANEL)
    check_streams(session)


def skip(desk: Desk, who: str, case: Case, stage: str = "", reason: str = "done on paper") -> Case:
    return steering.skip(
        desk.session,
        desk.who(who),
        case.id,
        stage=stage or case.stage or "",
        reason=reason,
        directory=desk.office,
    )


def redo(desk: Desk, who: str, case: Case, to: str, reason: str = "look again") -> Case:
    return steering.redo(
        desk.session,
        desk.who(who),
        case.id,
        to=to,
        reason=reason,
        seen=case.stage or "",
        directory=desk.office,
    )


# passing over


def test_hr_passes_over_a_stage_where_its_chain_allows_that(loose: Desk):
    case = loose.at("verification")
    skip(loose, "Hana", case)
    assert case.stage == "consideration"
    assert loose.tasks(case)[-1].state == "skipped"
    (said,) = loose.facts(case, "case.passed_over")
    assert (said["stage"], said["by"], said["comment"]) == (
        "verification",
        str(named("Hana")),
        "done on paper",
    )
    states = {s.stage.name: s.state for s in case_view(loose.session, case.id).stages}
    assert states["verification"] == "skipped"


def test_a_stage_that_may_not_be_passed_over_is_not(loose: Desk, desk: Desk):
    with pytest.raises(NotSkippable):
        skip(desk, "Hana", desk.at("verification"))
    loose.office.employ("Hari", "badan", "hr")  # Hana recorded the answer from outside
    with pytest.raises(NotSkippable):
        skip(loose, "Hari", loose.at("appointing-official"))


def test_passing_over_never_settles_a_case(session: Session):
    desk = Desk(session, chain=LAST)
    case = desk.open()
    with pytest.raises(NotSkippable):
        skip(desk, "Hana", case)
    assert case.state == "open"
    check_streams(session)


def test_only_hr_passes_over_with_a_reason_and_never_in_a_conflict(loose: Desk):
    case = loose.at("verification")
    with pytest.raises(HrOnly):
        skip(loose, "Vera", case)
    with pytest.raises(CommentNeeded):
        skip(loose, "Hana", case, reason=" ")
    loose.office.employ("Kasi", "seksi", "hr")
    with pytest.raises(DecidedBefore):
        skip(loose, "Kasi", case)
    own = loose.at("verification", "Hana", unit_id=named("badan"))
    with pytest.raises(OwnCase):
        skip(loose, "Hana", own)


def test_only_the_stage_that_was_seen_is_passed_over(loose: Desk):
    case = loose.at("verification")
    skip(loose, "Hana", case)
    with pytest.raises(NotPossibleNow):
        skip(loose, "Hana", case, stage="verification")


# doing again


def test_an_approver_sends_a_case_back_to_an_earlier_stage_and_all_is_decided_again(desk: Desk):
    case = desk.at("verification")
    redo(desk, "Vera", case, "unit-head")
    assert (case.stage, case.round, case.state) == ("unit-head", 2, "open")
    assert desk.task(case).assignee_id == named("Kasi")
    desk.decide("Kasi", case)
    assert case.stage == "verification"
    desk.decide("Vera", case)
    made = desk.session.scalars(select(Decision.stage).where(Decision.case_id == case.id))
    assert sorted(made) == ["unit-head", "unit-head", "verification"]


def test_after_a_redo_the_authority_outside_is_asked_again(desk: Desk):
    case = desk.at("appointing-official")
    redo(desk, "Hana", case, "verification")
    desk.decide("Vera", case)
    assert case.stage == "consideration"
    desk.answer(case, number="B-2/2026")
    assert case.stage == "appointing-official"


@pytest.mark.parametrize("to", ["verification", "consideration", "appointing-official", "nowhere"])
def test_a_case_goes_back_only_to_what_people_decided(desk: Desk, to: str):
    case = desk.at("verification")
    with pytest.raises(NoWayBack):
        redo(desk, "Hana", case, to)


def test_who_has_no_part_in_the_stage_sends_nothing_back(desk: Desk):
    case = desk.at("verification")
    with pytest.raises(NotYours):
        redo(desk, "Kabid", case, "unit-head")
    with pytest.raises(CommentNeeded):
        redo(desk, "Hana", case, "unit-head", reason="")
    own = desk.at("verification", "Hana", unit_id=named("badan"))
    with pytest.raises(OwnCase):
        redo(desk, "Hana", own, "unit-head")


def test_a_panel_votes_anew(panel: Desk):
    case = panel.open()
    panel.vote("Kasi", case)
    redo(panel, "Hana", case, "panel")
    assert case.round == 2
    panel.vote("Kasi", case)
    assert case.stage == "panel"
    panel.decide("Vera", case)
    assert case.stage == "official"


def test_nothing_goes_back_behind_a_signature(panel: Desk):
    case = panel.open()
    panel.vote("Kasi", case)
    panel.decide("Vera", case)
    panel.decide("Walikota", case)
    assert steering.ways_back(lock_case(panel.session, case.id)) == []
    with pytest.raises(NoWayBack):
        redo(panel, "Hana", case, "official")


def test_a_case_opens_with_nothing_to_go_back_to(desk: Desk):
    assert steering.ways_back(lock_case(desk.session, desk.open().id)) == []


# ending


@pytest.mark.parametrize("state", ["open", "returned", "suspended"])
def test_two_cancel_a_case_with_a_reason_whatever_it_waits_for(desk: Desk, state: str):
    case = desk.open(requester_id=None)
    if state == "returned":
        desk.decide("Kasi", case, "return")
    if state == "suspended":
        pausing.suspend_case(
            desk.session, desk.who("Hana"), case.id, code="other", reason="x", directory=desk.office
        )
    assert case.state == state
    with pytest.raises(HrOnly):
        steering.cancel(desk.session, desk.who("Kasi"), case.id, reason="twice")
    with pytest.raises(CommentNeeded):
        steering.cancel(desk.session, desk.who("Hana"), case.id, reason="")
    proposal = steering.cancel(desk.session, desk.who("Hana"), case.id, reason="opened twice")
    assert case.state == state
    with pytest.raises(OwnProposal):
        steering.confirm_cancelling(desk.session, desk.who("Hana"), proposal.id)
    steering.confirm_cancelling(desk.session, ADMIN, proposal.id)
    assert (case.state, case.outcome) == ("cancelled", "cancelled")


def test_hr_does_not_cancel_their_own_case(desk: Desk):
    own = desk.open("Hana", unit_id=named("badan"))
    with pytest.raises(OwnCase):
        steering.cancel(desk.session, desk.who("Hana"), own.id, reason="x")


def test_a_signer_who_only_returned_it_has_signed_nothing(desk: Desk):
    case = desk.at("appointing-official")
    desk.decide("Walikota", case, "return")
    desk.resubmit("Budi", case)
    assert redo(desk, "Walikota", case, "verification").stage == "verification"
