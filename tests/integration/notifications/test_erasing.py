"""What the outbox says of people is erased, by stream and by person; the rest is sent as ever."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import system
from core.events import Event, record
from core.ids import new_id
from core.ledger.erasing import GONE, Scope
from notifications import leases
from notifications.erasing import ERASED, erase
from notifications.models import Message
from notifications.outbox import enqueue
from tests.integration.notifications.factories import draft, person


def happened(session: Session) -> tuple[UUID, UUID]:
    """A stream, and an event in it."""
    stream = new_id()
    (recorded,) = record(session, system("cli"), [Event("case.opened", stream, "case", opens=True)])
    return stream, recorded.id


def about(session: Session, event_id: UUID) -> Message:
    session.expire_all()
    return session.scalars(select(Message).where(Message.event_id == event_id)).one()


def test_messages_about_a_stream_are_emptied_and_those_about_others_are_not(session: Session):
    (stream, event), (_, other) = happened(session), happened(session)
    enqueue(session, [draft(event_id=event), draft(event_id=other)])
    assert erase(session, Scope(frozenset([stream]), None)) == {stream: {"message": 1}}
    gone = about(session, event)
    assert (gone.facts, gone.state, gone.last_error) == ({}, "dead", ERASED)
    assert gone.name != GONE, "to whom it went is known"
    assert (about(session, other).state, bool(about(session, other).facts)) == ("queued", True)
    assert erase(session, Scope(frozenset([stream]), None)) == {}


def test_what_was_sent_stays_sent_and_says_nothing_any_more(session: Session):
    stream, event = happened(session)
    enqueue(session, [draft(event_id=event)])
    (taken,) = leases.lease(session, "me", 1)
    leases.mark_sent(session, [taken.id])
    erase(session, Scope(frozenset([stream]), None))
    gone = about(session, event)
    assert (gone.facts, gone.state, gone.last_error) == ({}, "sent", None)


def test_what_a_courier_holds_is_not_sent_again_and_may_be_marked_as_sent(session: Session):
    stream, event = happened(session)
    enqueue(session, [draft(event_id=event)])
    (taken,) = leases.lease(session, "me", 1)
    erase(session, Scope(frozenset([stream]), None))
    assert leases.lease(session, "another", 1) == []
    assert about(session, event).state == "dead"
    leases.mark_sent(session, [taken.id])
    assert (about(session, event).state, about(session, event).facts) == ("sent", {})


def test_of_a_person_what_went_to_them_and_what_names_them_is_emptied(session: Session):
    siti = person()
    to_them, naming, neither = (happened(session) for _ in range(3))
    loose = new_id()
    enqueue(session, [draft(siti, to_them[1]), draft(event_id=naming[1], about=siti.id)])
    enqueue(session, [draft(event_id=neither[1]), draft(siti, loose)])
    counted = erase(session, Scope(frozenset(), siti.id))
    assert counted == {to_them[0]: {"message": 1}, naming[0]: {"message": 1}, None: {"message": 1}}
    gone = about(session, to_them[1])
    assert (gone.name, gone.address, gone.facts) == (GONE, "", {})
    assert about(session, naming[1]).facts == {}
    assert about(session, neither[1]).facts
