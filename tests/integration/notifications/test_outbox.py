from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import events
from core.actor import Role
from core.errors import NotAllowed
from core.events import facts_of, history
from core.ids import new_id
from core.ledger.verifying import verify
from notifications import leases
from notifications.leases import Failure
from notifications.models import Message, MessageState
from notifications.outbox import (
    NO_ADDRESS,
    AddressMissing,
    MessageForgotten,
    MessageOnItsWay,
    NoSuchMessage,
    OutboxDepth,
    ReasonMissing,
    dead,
    depth,
    enqueue,
    resend,
)
from tests.integration.notifications.factories import CLERK, OPERATOR, draft, drafts, person


def only(session: Session) -> Message:
    session.expire_all()
    return session.scalars(select(Message)).one()


def given_up(session: Session, **changed: object) -> Message:
    enqueue(session, [draft(**changed)])
    (message,) = leases.lease(session, "me", 10)
    leases.mark_failed(session, "me", [Failure(message.id, "550 no such user", permanent=True)])
    return message


def test_a_message_waits_in_the_outbox_with_what_it_tells(session: Session):
    siti = person(email=" siti@medan.go.id ", language="en")
    told = {
        "by": new_id(),
        "on": date(2026, 12, 1),
        "at": datetime(2026, 12, 1, 9, tzinfo=UTC),
        "who": ("a", {"deep": UUID(int=7)}),
        "none": None,
        "yes": True,
    }
    assert enqueue(session, [draft(siti, **told)]) == 1
    message = only(session)
    assert (message.state, message.address, message.language) == ("queued", "siti@medan.go.id", "en")
    assert {name: message.facts[name] for name in told} == {
        "by": str(told["by"]),
        "on": "2026-12-01",
        "at": "2026-12-01T09:00:00+00:00",
        "who": ["a", {"deep": str(UUID(int=7))}],
        "none": None,
        "yes": True,
    }


def test_the_same_message_twice_is_one(session: Session):
    first = draft()
    assert enqueue(session, [first, first]) == 1
    assert enqueue(session, [first]) == 0
    assert only(session).facts == dict(first.facts)


def test_who_has_no_address_is_seen_by_operators_and_not_counted(session: Session):
    assert enqueue(session, [draft(person(email="  ")), draft()]) == 1
    (unreached,) = dead(session)
    assert (unreached.state, unreached.last_error) == (MessageState.DEAD, NO_ADDRESS)


def test_a_language_that_we_do_not_speak_becomes_the_offices(session: Session):
    enqueue(session, [draft(person(language="jv"))])
    assert only(session).language == "id"


def test_ten_thousand_messages_cost_a_few_statements(session: Session):
    many = drafts(10_000)
    counted: list[str] = []
    hooks.listen(session.bind, "before_cursor_execute", lambda *a: counted.append(a[2]))
    assert enqueue(session, many) == 10_000
    assert len([s for s in counted if s.startswith("INSERT")]) == len(counted) - 2 == 2, counted
    assert session.scalar(select(func.count()).select_from(Message)) == 10_000


def test_nothing_to_send_is_no_statement_at_all(session: Session):
    assert enqueue(session, []) == 0


def test_the_depth_counts_what_waits_and_since_when(session: Session):
    assert depth(session) == OutboxDepth(0, 0, 0, None)
    enqueue(session, drafts(5))
    enqueue(session, [draft(person(email=""))])
    taken = leases.lease(session, "me", 2)
    leases.mark_sent(session, [taken[0].id])
    oldest = session.scalar(select(func.min(Message.created_at)))
    assert depth(session) == OutboxDepth(queued=3, leased=1, dead=1, oldest=oldest)


def test_the_dead_come_newest_first_and_limited(session: Session):
    enqueue(session, [draft(person("A", ""))])
    session.execute(text("UPDATE message SET created_at = created_at - interval '1 day'"))
    enqueue(session, [draft(person("B", ""))])
    assert [m.name for m in dead(session)] == ["B", "A"]
    assert [m.name for m in dead(session, limit=1)] == ["B"]


def test_an_operator_sends_a_dead_message_again_with_a_reason(session: Session, heard: list[events.Recorded]):
    message = given_up(session)
    resend(session, OPERATOR, message.id, " mailbox was full ")
    again = only(session)
    assert (again.state, again.attempts, again.last_error) == ("queued", 0, None)
    assert [m.id for m in leases.lease(session, "me", 10)] == [message.id]
    assert [e.name for e in heard] == ["message.dead", "message.resent"]
    assert heard[1].personal == {"reason": "mailbox was full"}
    assert heard[1].actor is OPERATOR


def test_a_messages_history_is_a_sound_stream(session: Session):
    message = given_up(session)
    resend(session, OPERATOR, message.id, "again")
    leases.lease(session, "me", 10)
    leases.mark_failed(session, "me", [Failure(message.id, "550 still not", permanent=True)])
    rows = history(session, message.id)
    assert verify(session).sound
    assert [r.name for r in rows] == ["message.dead", "message.resent", "message.dead"]
    assert facts_of(rows[0]) == {
        "message": str(message.id),
        "template": "task_assigned",
        "recipient": str(message.recipient_id),
        "attempts": 1,
        "error": "550 no such user",
    }


def test_a_sent_message_can_be_sent_again(session: Session):
    enqueue(session, [draft()])
    (message,) = leases.lease(session, "me", 10)
    leases.mark_sent(session, [message.id])
    resend(session, OPERATOR, message.id, "the person lost it")
    assert (only(session).state, only(session).sent_at) == ("queued", None)


def test_the_same_person_is_reached_at_todays_address(session: Session):
    siti = person(email="")
    enqueue(session, [draft(siti)])
    message = only(session)
    with pytest.raises(AddressMissing, match="Siti Rahmawati"):
        resend(session, OPERATOR, message.id, "try")
    new = type(siti)(siti.id, "Siti R.", "siti@new.go.id", "en", None, True)
    resend(session, OPERATOR, message.id, "address entered", recipient=new)
    assert (only(session).address, only(session).name, only(session).language) == (
        "siti@new.go.id",
        "Siti R.",
        "en",
    )


def test_a_message_is_never_sent_to_somebody_else(session: Session):
    message = given_up(session)
    with pytest.raises(NotAllowed):
        resend(session, OPERATOR, message.id, "try", recipient=person("Budi", "budi@medan.go.id"))
    assert only(session).state == "dead"


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.OPERATOR, Role.ADMIN)])
def test_only_operators_and_administrators_send_again(session: Session, role: Role):
    message = given_up(session)
    actor = type(CLERK)(new_id(), "Somebody", frozenset({role}))
    with pytest.raises(NotAllowed):
        resend(session, actor, message.id, "please")
    assert only(session).state == "dead"


def test_sending_again_asks_for_a_reason(session: Session):
    message = given_up(session)
    with pytest.raises(ReasonMissing):
        resend(session, OPERATOR, message.id, "  ")


def test_what_waits_is_not_sent_again(session: Session):
    enqueue(session, [draft()])
    for _ in ("queued", "leased"):
        with pytest.raises(MessageOnItsWay):
            resend(session, OPERATOR, only(session).id, "hurry")
        leases.lease(session, "me", 10)


def test_a_message_whose_content_was_erased_is_not_sent_again(session: Session):
    message = given_up(session)
    session.execute(text("UPDATE message SET facts = '{}'"))
    with pytest.raises(MessageForgotten):
        resend(session, OPERATOR, message.id, "please")


def test_a_message_that_never_was_is_not_sent_again(session: Session):
    with pytest.raises(NoSuchMessage):
        resend(session, OPERATOR, new_id(), "please")


@pytest.mark.parametrize(
    "change", ["state = 'sent'", "sent_at = now()", "state = 'leased'", "leased_by = 'me'", "state = 'lost'"]
)
def test_the_database_refuses_a_state_that_contradicts_itself(session: Session, change: str):
    enqueue(session, [draft()])
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(f"UPDATE message SET {change}"))
