"""Deciding a later stage before the case is there."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from approvals import access, ahead, corrections
from approvals.decisions import Verdict
from approvals.errors import ChecklistIncomplete, NotYours, OwnCase, UnknownDecision
from approvals.models import Case
from approvals.obstacles import AheadAlready, NoSuchAhead, NotToDecideAhead
from core import events
from tests.integration.approvals.desk import ALL_TICKED, CHAIN, Desk, check_streams, keys
from tests.integration.approvals.office import Office, named


@pytest.fixture
def desk(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    office = Office.usual()
    monkeypatch.setattr(events, "_subscribers", [ahead.subscriber(lambda _: office)])
    yield Desk(session, office)
    check_streams(session)


def early(
    desk: Desk, who: str, case: Case, kind: str = "approve", *, stage: str = "verification", key: str = ""
):
    reason = {} if kind == "approve" else {"code": "other", "comment": "because"}
    verdict = Verdict(
        kind=kind,
        seen_version=case.version,
        request_key=key or f"early-{next(keys)}",
        checklist=ALL_TICKED,
        **reason,
    )
    return ahead.decide_ahead(desk.session, desk.who(who), case.id, stage, verdict, directory=desk.office)


def test_it_counts_as_soon_as_the_case_comes_there(desk: Desk):
    case = desk.open()
    early(desk, "Vera", case)
    assert case.decided_ahead == ["verification"]
    desk.decide("Kasi", case)
    desk.session.refresh(case)
    assert (case.stage, case.decided_ahead) == ("consideration", [])
    told = [f for f in desk.facts(case, "task.decided") if f["stage"] == "verification"]
    assert [f["by"] for f in told] == [str(named("Vera"))]
    assert ahead.made_ahead(desk.session, case.id) == []


def test_a_rejection_ahead_waits_for_the_stages_before(desk: Desk):
    case = desk.open()
    early(desk, "Vera", case, "reject")
    assert case.state == "open"
    desk.decide("Kasi", case)
    desk.session.refresh(case)
    assert (case.state, case.outcome) == ("rejected", "other")


def test_it_is_dropped_when_the_case_has_changed(desk: Desk):
    case = desk.open()
    early(desk, "Vera", case)
    corrections.correct_data(
        desk.session, desk.who("Hana"), case.id, {"note": 1}, seen_version=case.version, reason="typo"
    )
    desk.decide("Kasi", case)
    desk.session.refresh(case)
    assert (case.stage, case.decided_ahead) == ("verification", [])
    (said,) = desk.facts(case, "case.ahead_dropped")
    assert (said["why"], said["by"]) == ("case-changed", str(named("Vera")))
    desk.decide("Vera", case)


@pytest.mark.parametrize("fate", ["retired", "role lost", "conflict"])
def test_it_is_dropped_when_who_decided_may_not_any_more(desk: Desk, fate: str):
    case = desk.open()
    early(desk, "Vera", case)
    match fate:
        case "retired":
            desk.office.retire("Vera")
        case "role lost":
            desk.office.roles[named("Vera")] = {"employee"}
        case _:
            desk.office.appoint("head", "seksi", "Vera")
    desk.decide("Vera" if fate == "conflict" else "Kasi", case)
    desk.session.refresh(case)
    assert case.stage == "verification"
    assert len(desk.facts(case, "case.ahead_dropped")) == 1
    desk.decide("Viktor", case)


def test_it_can_be_taken_back_before_it_counts_by_who_made_it(desk: Desk):
    case = desk.open()
    early(desk, "Vera", case)
    with pytest.raises(NoSuchAhead):
        ahead.take_back(desk.session, desk.who("Viktor"), case.id, "verification")
    ahead.take_back(desk.session, desk.who("Vera"), case.id, "verification")
    with pytest.raises(NoSuchAhead):
        ahead.take_back(desk.session, desk.who("Vera"), case.id, "verification")
    desk.decide("Kasi", case)
    assert case.stage == "verification"


def test_the_same_request_again_is_one_and_another_persons_is_refused(desk: Desk):
    case = desk.open()
    first = early(desk, "Vera", case, key="one form")
    assert early(desk, "Vera", case, key="one form") is first
    with pytest.raises(AheadAlready, match="Vera"):
        early(desk, "Viktor", case)


@pytest.mark.parametrize("stage", ["unit-head", "consideration", "appointing-official", "nowhere"])
def test_no_signature_nor_what_is_here_or_outside_is_decided_ahead(desk: Desk, stage: str):
    case = desk.open()
    with pytest.raises(NotToDecideAhead):
        early(desk, "Walikota", case, stage=stage)


def test_only_who_could_decide_it_there_decides_ahead_and_with_all_it_needs(desk: Desk):
    case = desk.open()
    for who in ("Kasi", "Hana"):
        with pytest.raises(NotYours):
            early(desk, who, case)
    with pytest.raises(UnknownDecision):
        early(desk, "Vera", case, "recuse")
    own = desk.open("Vera", unit_id=named("badan"))
    with pytest.raises(OwnCase):
        early(desk, "Vera", own)
    verdict = Verdict(kind="approve", seen_version=1, request_key="bare")
    with pytest.raises(ChecklistIncomplete):
        ahead.decide_ahead(
            desk.session, desk.who("Vera"), case.id, "verification", verdict, directory=desk.office
        )


def test_after_a_return_it_still_counts_if_nothing_was_changed(desk: Desk):
    case = desk.open(requester_id=None)
    early(desk, "Vera", case)
    desk.decide("Kasi", case, "return")
    desk.resubmit("Budi", case)
    desk.decide("Kasi", case)
    desk.session.refresh(case)
    assert case.stage == "consideration"


def sees(desk: Desk, who: str, case: Case) -> bool:
    return access.may_see(desk.session, desk.who(who), case, directory=desk.office)


def test_to_whom_a_stage_is_announced_sees_the_case_and_decides_it_ahead(
    session: Session, monkeypatch: pytest.MonkeyPatch
):
    office = Office.usual()
    monkeypatch.setattr(events, "_subscribers", [ahead.subscriber(lambda _: office)])
    told = CHAIN.replace("  - stage: verification\n", "  - stage: verification\n    distribute: early\n")
    desk = Desk(session, office, told)
    case = desk.open()
    assert (sees(desk, "Vera", case), sees(desk, "Dewi", case)) == (True, False)
    early(desk, "Vera", case)
    desk.decide("Kasi", case)
    session.refresh(case)
    assert case.stage == "consideration"
    check_streams(session)


def test_who_decided_ahead_sees_the_case_and_nobody_does_for_what_may_come(desk: Desk):
    case = desk.open()
    assert not sees(desk, "Vera", case)
    early(desk, "Vera", case)
    assert (sees(desk, "Vera", case), sees(desk, "Viktor", case)) == (True, False)
