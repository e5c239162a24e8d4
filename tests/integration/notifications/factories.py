"""People and drafts for the tests of messages."""

from typing import Any
from uuid import UUID

from core.actor import Actor
from core.directory import Person
from core.ids import new_id
from notifications.outbox import MessageDraft
from tests.unit.notifications.samples import TASK

OPERATOR = Actor(new_id(), "Operator", frozenset({"operator"}))
CLERK = Actor(new_id(), "Clerk", frozenset({"hr"}))


def person(name: str = "Siti Rahmawati", email: str = "siti@medan.go.id", language: str = "id") -> Person:
    return Person(new_id(), name, email, language, None, True)


def draft(recipient: Person | None = None, event_id: UUID | None = None, **facts: Any) -> MessageDraft:
    return MessageDraft(event_id or new_id(), "task_assigned", recipient or person(), TASK | facts)


def drafts(count: int) -> list[MessageDraft]:
    """Messages to as many different people about one event."""
    event = new_id()
    return [draft(person(f"Person {n}", f"person{n}@medan.go.id"), event) for n in range(count)]
