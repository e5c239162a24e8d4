"""HR is told of posts left alone, and both ends of a delegation of it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import instruments
from approvals.instruments import Order
from core import clock
from core.directory import Scope
from notifications.catalogue import problems
from notifications.models import Message
from personnel import absences
from personnel.directory import PersonnelDirectory
from personnel.models import Employee
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


def letters(session: Session, template: str) -> list[Message]:
    found = list(session.scalars(select(Message).where(Message.template == template).order_by(Message.id)))
    for letter in found:
        assert problems(letter.template, letter.facts) == []
    return found


def away(agency: Agency, who: Employee, first: int = 1) -> None:
    today = agency.now.date()
    span = {"starts_on": today + timedelta(days=first), "ends_on": today + timedelta(days=first + 3)}
    absences.record(agency.session, agency.actor(agency.hr), who.id, kind="annual", **span)


def test_hr_is_told_when_a_head_goes_away_and_who_could_act(session: Session, agency: Agency) -> None:
    away(agency, agency.heads[0])
    (letter,) = letters(session, "substitute_wanted")
    assert letter.recipient_id == agency.hr.id
    assert letter.facts["holder"] == agency.heads[0].name
    assert letter.facts["deputy"].startswith("Rudi Hartono")
    assert letter.facts["more"] == 0


def test_the_leave_of_somebody_whose_post_decides_nothing_is_told_to_nobody(
    session: Session, agency: Agency
) -> None:
    away(agency, agency.person(agency.units[0], "Staf"))
    away(agency, agency.heads[0], first=90)
    assert letters(session, "substitute_wanted") == []


def test_both_ends_are_told_of_a_delegation_and_of_its_end(session: Session, agency: Agency) -> None:
    giver, receiver = agency.heads
    now = clock.now(session)
    order = Order(
        from_id=giver.id,
        to_id=receiver.id,
        order_number="ST-1",
        reason="dinas luar",
        starts_at=now,
        ends_at=now + timedelta(days=2),
    )
    given = instruments.grant(session, agency.actor(giver), order, directory=PersonnelDirectory(session))
    told = {m.recipient_id: m.facts["received"] for m in letters(session, "delegation_granted")}
    assert told == {receiver.id: True, giver.id: False}
    instruments.revoke(session, agency.actor(agency.hr), given.id)
    ended = letters(session, "delegation_ended")
    assert {m.recipient_id: m.facts["by_name"] for m in ended} == {
        receiver.id: agency.hr.name,
        giver.id: agency.hr.name,
    }


def test_a_delegate_is_told_of_each_task_that_comes(session: Session, agency: Agency) -> None:
    giver, receiver = agency.heads
    now = clock.now(session)
    scopes = {receiver.id: Scope(), agency.verifier.id: Scope(("another-chain",))}
    for number, (to, scope) in enumerate(scopes.items()):
        order = Order(
            from_id=giver.id,
            to_id=to,
            order_number=f"ST-{number}",
            reason="dinas luar",
            starts_at=now,
            ends_at=now + timedelta(days=2),
            scope=scope,
        )
        instruments.grant(session, agency.actor(giver), order, directory=PersonnelDirectory(session))
    agency.candidate(agency.units[0])
    cycles.screened(agency)
    told = {m.recipient_id: m.facts.get("for_name") for m in letters(session, "task_assigned")}
    assert told == {giver.id: None, receiver.id: giver.name}
