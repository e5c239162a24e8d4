"""What was held back goes out when its reader wants it: several messages as one digest, one as itself."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.ids import new_id
from core.settings import settings
from notifications.catalogue import topic_of
from notifications.models import Message, MessageState
from notifications.outbox import ORDINARY
from notifications.surroundings import Surroundings
from notifications.topics import TOPICS

TEMPLATE = "digest"
PEOPLE = 50
"""Readers served in one transaction."""
MOST_ITEMS = 80
"""So many are told one by one; of the rest a digest says how many."""
OVER = "its task was over before it was sent"


def release(session: Session, now: datetime, surroundings: Surroundings) -> int:
    """Queue what is due, for some readers at a time; returns for how many.

    What was about a task that has ended meanwhile is not sent. Of two couriers one serves a reader.
    """
    people = _due(session, now)
    if not people:
        return 0
    together = now + timedelta(seconds=settings().mail.gather_seconds)
    rows = session.scalars(
        select(Message)
        .where(text("state = 'deferred'"), Message.due_at <= together, Message.recipient_id.in_(people))
        .order_by(Message.created_at, Message.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    tasks = {task for m in rows if (task := _task(m.facts))}
    ended = surroundings.ended(session, tasks) if tasks else frozenset[UUID]()
    waiting: defaultdict[UUID, list[Message]] = defaultdict(list)
    for message in rows:
        if _task(message.facts) in ended:
            message.state, message.last_error = MessageState.MOOT, OVER
        else:
            waiting[message.recipient_id].append(message)
    at = session.scalars(select(func.statement_timestamp())).one()
    for messages in waiting.values():
        _queue(session, messages, now, at)
    session.flush()
    return len(people)


def _due(session: Session, now: datetime) -> list[UUID]:
    """Some readers for whom something is due, each locked to this transaction."""
    first = (
        select(Message.recipient_id)
        .where(text("state = 'deferred'"), Message.due_at <= now)
        .group_by(Message.recipient_id)
        .order_by(func.min(Message.due_at))
        .limit(PEOPLE)
    )
    people = session.scalars(first).all()
    return [id_ for id_ in people if session.scalar(select(func.pg_try_advisory_xact_lock(_lock(id_))))]


def _lock(person_id: UUID):
    return func.hashtextextended(f"digest:{person_id}", 0)


def _queue(session: Session, messages: Sequence[Message], now: datetime, at: datetime) -> None:
    if len(messages) == 1:
        messages[0].state, messages[0].next_at = MessageState.QUEUED, at
        return
    newest, id_ = messages[-1], new_id()
    session.add(
        Message(
            id=id_,
            event_id=id_,
            recipient_id=newest.recipient_id,
            address=newest.address,
            name=newest.name,
            language=newest.language,
            template=TEMPLATE,
            facts=facts_of(messages),
            state=MessageState.QUEUED,
            priority=ORDINARY,
            attempts=0,
            bounces=0,
            next_at=at,
            created_at=now,
        )
    )
    for message in messages:
        message.state, message.told_in = MessageState.BUNDLED, id_


def facts_of(messages: Sequence[Message]) -> dict[str, Any]:
    """What a digest says: its messages, those that end first before those without a date."""
    first = sorted(messages, key=lambda m: str(m.facts.get("due_at") or "9"))
    topics = {topic_of(m.template, m.facts) for m in messages}
    return {
        "items": [{"template": m.template, "facts": m.facts} for m in first[:MOST_ITEMS]],
        "more": max(0, len(messages) - MOST_ITEMS),
        "topic": topics.pop() if len(topics) == 1 else "",
    }


def topic_that_ends(template: str, facts: Mapping[str, Any]) -> str:
    """The topic that a mail's reader may switch off by one click; empty where there is none."""
    topic = str(facts.get("topic") or "") if template == TEMPLATE else topic_of(template, facts)
    return topic if topic in TOPICS and TOPICS[topic].can_be_off else ""


def _task(facts: Mapping[str, Any]) -> UUID | None:
    return UUID(facts["task"]) if "task" in facts else None
