"""Cancelling a cycle: one proposes, another agrees, the keeper carries it out."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import confirming, proposals
from approvals.errors import HrOnly
from approvals.models_proposals import Proposal
from approvals.obstacles import AnsweredAlready, NoSuchProposal, OwnProposal, ProposedAlready
from core.actor import Actor, Role
from core.events import history
from core.ids import new_id
from flows.process import cancelling, intents, service
from flows.process.errors import NotNow, OnlyOperators, ReasonNeeded, TakesTwo
from flows.process.models import Intent, IntentKind, Process
from flows.process.run import Run
from flows.process.waiting import GateKind, pass_or_wait
from notifications.models import Message
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency

WHY = "salah periode"


@pytest.fixture
def run(agency: Agency) -> Run:
    agency.candidate(agency.units[0])
    return cycles.screened(agency)


def proposed(agency: Agency, run: Run, reason: str = WHY) -> Proposal:
    made = cancelling.cancel(agency.session, agency.actor(agency.hr), run.process_id, reason)
    assert isinstance(made, Proposal)
    return made


def test_one_alone_cancels_no_cycle_that_has_begun(session: Session, agency: Agency, run: Run) -> None:
    proposed(agency, run)
    assert session.scalars(select(Intent).where(Intent.kind == IntentKind.CANCEL)).all() == []
    assert [case.state for case in cycles.cases(session, run.process_id)] == ["open"]
    with pytest.raises(TakesTwo):
        service.ask(session, agency.actor(agency.hr), run.process_id, IntentKind.CANCEL, WHY)


def test_another_agrees_and_the_keeper_ends_it_by_the_name_of_who_proposed(
    session: Session, agency: Agency, run: Run
) -> None:
    intent = cancelling.confirm(session, cycles.ADMIN, proposed(agency, run).id)
    assert (intent.asked_by, intent.confirmed_by, intent.reason) == (
        agency.hr.id,
        cycles.ADMIN.person_id,
        WHY,
    )
    intents.carry_out(session, intent.id)
    assert session.get_one(Process, run.process_id).state == "cancelled"
    assert [case.state for case in cycles.cases(session, run.process_id)] == ["cancelled"]
    told = [row.name for row in history(session, run.process_id)]
    assert told[-4:] == ["proposal.made", "proposal.confirmed", "process.asked", "process.cancelled"]


def test_what_was_only_written_down_is_cancelled_by_one(session: Session, agency: Agency) -> None:
    process = cycles.create(agency)
    asked = cancelling.cancel(session, agency.actor(agency.hr), process.id, WHY)
    assert isinstance(asked, Intent)
    intents.carry_out(session, asked.id)
    assert process.state == "cancelled"


def test_what_began_before_the_keeper_came_needs_the_second_after_all(
    session: Session, agency: Agency
) -> None:
    process = cycles.create(agency)
    asked = cancelling.cancel(session, agency.actor(agency.hr), process.id, WHY)
    assert isinstance(asked, Intent)
    cycles.ask(agency, process.id, IntentKind.LAUNCH)
    process.launched_at = agency.now
    session.flush()
    intents.carry_out(session, asked.id)
    assert asked.state == "refused"
    assert process.ended_at is None


def test_proposing_again_is_the_same_and_a_colleague_is_told_who_did(
    session: Session, agency: Agency, run: Run
) -> None:
    first = proposed(agency, run)
    assert proposed(agency, run).id == first.id
    with pytest.raises(ProposedAlready, match="Rosmawati"):
        cancelling.cancel(session, agency.actor(agency.operator), run.process_id, WHY)


def test_who_may_not_is_refused(session: Session, agency: Agency, run: Run) -> None:
    with pytest.raises(OnlyOperators):
        cancelling.cancel(session, agency.actor(agency.verifier), run.process_id, WHY)
    with pytest.raises(ReasonNeeded):
        cancelling.cancel(session, agency.actor(agency.hr), run.process_id, " ")
    made = proposed(agency, run)
    with pytest.raises(OwnProposal):
        cancelling.confirm(session, agency.actor(agency.hr), made.id)
    with pytest.raises(HrOnly):
        cancelling.confirm(session, agency.actor(agency.operator), made.id)
    with pytest.raises(NoSuchProposal):
        cancelling.confirm(session, cycles.ADMIN, agency.hr.id)


def test_agreeing_twice_is_agreeing_once(session: Session, agency: Agency, run: Run) -> None:
    made = proposed(agency, run)
    first = cancelling.confirm(session, cycles.ADMIN, made.id)
    with pytest.raises(AnsweredAlready):
        cancelling.confirm(session, cycles.ADMIN, made.id)
    again = cancelling.cancel(session, agency.actor(agency.hr), run.process_id, WHY)
    assert again is first


def test_what_is_turned_down_goes_on(session: Session, agency: Agency, run: Run) -> None:
    made = proposed(agency, run)
    confirming.turn_down(session, cycles.ADMIN, made.id, reason="periodenya benar")
    assert proposals.about_process(session, run.process_id) == []
    assert session.get_one(Process, run.process_id).state == "waiting"
    assert pass_or_wait(session, run, "approvals", GateKind.SETTLED) is False


def test_a_cycle_that_ended_meanwhile_is_not_cancelled_and_nothing_waits_any_more(
    session: Session, agency: Agency, run: Run
) -> None:
    mine = proposed(agency, run)
    author = Actor(new_id(), "Nurul", frozenset({Role.HR}))
    process = session.get_one(Process, run.process_id)
    process.state, process.ended_at = "completed", agency.now
    session.flush()
    with pytest.raises(NotNow):
        cancelling.confirm(session, author, mine.id)
    proposals.drop(session, author, process.id)
    assert proposals.proposals(session, author) == []


def test_whoever_may_agree_is_told_and_the_author_hears_the_answer(
    session: Session, agency: Agency, run: Run
) -> None:
    second = agency.person(agency.badan, "Nurul Hidayah", roles=[Role.HR])
    made = proposed(agency, run)
    asked = session.scalars(select(Message).where(Message.template == "second_asked")).one()
    assert asked.recipient_id == second.id
    assert "KP-2027-01" in asked.facts["about"]
    cancelling.confirm(session, agency.actor(second), made.id)
    heard = select(Message.recipient_id).where(Message.template == "second_answered")
    assert session.scalars(heard).all() == [agency.hr.id]
