"""A small ledger with all there can be: short and long streams, personal content, checkpoints, the young."""

import random
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role, system
from core.events import Event, record, seal
from core.ids import new_id
from core.ledger import checkpoints
from core.ledger.checkpoints import Checkpoint
from core.ledger.signing import SigningKey

KEEPER = system("keeper")
CLERK = Actor(new_id(), "Sri", frozenset({Role.HR}))
ADMIN = Actor(new_id(), "Agus", frozenset({Role.ADMIN}))
KEY = SigningKey.new()


def opened(session: Session, count: int = 3, kind: str = "case") -> UUID:
    """A stream of so many events; the first holds a name, every third a comment."""
    stream = new_id()
    happened = [
        Event(
            f"{kind}.moved" if n else f"{kind}.opened",
            stream,
            kind,
            {"n": n, "note": 'a "quoted" {brace}, an accent: é'},
            {"comment": f"Catatan {n}"} if n % 3 == 0 else None,
            opens=n == 0,
        )
        for n in range(count)
    ]
    record(session, CLERK, happened)
    return stream


def went_on(session: Session, stream: UUID) -> None:
    record(session, CLERK, [Event("case.moved", stream, "case", {"n": 99}, {"comment": "Lagi"})])


def checked(session: Session) -> Checkpoint:
    """Seal what is there, and sign it."""
    while seal(session):
        pass
    made = checkpoints.sign(session, KEEPER, KEY)
    assert made is not None
    return made


def filled(session: Session, streams: int = 60) -> list[UUID]:
    """Several checkpoints, more events than a tile is wide, then some sealed only and some not even that."""
    drawn = random.Random(4)
    made: list[UUID] = []
    for part in range(3):
        made += [opened(session, drawn.randint(1, 9)) for _ in range(streams // 3)]
        for stream in drawn.sample(made, 5):
            went_on(session, stream)
        checked(session)
        clock.move(session, timedelta(hours=1))
        if part == 1:
            opened(session, 230, "process")
    young = [opened(session, 4) for _ in range(4)]
    for stream in made[:3]:
        went_on(session, stream)
    while seal(session):
        pass
    return [*made, *young, *[opened(session, 3) for _ in range(3)]]
