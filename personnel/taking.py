"""Who took data out of the office's records, as a file: told by the log, and to each person in it."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from core.actor import Actor
from core.events import Event, record
from core.ids import new_id
from personnel import looking

EXPORTED = "data.exported"
LOOK = "export"
"""What each person of a file reads under "My data"."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody took: which list, as which kind of file, how much of it, by which fields."""

    what: str
    """A code: candidates, consideration, events, story, people, posts, figures."""
    format: str
    rows: int
    file: str
    choice: Collection[str] = ()
    """By which fields it was narrowed. Not what was typed there: a name or a NIP in this stream, which is
    nobody's, would outlive that person's erasure."""
    about: UUID | None = None
    """The cycle, case or unit whose list it is."""


def took(session: Session, actor: Actor, taken: Taken, people: Collection[UUID] = ()) -> None:
    """Record an export in a stream of its own, and with each of the people that are in the file."""
    facts = {
        "what": taken.what,
        "format": taken.format,
        "rows": taken.rows,
        "people": len(people),
        "by": actor.person_id,
        "choice": sorted(taken.choice),
    }
    if taken.about is not None:
        facts["about"] = taken.about
    personal = {"file": taken.file}
    record(session, actor, [Event(EXPORTED, new_id(), "export", facts, personal, opens=True)])
    looking.looked_at_all(session, actor, people, LOOK)
