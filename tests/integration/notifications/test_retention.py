from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock as core_clock
from notifications import leases
from notifications.models import Message
from notifications.outbox import enqueue
from notifications.retention import forget_facts
from tests.integration.notifications.factories import drafts


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
