"""The ledger's own history: its checkpoints and keys are events too, under the checkpoints that follow."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.actor import Actor
from core.events import Event, Stream, record

LEDGER = UUID("6d756661-6b61-7400-8000-6c6564676572")
"""The one stream of this kind."""
KIND = "ledger"
ERASED = "content.erased"
"""The event, in whatever stream, that says of which others the personal content was erased by order."""


def tell(session: Session, actor: Actor, name: str, facts: Mapping[str, Any]) -> None:
    """Record what happened to the ledger itself; the first event about it opens its stream."""
    opens = session.get(Stream, LEDGER) is None
    record(session, actor, [Event(name, LEDGER, KIND, facts, opens=opens)])
