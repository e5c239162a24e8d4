import threading
from datetime import timedelta

import pytest
from sqlalchemy import Interval, func, select, text, type_coerce
from sqlalchemy import event as hooks
from sqlalchemy.orm import Session, sessionmaker

from core import clock as core_clock
from core import events
from core.clock import now
from notifications import leases
from notifications.leases import LEASE, Failure
from notifications.models import Message, MessageState
from notifications.outbox import URGENT, MessageDraft, enqueue
from notifications.retry import FIRST_PAUSE, MOST_ATTEMPTS
from tests.integration.notifications.factories import draft, drafts, person


def expire(session: Session) -> None:
    """Let all leases and pauses run out."""
    session.execute(text("UPDATE message SET next_at = statement_timestamp() - interval '1 second'"))


def wait_of(session: Session) -> timedelta:
    """How long the only message still waits."""
    wait = type_coerce(Message.next_at - func.statement_timestamp(), Interval)
    return session.scalars(select(wait)).one()


def state_of(session: Session, message: Message) -> tuple[str, int, str | None]:
    session.expire_all()
    found = session.get_one(Message, message.id)
    return found.state, found.attempts, found.leased_by


def test_a_leased_message_is_nobody_elses(session: Session):
    enqueue(session, drafts(5))
    mine, theirs = leases.lease(session, "me", 3), leases.lease(session, "they", 3)
    assert (len(mine), len(theirs)) == (3, 2)
    assert not {m.id for m in mine} & {m.id for m in theirs}
    assert leases.lease(session, "third", 3) == []


def test_the_lease_of_a_courier_that_died_is_taken_over(session: Session):
    enqueue(session, [draft()])
    (message,) = leases.lease(session, "dead", 1)
    expire(session)
    (again,) = leases.lease(session, "heir", 1)
    assert again.id == message.id
    assert state_of(session, message) == ("leased", 2, "heir")


def test_a_renewed_lease_is_kept(session: Session):
    enqueue(session, [draft()])
    (message,) = leases.lease(session, "me", 1)
    expire(session)
    leases.renew(session, "me", [message.id])
    assert leases.lease(session, "heir", 1) == []
    assert wait_of(session) > LEASE / 2


def test_moving_an_offices_clock_takes_no_lease_away(session: Session):
    enqueue(session, [draft()])
    (message,) = leases.lease(session, "me", 1)
    core_clock.move(session, LEASE * 1000)
    assert leases.lease(session, "other", 1) == []
    leases.mark_sent(session, [message.id])
    assert session.get_one(Message, message.id, populate_existing=True).sent_at == pytest.approx(
        now(session), abs=timedelta(minutes=1)
    )


def test_a_message_given_back_was_not_an_attempt(session: Session):
    enqueue(session, [draft()])
    (message,) = leases.lease(session, "me", 1)
    leases.release(session, "me", [message.id], "the server is away")
    assert state_of(session, message) == ("queued", 0, None)
    assert [m.last_error for m in leases.lease(session, "me", 1)] == ["the server is away"]


def test_what_another_holds_by_now_is_left_to_it(session: Session):
    enqueue(session, [draft()])
    (message,) = leases.lease(session, "slow", 1)
    expire(session)
    leases.lease(session, "heir", 1)
    leases.release(session, "slow", [message.id])
    leases.renew(session, "slow", [message.id])
    leases.mark_failed(session, "slow", [Failure(message.id, "550", permanent=True)])
    assert state_of(session, message) == ("leased", 2, "heir")


def test_what_arrived_is_marked_whoever_holds_it_by_now(session: Session):
    enqueue(session, [draft()])
    (message,) = leases.lease(session, "slow", 1)
    expire(session)
    leases.lease(session, "heir", 1)
    leases.mark_sent(session, [message.id])
    leases.mark_failed(session, "heir", [Failure(message.id, "451", permanent=False)])
    assert state_of(session, message) == ("sent", 2, None)


def test_a_failed_message_waits_longer_each_time(session: Session):
    enqueue(session, [draft()])
    waits = []
    for _ in range(3):
        expire(session)
        (message,) = leases.lease(session, "me", 1)
        assert leases.mark_failed(session, "me", [Failure(message.id, "451 later", permanent=False)]) == 0
        assert leases.lease(session, "me", 1) == []
        waits.append(wait_of(session))
    for nth, wait in enumerate(waits):
        assert FIRST_PAUSE * 0.45 * 2**nth < wait <= FIRST_PAUSE * 1.5 * 2**nth


def test_a_message_is_given_up_after_its_last_attempt(session: Session, heard: list[events.Recorded]):
    enqueue(session, [draft()])
    for _ in range(MOST_ATTEMPTS):
        assert heard == []
        expire(session)
        (message,) = leases.lease(session, "me", 1)
        leases.mark_failed(session, "me", [Failure(message.id, "451 later", permanent=False)])
    assert state_of(session, message) == (MessageState.DEAD, MOST_ATTEMPTS, None)
    assert [e.name for e in heard] == ["message.dead"]
    assert heard[0].facts["error"] == "451 later" and heard[0].actor.via == "courier"


def test_a_permanent_failure_is_given_up_at_once(session: Session):
    enqueue(session, [draft(), draft()])
    one, other = leases.lease(session, "me", 2)
    failures = [Failure(one.id, "550 no", permanent=True), Failure(other.id, "451 later", permanent=False)]
    assert leases.mark_failed(session, "me", failures) == 1
    assert state_of(session, one)[0] == "dead" and state_of(session, other)[0] == "queued"


def test_what_somebody_waits_for_overtakes_thousands(session: Session):
    enqueue(session, drafts(200))
    urgent = draft(person("Waiting"))
    enqueue(session, [MessageDraft(urgent.event_id, urgent.template, urgent.recipient, urgent.facts, URGENT)])
    assert leases.lease(session, "me", 10)[0].name == "Waiting"


def test_the_next_messages_are_found_by_an_index(session: Session):
    enqueue(session, drafts(3000))
    session.execute(text("UPDATE message SET state = 'sent', sent_at = now() WHERE name NOT LIKE '%99'"))
    session.execute(text("ANALYZE message"))
    said: list[tuple[str, object]] = []
    hooks.listen(session.bind, "before_cursor_execute", lambda *a: said.append((a[2], a[3])))
    leases.lease(session, "me", 10)
    statement, parameters = said[-1]
    plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
    assert any("ix_message_next" in line for line in plan), "\n".join(plan)


def test_many_couriers_never_hold_the_same_message(committed: sessionmaker[Session]):
    with committed.begin() as session:
        enqueue(session, drafts(400))
    taken: list[list[object]] = []
    start = threading.Barrier(8)

    def courier(name: str) -> None:
        start.wait()
        while True:
            with committed.begin() as own:
                got = [m.id for m in leases.lease(own, name, 7)]
            if not got:
                return
            taken.append(got)

    threads = [threading.Thread(target=courier, args=(f"courier {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [id_ for got in taken for id_ in got]
    assert len(ids) == len(set(ids)) == 400
