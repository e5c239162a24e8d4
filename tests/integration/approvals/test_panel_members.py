"""Approvers who are added to a stage, or taken from it."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from approvals import drafts, panel_members, tasks
from approvals.drafts import Draft
from approvals.errors import CaseSettled, CommentNeeded, HrOnly, NotYours, OwnCase
from approvals.models import Case
from approvals.models_proposals import Proposal
from approvals.obstacles import (
    ChairOnly,
    Conflicted,
    Gone,
    LastApprover,
    NotAddable,
    OwnProposal,
    SeatedAlready,
    SitsThere,
)
from tests.integration.approvals.desk import Desk, check_streams
from tests.integration.approvals.office import Office, named
from tests.integration.approvals.second import ADMIN

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
MEETING = "{quorum: 3, of: present, majority: more-than-half, chair: casting-vote}"


@pytest.fixture
def office() -> Office:
    office = Office.usual()
    for name in ("Ketua", "Agus", "Bela", "Cahya", "Tamu"):
        office.employ(name, "badan", "assessor")
    office.employ("Tamu", "badan")
    office.form_committee("baperjakat", "Ketua", "Agus", "Bela", "Cahya")
    return office


@pytest.fixture
def at(session: Session, office: Office) -> Iterator[type[Desk]]:
    yield lambda candidates, decide="any": Desk(  # type: ignore[misc]
        session, office, PANEL.format(candidates=candidates, decide=decide)
    )
    check_streams(session)


def add(desk: Desk, who: str, case: Case, whom: str, *, part: str = "member", reason: str = "they know"):
    return panel_members.add_approver(
        desk.session,
        desk.who(who),
        case.id,
        named(whom),
        part=part,  # type: ignore[arg-type]
        reason=reason,
        directory=desk.office,
    )


def remove(desk: Desk, who: str, case: Case, whom: str, reason: str = "on long leave"):
    task = next(t for t in desk.tasks(case) if not t.ended_at and whom_of(t, whom))
    return panel_members.remove_approver(
        desk.session, desk.who(who), task.id, named(whom), reason=reason, directory=desk.office
    )


def remove_by_two(desk: Desk, case: Case, whom: str):
    """One of HR proposes it, an administrator confirms it."""
    proposal = remove(desk, "Hana", case, whom)
    assert isinstance(proposal, Proposal)
    return panel_members.confirm_removing(desk.session, ADMIN, proposal.id, directory=desk.office)


def whom_of(task, whom: str) -> bool:
    return task.assignee_id == named(whom) or named(whom) in (task.candidates or ()) or task.queue


def seats(desk: Desk, case: Case) -> set[str]:
    names = {id_: p.name for id_, p in desk.office.staff.items()}
    return {
        names[t.assignee_id] if t.assignee_id else t.queue or "" for t in desk.tasks(case) if not t.ended_at
    }


@pytest.mark.parametrize("who", ["Hana", "Ketua"])
def test_hr_or_the_chair_adds_a_member_who_votes_like_the_others(at, who: str):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    add(desk, who, case, "Tamu")
    assert seats(desk, case) == {"Ketua", "Agus", "Bela", "Cahya", "Tamu"}
    for name in ("Ketua", "Agus", "Bela", "Cahya"):
        desk.vote(name, case)
    assert case.stage == "panel"
    desk.vote("Tamu", case, "reject")
    assert case.stage == "official"
    (said,) = desk.facts(case, "panel.member_added")
    assert (said["person"], said["by"], said["part"]) == (str(named("Tamu")), str(named(who)), "member")


def test_a_committee_that_lost_members_goes_on_when_one_is_added(at):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    desk.vote("Cahya", case, "recuse")
    desk.vote("Bela", case, "recuse")
    desk.vote("Ketua", case)
    desk.vote("Agus", case)
    assert seats(desk, case) == {"role:hr"}
    add(desk, "Hana", case, "Tamu")
    assert seats(desk, case) == {"Tamu"}
    desk.vote("Tamu", case)
    assert case.stage == "official"


def test_a_committee_that_was_too_small_from_the_start_begins_when_it_is_complete(at, office: Office):
    for name in ("Agus", "Bela", "Cahya"):
        office.retire(name)
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    assert seats(desk, case) == {"role:hr"}
    add(desk, "Hana", case, "Tamu")
    assert seats(desk, case) == {"role:hr", "Ketua", "Tamu"}
    add(desk, "Ketua", case, "Vera", part="secretary")
    assert seats(desk, case) == {"Ketua", "Tamu", "Vera"}
    for name in ("Ketua", "Tamu", "Vera"):
        desk.vote(name, case)
    assert case.stage == "official"


def test_who_may_not_be_added(at, office: Office):
    office.retire("Viktor")
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    for whom, why in (("Budi", Conflicted), ("Agus", SeatedAlready), ("Viktor", Gone)):
        with pytest.raises(why):
            add(desk, "Hana", case, whom)
    desk.vote("Agus", case)
    with pytest.raises(SeatedAlready):
        add(desk, "Hana", case, "Agus")
    desk.vote("Bela", case, "recuse")
    with pytest.raises(Conflicted):
        add(desk, "Hana", case, "Bela")


def test_who_may_not_add_and_not_without_a_reason(at):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    with pytest.raises(ChairOnly):
        add(desk, "Agus", case, "Tamu")
    with pytest.raises(CommentNeeded):
        add(desk, "Hana", case, "Tamu", reason="")
    own = desk.open("Hana", unit_id=named("badan"))
    with pytest.raises(OwnCase):
        add(desk, "Hana", own, "Tamu")


def test_nobody_is_put_between_the_seats_of_a_sequence_nor_beside_a_posts_holder(at):
    sequence = at("[{holder_of: head, unit: subject.unit}, {role: assessor}]", "sequence")
    with pytest.raises(NotAddable):
        add(sequence, "Hana", sequence.open(), "Tamu")
    post = at("{holder_of: head, unit: subject.unit}")
    with pytest.raises(NotAddable):
        add(post, "Hana", post.open("Citra"), "Tamu")


def test_one_more_may_take_what_a_role_is_offered(at):
    desk = at("{role: hr-verifier}")
    case = desk.open()
    with pytest.raises(NotYours):
        desk.decide("Tamu", case)
    with pytest.raises(SeatedAlready):
        add(desk, "Hana", case, "Vera")
    add(desk, "Hana", case, "Tamu")
    desk.decide("Tamu", case)
    assert case.stage == "official"


def test_who_was_there_before_may_still_take_it(at):
    desk = at("{role: hr-verifier}")
    case = desk.open()
    add(desk, "Hana", case, "Tamu")
    desk.decide("Viktor", case)


def test_an_approver_is_named_where_nobody_was_found(at):
    desk = at("{role: nobody-has-it}")
    case = desk.open()
    add(desk, "Hana", case, "Tamu")
    assert (desk.task(case).assignee_id, desk.task(case).queue) == (named("Tamu"), None)
    desk.decide("Tamu", case)


def test_who_is_named_does_not_read_what_hr_wrote_meanwhile(at):
    desk = at("{role: nobody-has-it}")
    case = desk.open()
    task, hana = desk.task(case), desk.who("Hana")
    tasks.claim(desk.session, hana, task.id)
    drafts.save_draft(desk.session, hana, task.id, Draft(comment="whom shall I ask?"))
    add(desk, "Hana", case, "Tamu")
    assert drafts.draft_of(task, desk.who("Tamu")) is None
    assert (task.draft, task.started_at, task.state) == (None, None, "allocated")
    desk.decide("Tamu", case)


def test_a_member_is_taken_out_and_the_others_settle_it(at):
    desk = at("{role: assessor}", "all")
    case = desk.open()
    for name in ("Ketua", "Agus", "Bela"):
        desk.vote(name, case)
    remove_by_two(desk, case, "Cahya")
    assert case.stage == "official"
    (said,) = desk.facts(case, "panel.member_removed")
    assert said["person"] == str(named("Cahya"))


def test_a_panel_that_is_short_without_a_member_is_convened(at, office: Office):
    office.retire("Cahya")
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    remove_by_two(desk, case, "Bela")
    desk.vote("Ketua", case)
    desk.vote("Agus", case)
    assert seats(desk, case) == {"role:hr"}


def test_only_hr_takes_a_member_out_and_not_who_has_voted(at):
    desk = at("{committee: baperjakat}", MEETING)
    case = desk.open()
    with pytest.raises(HrOnly):
        remove(desk, "Ketua", case, "Agus")
    seat = desk.seat(case, "Agus")
    desk.vote("Agus", case)
    with pytest.raises(Exception, match="does not allow"):
        panel_members.remove_approver(
            desk.session, desk.who("Hana"), seat.id, named("Agus"), reason="x", directory=desk.office
        )


def test_nobody_alone_takes_out_a_member_who_would_have_voted_otherwise(at):
    desk = at("{role: assessor}", "all")
    case = desk.open()
    for name in ("Ketua", "Agus", "Bela"):
        desk.vote(name, case)
    proposal = remove(desk, "Hana", case, "Cahya")
    assert isinstance(proposal, Proposal)
    assert (case.stage, seats(desk, case)) == ("panel", {"Cahya"})
    with pytest.raises(OwnProposal):
        panel_members.confirm_removing(desk.session, desk.who("Hana"), proposal.id, directory=desk.office)
    desk.vote("Cahya", case, "reject")
    with pytest.raises(CaseSettled):
        panel_members.confirm_removing(desk.session, ADMIN, proposal.id, directory=desk.office)
    assert case.state == "rejected"


def test_a_panel_does_not_choose_who_sits_in_it(at):
    desk = at("{role: assessor}", "all")
    for name, role in (("Ketua", "hr"), ("Agus", "admin")):
        desk.office.roles[named(name)].add(role)
    case = desk.open()
    with pytest.raises(SitsThere):
        remove(desk, "Ketua", case, "Cahya")
    proposal = remove(desk, "Hana", case, "Cahya")
    assert isinstance(proposal, Proposal)
    with pytest.raises(SitsThere):
        panel_members.confirm_removing(desk.session, desk.who("Agus"), proposal.id, directory=desk.office)


def test_the_last_who_may_decide_is_not_taken_away(at):
    desk = at("{role: hr-verifier}")
    case = desk.open()
    with pytest.raises(NotAddable):
        remove(desk, "Hana", case, "Vera")
    add(desk, "Hana", case, "Tamu")
    remove(desk, "Hana", case, "Vera")
    remove(desk, "Hana", case, "Viktor")
    with pytest.raises(LastApprover):
        remove(desk, "Hana", case, "Tamu")
    desk.decide("Tamu", case)
