from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock as core_clock
from core.ids import new_id
from notifications import leases, returns
from notifications.models import Message
from notifications.outbox import enqueue
from notifications.reports import read
from notifications.retention import forget_facts, forget_returns
from tests.integration.notifications.factories import drafts
from tests.unit.notifications.bounced import postfix


def test_what_old_messages_said_is_erased_and_that_they_were_sent_is_kept(session: Session):
    enqueue(session, drafts(3))
    old, *_ = leases.lease(session, "me", 1)
    leases.mark_sent(session, [old.id])
    core_clock.move(session, timedelta(days=400))
    recent, *_ = leases.lease(session, "me", 1)
    leases.mark_sent(session, [recent.id])
    assert forget_facts(session, core_clock.now(session) - timedelta(days=365)) == 1
    session.expire_all()
    kept = {m.id: bool(m.facts) for m in session.scalars(select(Message))}
    assert kept.pop(old.id) is False and all(kept.values())
    assert session.get_one(Message, old.id).sent_at is not None
    assert forget_facts(session, core_clock.now(session) - timedelta(days=365)) == 0


def test_what_was_never_sent_by_itself_is_forgotten_too_and_what_waits_is_not(session: Session):
    enqueue(session, drafts(4))
    states = "(ARRAY['moot','kept','queued','queued'])[row_number]"
    session.execute(
        text(
            f"UPDATE message SET state = {states} FROM (SELECT id, row_number() OVER (ORDER BY id) "
            "FROM message) AS n WHERE n.id = message.id"
        )
    )
    core_clock.move(session, timedelta(days=400))
    assert forget_facts(session, core_clock.now(session) - timedelta(days=365)) == 2
    session.expire_all()
    assert {m.state for m in session.scalars(select(Message)) if m.facts} == {"queued"}


def test_old_reports_are_deleted(session: Session):
    returns.take_in(session, read(postfix(new_id())))
    core_clock.move(session, timedelta(days=400))
    returns.take_in(session, read(postfix(new_id())))
    assert forget_returns(session, core_clock.now(session) - timedelta(days=365)) == 1
    assert len(returns.latest(session)) == 1
