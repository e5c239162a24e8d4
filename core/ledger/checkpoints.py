"""Checkpoints: the office signs how many events there are and their tree's root, and sends that away."""

import base64
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.actor import Actor, Role
from core.database import Base
from core.errors import MufakatError, NotAllowed, NotFound
from core.events import EventRow
from core.ledger import keys
from core.ledger.merkle import consistency_proof, is_consistent
from core.ledger.notes import Note
from core.ledger.signing import PublicKey, SigningKey
from core.ledger.stream import LEDGER, tell
from core.ledger.tiles import Gap, Tree
from core.settings import settings

CHECKPOINT_LOCK = 0x6D75666C
LATE = 3
"""Times the interval of checkpoints after which one is late."""


class LedgerAltered(MufakatError):
    """The log was altered since the last checkpoint ({what}), so no new one was signed. Run ./mufakat ledger
    verify: it names the place."""


class Checkpoint(Base):
    """A signed note, by its parts; its text is made of them again, so the signature covers every column."""

    __tablename__ = "checkpoint"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger, unique=True)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    previous_size: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(ForeignKey(keys.KeyRow.id))
    signature: Mapped[bytes] = mapped_column(LargeBinary)

    def note(self) -> Note:
        return Note(
            self.number, self.size, self.root, self.previous_size, self.at, self.key_id, self.signature
        )


def sign(session: Session, actor: Actor, key: SigningKey) -> Checkpoint | None:
    """Sign the log as far as it is sealed; None when nothing happened since the last checkpoint.

    Before, it is made sure that the kept tree still begins with the one that was signed last. Raises
    NotAllowed, LedgerAltered.
    """
    if not (actor.is_system or actor.has(Role.ADMIN)):
        raise NotAllowed
    session.execute(select(func.pg_advisory_xact_lock(CHECKPOINT_LOCK)))
    before = latest(session)
    if not _anything_new(session, before):
        return None
    tree = Tree(session)
    _guard(session, tree, before)
    keys.introduce(session, actor, key.public)
    made = _grown(session, tree, before, key)
    session.add(made)
    session.flush()
    tell(session, actor, "ledger.checkpoint_signed", facts_of(made))
    return made


def is_due(session: Session, every: timedelta) -> bool:
    """Whether the last checkpoint is so old, and something happened since."""
    before = latest(session)
    return (before is None or before.at + every <= clock.now(session)) and _anything_new(session, before)


def is_late(session: Session) -> bool:
    """Whether one should have been signed long ago: the keeper is away, or refuses to sign."""
    return is_due(session, LATE * interval())


def sign_when_due(session: Session, actor: Actor) -> Checkpoint | None:
    """Sign by this installation's own key, as often as is set. Raises as `sign` does, and NotAKey."""
    return sign(session, actor, keys.own()) if is_due(session, interval()) else None


def interval() -> timedelta:
    """How long after a checkpoint the next is signed."""
    return timedelta(minutes=settings().ledger.checkpoint_minutes)


def latest(session: Session) -> Checkpoint | None:
    return session.scalar(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1))


def checkpoints(
    session: Session, limit: int = 50, offset: int = 0, *, before: int | None = None
) -> list[Checkpoint]:
    """The newest first; those `before` a number, if wanted."""
    found = select(Checkpoint).order_by(Checkpoint.number.desc())
    if before is not None:
        found = found.where(Checkpoint.number < before)
    return list(session.scalars(found.limit(limit).offset(offset)))


def by_number(session: Session, number: int) -> Checkpoint:
    """Raises NotFound."""
    if (found := session.get(Checkpoint, number)) is None:
        raise NotFound
    return found


def uncovered(session: Session) -> int:
    """How many events are younger than the last checkpoint."""
    last = latest(session)
    young = EventRow.position.is_(None) | (EventRow.position > (last.size if last else 0))
    return session.scalar(select(func.count()).select_from(EventRow).where(young)) or 0


def key_of(session: Session, checkpoint: Checkpoint) -> PublicKey:
    """Who signed it."""
    return session.get_one(keys.KeyRow, checkpoint.key_id).key


def facts_of(checkpoint: Checkpoint) -> dict[str, object]:
    """A checkpoint as its event tells it."""
    return {
        "number": checkpoint.number,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "previous": checkpoint.previous_size,
        "at": checkpoint.at,
        "key": checkpoint.key_id,
        "signature": base64.b64encode(checkpoint.signature).decode(),
    }


def _anything_new(session: Session, before: Checkpoint | None) -> bool:
    """Whether any sealed event is younger than a checkpoint; that it was signed is no news by itself."""
    young = (EventRow.position > (before.size if before else 0)) & (EventRow.stream_id != LEDGER)
    return bool(session.scalar(select(exists().where(young))))


def _guard(session: Session, tree: Tree, before: Checkpoint | None) -> None:
    size = before.size if before else 0
    if tree.kept() != size:
        raise LedgerAltered(what=f"the kept tree has {tree.kept()} events, the last checkpoint {size}")
    if before is None:
        return
    if not before.note().is_signed_by(key_of(session, before)):
        raise LedgerAltered(what=f"the signature of checkpoint {before.number} is not good")
    try:
        if tree.root(size) == before.root:
            return
    except LookupError as error:
        raise LedgerAltered(what=f"of the tree of checkpoint {before.number} a part is missing") from error
    raise LedgerAltered(what=f"the kept tree does not begin with that of checkpoint {before.number}")


def _grown(session: Session, tree: Tree, before: Checkpoint | None, key: SigningKey) -> Checkpoint:
    number, previous = (before.number, before.size) if before else (0, 0)
    try:
        size = tree.grow(previous)
    except Gap as gap:
        raise LedgerAltered(what=f"there is no event at position {gap.position}") from gap
    root, at = tree.root(size), clock.now(session)
    if before and not is_consistent(
        previous, size, before.root, root, consistency_proof(previous, size, tree.node)
    ):
        raise LedgerAltered(what=f"the tree that grew does not begin with that of checkpoint {number}")
    note = Note(number + 1, size, root, previous, at, key.public.id).signed_by(key)
    return Checkpoint(
        number=note.number,
        size=size,
        root=root,
        previous_size=previous,
        at=at,
        key_id=note.key_id,
        signature=note.signature,
    )
