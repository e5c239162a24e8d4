"""Who looks at a page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks for a page and in which language; plain values, good after the session has ended.

    `actor` is None for the public.
    """

    now: datetime
    language: str
    form_secret: str
    actor: Actor | None = None
    account_id: UUID | None = None
    must_change: bool = False
    """The person has to choose a password of their own first."""
