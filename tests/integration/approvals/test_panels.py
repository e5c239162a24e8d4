"""Stages that several people decide."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from approvals import meetings, minutes
from approvals.errors import (
    CaseSettled,
    NoSuchCase,
    NoSuchMinutes,
    NotChair,
    NotPossibleNow,
    NotYours,
    PanelShort,
    SteppedAside,
    UnknownDecision,
    VotedAlready,
)
from approvals.inbox import inbox
from approvals.models import Case
from tests.integration.approvals.desk import Desk, check_streams
from tests.integration.approvals.office import Office, named

PANEL = """
chain: panel
title: {{id: Panel, en: Panel}}
stages:
  - stage: panel
    candidates: {candidates}
    decide: {decide}
  - stage: official
    candidates: {{holder_of: ppk, unit: top}}
"""
THREE = (
    "[{holder_of: head, unit: subject.unit}, {holder_of: head, unit: subject.unit.parent}, "
    "{role: hr-verifier}]"
)
MEETING = "{quorum: 3, of: present, majority: more-than-half, chair: casting-vote}"


@pytest.fixture
def office() -> Office:
    office = Office.usual()
    for name in ("Ketua", "Agus", "Bela", "Cahya", "Sekre"):
        office.employ(name, "badan", "assessor")
    office.form_committee("baperjakat", "Ketua", "Agus", "Bela", "Cahya")
    return office


@pytest.fixture
def at(session: Session, office: Office) -> Iterator[type[Desk]]:
    yield lambda candidates, decide: Desk(  # type: ignore[misc]
        session, office, PANEL.format(candidates=candidates, decide=decide)
    )
    check_streams(session)


def seats(desk: Desk, case: Case) -> set[str]:
    names = {id_: p.name for id_, p in desk.office.staff.items()}
    return {
        names[t.assignee_id] if t.assignee_id else t.queue or "" for t in desk.tasks(case) if not t.ended_at
    }


def test_each_of_a_list_has_a_seat_and_all_must_approve(at):
    desk = at(THREE, "all")
    case = desk.open()
    assert seats(desk, case) == {"Kasi", "Kabid", "role:hr-verifier"}
    desk.vote("Kasi", case)
    desk.vote("Kabid", case)
    assert case.stage == "panel"
    desk.decide("Vera", case)
    assert case.stage == "official"


def test_the_first_rejection_ends_a_panel_with_its_reason_and_leaves_no_ghosts(at):
    desk = at(THREE, "first-reject")
    case = desk.open()
    desk.vote("Kasi", case)
    desk.vote("Kabid", case, "reject", code="discipline")
    assert (case.state, case.outcome) == ("rejected", "discipline")
    with pytest.raises(CaseSettled):
        desk.decide("Vera", desk.tasks(case)[2])


def test_one_person_decides_one_seat_only(at, office: Office):
    office.employ("Kasi", "seksi", "hr-verifier")
    desk = at(THREE, "all")
    case = desk.open()
    desk.vote("Kasi", case)
    with pytest.raises(VotedAlready):
        desk.decide("Kasi", next(t for t in desk.tasks(case) if t.queue))


def test_a_quorum_of_a_role_gives_every_member_a_seat(at, office: Office):
    desk = at("{role: assessor}", "{quorum: 2}")
    case = desk.open()
    assert seats(desk, case) == {"Ketua", "Agus", "Bela", "Cahya", "Sekre"}
    desk.vote("Agus", case)
    desk.vote("Bela", case, "reject")
    assert case.stage == "panel"
    desk.vote("Cahya", case)
    assert case.stage == "official"
    assert desk.facts(case, "panel.decided")[0]["approve"] == 2


def test_a_sequence_asks_one_after_the_other(at):
    desk = at(THREE, "sequence")
    case = desk.open()
    assert seats(desk, case) == {"Kasi"}
    desk.vote("Kasi", case)
    assert seats(desk, case) == {"Kabid"}
    desk.vote("Kabid", case, "abstain")
    assert seats(desk, case) == {"role:hr-verifier"}
    desk.decide("Viktor", case)
    assert case.stage == "official"


def test_a_rejection_ends_a_sequence(at):
    desk = at(THREE, "sequence")
    case = desk.open()
    desk.vote("Kasi", case, "reject")
    assert case.state == "rejected"


def test_a_committee_waits_for_all_or_for_its_chair_to_end_the_meeting(at):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    desk.vote("Ketua", case)
    desk.vote("Agus", case)
    with pytest.raises(PanelShort):
        meetings.end_meeting(desk.session, desk.who("Ketua"), case.id, directory=desk.office)
    desk.vote("Bela", case, "reject")
    with pytest.raises(NotChair):
        meetings.end_meeting(desk.session, desk.who("Agus"), case.id, directory=desk.office)
    found = meetings.end_meeting(desk.session, desk.who("Ketua"), case.id, directory=desk.office)
    assert found == "approve"
    assert case.stage == "official"
    with pytest.raises(NotPossibleNow):
        meetings.end_meeting(desk.session, desk.who("Ketua"), case.id, directory=desk.office)


def test_the_chairs_vote_breaks_a_tie(at):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    desk.vote("Agus", case)
    desk.vote("Bela", case, "reject")
    desk.vote("Cahya", case)
    desk.vote("Ketua", case, "reject", code="discipline")
    assert (case.state, case.outcome) == ("rejected", "discipline")


def test_a_member_whose_own_case_it_is_has_no_seat_and_lowers_the_count(at):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open("Agus")
    assert seats(desk, case) == {"Ketua", "Bela", "Cahya"}
    assert desk.facts(case, "panel.convened")[0]["away"] == [str(named("Agus"))]


def test_a_member_who_steps_aside_lowers_the_count_and_stays_aside(at):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    desk.vote("Cahya", case, "recuse")
    desk.vote("Ketua", case)
    desk.vote("Agus", case)
    desk.vote("Bela", case, "return")
    assert case.stage == "official"
    assert desk.facts(case, "panel.decided")[0]["recused"] == 1


def test_a_committee_with_too_few_left_asks_hr_for_members_and_is_decided_by_nobody_else(at):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    desk.vote("Cahya", case, "recuse")
    desk.vote("Bela", case, "recuse")
    desk.vote("Ketua", case)
    desk.vote("Agus", case)
    assert seats(desk, case) == {"role:hr"}
    with pytest.raises(PanelShort, match="2 of the 3"):
        desk.decide("Hana", case)
    assert desk.names(case).count("panel.short") == 1


def test_a_committee_that_is_too_small_from_the_start_asks_hr_for_members(at, office: Office):
    office.retire("Agus")
    office.retire("Bela")
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    assert seats(desk, case) == {"role:hr"}
    assert desk.names(case)[1] == "panel.short"


def test_an_unknown_committee_asks_hr(at):
    desk = at("{committee: nowhere}", MEETING)
    case = desk.open()
    assert seats(desk, case) == {"role:hr"}


def test_who_steps_aside_alone_is_followed_by_the_next_who_may_decide(at):
    desk = at("{holder_of: head, unit: nearest}", "any")
    case = desk.open()
    desk.vote("Kasi", case, "recuse")
    assert seats(desk, case) <= {"Kabid", "role:hr"}
    with pytest.raises((SteppedAside, NotYours)):
        desk.decide("Kasi", case)


def test_nobody_abstains_where_one_decides(at):
    desk = at("{role: assessor}", "any")
    case = desk.open()
    with pytest.raises(UnknownDecision):
        desk.decide("Agus", case, "abstain")


def test_a_returned_panel_votes_anew_when_the_case_is_back(at):
    desk = at(THREE, "all")
    case = desk.open(requester_id=None)
    desk.vote("Kasi", case)
    desk.vote("Kabid", case, "return")
    desk.resubmit("Budi", case)
    assert seats(desk, case) == {"Kasi", "Kabid", "role:hr-verifier"}
    desk.vote("Kasi", case)
    desk.vote("Kabid", case)
    assert case.stage == "panel"
    desk.decide("Vera", case)
    assert case.stage == "official"


def test_people_are_found_by_a_condition_over_them_and_the_case(at, office: Office):
    office.ranks |= {named("Agus"): 12, named("Bela"): 8}
    desk = at("{role: assessor, where: 'person.rank > subject.rank'}", "any")
    case = desk.open()
    task = desk.task(case)
    assert (task.state, task.assignee_id) == ("allocated", named("Agus"))


def test_what_is_offered_by_name_is_in_those_inboxes_only_and_taken_by_one(at, office: Office):
    for name in ("Agus", "Bela"):
        office.prove(name, "certified-assessor")
    desk = at("{capability: certified-assessor}", "any")
    case = desk.open()
    assert desk.task(case).state == "offered"
    listed = {n: len(inbox(desk.session, desk.who(n), directory=office)) for n in ("Agus", "Bela", "Cahya")}
    assert listed == {"Agus": 1, "Bela": 1, "Cahya": 0}
    with pytest.raises(NotYours):
        desk.decide("Cahya", case)
    desk.decide("Bela", case)
    assert case.stage == "official"


def test_who_decided_a_stage_before_is_asked_again(session: Session, office: Office):
    chain = PANEL.format(candidates="{role: hr-verifier}", decide="any").replace(
        "candidates: {holder_of: ppk, unit: top}", "candidates: {decider_of: panel}\n    separate_from: []"
    )
    desk = Desk(session, office, chain)
    case = desk.open()
    desk.decide("Viktor", case)
    assert seats(desk, case) == {"Viktor"}
    desk.decide("Viktor", case)
    assert case.state == "approved"
    check_streams(session)


def meeting(at, subject: str = "Budi") -> tuple[Desk, Case]:
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open(subject)
    desk.vote("Ketua", case)
    desk.vote("Bela", case, "reject", code="data-untrue", comment="the diploma differs")
    desk.vote("Agus", case) if subject != "Agus" else desk.vote("Cahya", case)
    if case.stage == "panel":
        meetings.end_meeting(
            desk.session, desk.who("Ketua"), case.id, comment="Cahya is on duty away", directory=desk.office
        )
    return desk, case


def test_the_minutes_tell_who_sat_who_was_there_how_it_voted_and_why(at):
    desk, case = meeting(at)
    found = minutes.minutes(desk.session, desk.who("Agus"), case.id, "panel", 1, directory=desk.office)
    assert [(v.name, v.part, v.vote) for v in found.voters] == [
        ("Ketua", "chair", "approve"),
        ("Agus", "member", "approve"),
        ("Bela", "member", "reject"),
        ("Cahya", "member", None),
    ]
    assert (found.orders, found.closing) == (["SK/1"], "Cahya is on duty away")
    text = " ".join(PdfReader(BytesIO(minutes.pdf(found, "id"))).pages[0].extract_text().split())
    for said in (
        "BERITA ACARA",
        "SK/1",
        "tidak setuju",
        "the diploma differs",
        "Tidak hadir: 1",
        "Data tidak benar",
    ):
        assert said in text, text
    assert minutes.pdf(found, "id") == minutes.pdf(found, "id")


def test_a_member_without_a_seat_is_named_in_the_minutes(at):
    desk, case = meeting(at, "Agus")
    found = minutes.minutes(desk.session, desk.who("Hana"), case.id, "panel", 1, directory=desk.office)
    assert found.away == ["Agus"]


@pytest.mark.parametrize("reader", ["Budi", "Citra", "Vera"])
def test_minutes_are_not_for_whom_they_are_about_nor_for_who_did_not_sit(at, reader: str):
    desk, case = meeting(at)
    with pytest.raises((NoSuchMinutes, NoSuchCase)):
        minutes.minutes(desk.session, desk.who(reader), case.id, "panel", 1, directory=desk.office)


def test_a_panel_that_has_not_decided_has_no_minutes(at):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    with pytest.raises(NoSuchMinutes):
        minutes.minutes(desk.session, desk.who("Hana"), case.id, "panel", 1, directory=desk.office)
