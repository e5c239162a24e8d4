"""Declared ties: who lives with the subject, is family or wants the same post, never decides on them."""

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from approvals import ahead, steering, tasks
from approvals.decisions import Verdict
from approvals.errors import ActsForConflicted, RelatedToSubject, TieUnanswered
from approvals.inbox import inbox
from approvals.models import Case, TaskState
from approvals.ties import rebar
from core.directory import Capacity, Relation
from tests.integration.approvals.desk import ALL_TICKED, FLOW, Desk, check_streams
from tests.integration.approvals.office import named

CHAIN = """
chain: panel
title: {id: Panel, en: Panel}
stages:
  - stage: panel
    candidates: %s
    decide: %s
"""
THREE = "[{holder_of: head, unit: seksi}, {holder_of: head, unit: bidang}, {holder_of: head, unit: badan}]"


def declared(desk: Desk, one: str, other: str, kind: str = "household") -> int:
    desk.office.relate(one, other, kind)
    return rebar(desk.session, FLOW, [named(one), named(other)], directory=desk.office)


def waits_for(desk: Desk, case: Case) -> UUID | None:
    return desk.task(case).assignee_id


@pytest.mark.parametrize("kind", ["household", "family", "competitor"])
def test_a_case_never_opens_before_somebody_tied_to_its_subject(desk: Desk, kind: str):
    desk.office.relate("Kasi", "Budi", kind)
    case = desk.open("Budi")
    assert waits_for(desk, case) == named("Kabid")
    with pytest.raises(RelatedToSubject):
        desk.decide("Kasi", case)
    assert waits_for(desk, desk.open("Citra")) == named("Kasi")


def test_somebody_tied_is_not_shown_what_their_queue_is_offered(desk: Desk):
    desk.office.relate("Budi", "Vera", "family")
    case = desk.at("unit-head")
    desk.decide("Kasi", case)
    assert not inbox(desk.session, desk.who("Vera"), directory=desk.office)
    assert len(inbox(desk.session, desk.who("Viktor"), directory=desk.office)) == 1
    with pytest.raises(RelatedToSubject):
        tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    with pytest.raises(RelatedToSubject):
        desk.decide("Vera", case)


def test_a_tie_declared_later_takes_the_task_away_and_moves_it_up(desk: Desk):
    case = desk.open("Budi")
    assert declared(desk, "Kasi", "Budi") == 1
    assert waits_for(desk, case) == named("Kabid")
    assert desk.facts(case, "task.reassigned")[0]["cause"] == "related"
    with pytest.raises(RelatedToSubject):
        desk.decide("Kasi", case)
    desk.decide("Kabid", case)


def test_it_holds_through_acting_too(desk: Desk):
    desk.office.appoint("head", "seksi", "Dewi", Capacity.PLH, "ST-1")
    case = desk.open("Budi")
    task = desk.task(case)
    task.barred = [*task.barred, named("Kasi")]
    case.tied = [named("Kasi")]
    desk.session.flush()
    with pytest.raises(ActsForConflicted):
        desk.decide("Dewi", case)
    assert not inbox(desk.session, desk.who("Dewi"), directory=desk.office)


def test_whoever_took_it_from_a_queue_loses_it_to_the_others(desk: Desk):
    case = desk.at("verification")
    tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    declared(desk, "Vera", "Budi", "competitor")
    task = desk.task(case)
    assert (task.state, task.assignee_id, task.queue) == (TaskState.OFFERED, None, "role:hr-verifier")
    with pytest.raises(RelatedToSubject):
        desk.decide("Vera", case)
    desk.decide("Viktor", case)


def test_a_queue_of_which_all_are_tied_leaves_it_to_hr(desk: Desk):
    case = desk.at("verification")
    declared(desk, "Vera", "Budi")
    assert desk.task(case).queue == "role:hr-verifier"
    declared(desk, "Budi", "Viktor")
    assert desk.task(case).queue == "role:hr"
    assert len(desk.facts(case, "task.unfilled")) == 1


def test_a_tie_that_has_ended_bars_nobody_and_what_rose_stays_where_it_is(desk: Desk):
    case = desk.open("Budi")
    declared(desk, "Kasi", "Budi")
    desk.office.relations.clear()
    assert rebar(desk.session, FLOW, [named("Budi")], directory=desk.office) == 1
    assert desk.task(case).barred == [named("Budi")]
    assert waits_for(desk, case) == named("Kabid")
    assert desk.facts(case, "case.ties_changed")[-1]["count"] == 0


def test_the_hashed_text_does_not_say_who_is_tied(desk: Desk):
    from core.events import history

    case = desk.open("Budi")
    declared(desk, "Kasi", "Budi")
    (event,) = [e for e in history(desk.session, case.id) if e.name == "case.ties_changed"]
    assert str(named("Kasi")) not in event.body
    assert str(named("Kasi")) in (event.personal or "")


def test_what_is_declared_twice_or_of_others_changes_nothing(desk: Desk):
    desk.open("Budi")
    declared(desk, "Kasi", "Budi")
    assert rebar(desk.session, FLOW, [named("Budi")], directory=desk.office) == 0
    assert declared(desk, "Citra", "Dewi") == 0


def test_a_settled_case_stays_as_it_was_decided(desk: Desk):
    case = desk.open("Budi")
    desk.decide("Kasi", case, "reject")
    assert declared(desk, "Kasi", "Budi") == 0
    assert case.tied == []


def test_a_panel_loses_the_seat_as_if_its_sitter_had_stepped_aside(session: Session):
    desk = Desk(session, chain=CHAIN % ("{committee: tim}", "majority"))
    desk.office.form_committee("tim", "Kabid", "Vera", "Viktor")
    case = desk.open("Budi")
    seats = {t.assignee_id: t for t in desk.tasks(case)}
    declared(desk, "Vera", "Budi")
    assert seats[named("Vera")].state == TaskState.CANCELLED
    desk.decide("Kabid", seats[named("Kabid")])
    desk.decide("Viktor", seats[named("Viktor")])
    assert case.state == "approved"
    check_streams(session)


def test_the_last_open_seat_that_is_lost_lets_the_others_settle_it(session: Session):
    desk = Desk(session, chain=CHAIN % ("{committee: tim}", "all"))
    desk.office.form_committee("tim", "Kabid", "Vera")
    case = desk.open("Budi")
    seats = {t.assignee_id: t for t in desk.tasks(case)}
    desk.decide("Kabid", seats[named("Kabid")])
    declared(desk, "Vera", "Budi")
    assert case.state == "approved"
    check_streams(session)


def test_a_sequence_goes_on_to_the_next_and_skips_nobody(session: Session):
    desk = Desk(session, chain=CHAIN % ("{committee: tim}", "sequence"))
    desk.office.form_committee("tim", "Kabid", "Vera", "Viktor")
    case = desk.open("Budi")
    declared(desk, "Kabid", "Budi")
    assert waits_for(desk, case) == named("Vera")
    desk.decide("Vera", case)
    assert waits_for(desk, case) == named("Viktor")
    check_streams(session)


def test_a_sequence_skips_nobody_when_one_steps_aside(session: Session):
    desk = Desk(session, chain=CHAIN % ("{committee: tim}", "sequence"))
    desk.office.form_committee("tim", "Kabid", "Vera", "Viktor")
    case = desk.open("Budi")
    desk.decide("Kabid", case, "recuse", code=None)
    assert waits_for(desk, case) == named("Vera")
    check_streams(session)


def test_a_seat_of_a_post_goes_to_the_post_above(session: Session):
    desk = Desk(session, chain=CHAIN % (THREE, "all"))
    case = desk.open("Budi")
    declared(desk, "Kasi", "Budi")
    first = desk.tasks(case)[0]
    assert first.assignee_id == named("Kabid")


def test_who_declined_a_task_stays_barred_from_it(desk: Desk):
    case = desk.open("Budi")
    task = desk.task(case)
    task.barred = [*task.barred, named("Citra")]
    declared(desk, "Dewi", "Budi")
    assert {named("Citra"), named("Dewi"), named("Budi")} == set(task.barred)


def said_by_others(desk: Desk, one: str, other: str) -> None:
    """A tie that somebody declared and whom it would bar has not answered."""
    desk.office.relations.append(Relation(named(one), named(other), "family", open=True))
    rebar(desk.session, FLOW, [named(one), named(other)], directory=desk.office)


def answered(desk: Desk) -> None:
    """It was denied: the records no longer tell of it."""
    people = {end for tie in desk.office.relations for end in (tie.person_id, tie.other_id)}
    desk.office.relations.clear()
    rebar(desk.session, FLOW, people, directory=desk.office)


def test_whom_others_say_to_be_tied_keeps_the_task_and_answers_before_deciding(desk: Desk):
    case = desk.open("Budi")
    said_by_others(desk, "Budi", "Kasi")
    assert waits_for(desk, case) == named("Kasi")
    with pytest.raises(TieUnanswered):
        desk.decide("Kasi", case)
    answered(desk)
    desk.decide("Kasi", case)


def test_a_case_opens_before_whom_others_say_to_be_tied_and_they_answer_first(desk: Desk):
    said_by_others(desk, "Budi", "Kasi")
    case = desk.open("Budi")
    assert (waits_for(desk, case), case.doubted, case.tied) == (named("Kasi"), [named("Kasi")], [])
    with pytest.raises(TieUnanswered):
        desk.decide("Kasi", case)


def test_whoever_acts_for_somebody_waits_for_their_answer_too(desk: Desk):
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    said_by_others(desk, "Budi", "Kasi")
    case = desk.open("Budi")
    with pytest.raises(TieUnanswered):
        desk.decide("Wakil", case)


def test_nobody_steers_or_decides_ahead_before_they_answered(desk: Desk):
    case = desk.open("Budi")
    said_by_others(desk, "Budi", "Hana")
    said_by_others(desk, "Budi", "Vera")
    with pytest.raises(TieUnanswered):
        steering.cancel(desk.session, desk.who("Hana"), case.id, reason="x")
    verdict = Verdict(kind="approve", seen_version=1, request_key="ahead", checklist=ALL_TICKED)
    with pytest.raises(TieUnanswered):
        ahead.decide_ahead(
            desk.session, desk.who("Vera"), case.id, "verification", verdict, directory=desk.office
        )
