"""The key that signs, kept outside the database; the public ones that ever signed, kept inside for good."""

import contextlib
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.actor import Actor, Role
from core.database import Base
from core.errors import Invalid, NotAllowed
from core.ledger.signing import PublicKey, SigningKey
from core.ledger.stream import tell
from core.settings import settings


class KeyIsSet(Invalid):
    """The key of the ledger is given by MUFAKAT_LEDGER_KEY; nothing was changed. Put a new one there instead,
    and start the parts of Mufakat again."""


class KeyRow(Base):
    """A public key that signs or signed checkpoints."""

    __tablename__ = "ledger_key"

    id: Mapped[str] = mapped_column(primary_key=True)
    public: Mapped[bytes] = mapped_column(LargeBinary)
    introduced_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @property
    def key(self) -> PublicKey:
        return PublicKey(self.public)


def own() -> SigningKey:
    """This installation's key: by the setting, else from its file, which is made when it isn't there.

    Raises NotAKey.
    """
    if given := settings().ledger.key.get_secret_value():
        return SigningKey.read(given)
    file = settings().ledger_key_file
    if not file.exists():
        with contextlib.suppress(FileExistsError):  # another process made it meanwhile
            _put(file, SigningKey.new(), replace=False)
    return SigningKey.read(file.read_text())


def renew() -> SigningKey:
    """Make a new key in place of the old, which is gone for good. Raises KeyIsSet."""
    if settings().ledger.key.get_secret_value():
        raise KeyIsSet
    key = SigningKey.new()
    _put(settings().ledger_key_file, key, replace=True)
    return key


def introduce(session: Session, actor: Actor, key: PublicKey) -> None:
    """Make a key the one that signs from now on, and retire the one before. Does nothing when it is already.

    Raises NotAllowed.
    """
    if not (actor.is_system or actor.has(Role.ADMIN)):
        raise NotAllowed
    known = session.scalars(select(KeyRow).with_for_update()).all()
    row = next((row for row in known if row.id == key.id), None)
    if row is not None and row.retired_at is None:
        return
    at = clock.now(session)
    for other in known:
        if other.retired_at is None:
            other.retired_at = at
            tell(session, actor, "ledger.key_retired", {"key": other.id, "at": at})
    if row is None:
        session.add(KeyRow(id=key.id, public=key.raw, introduced_at=at, retired_at=None))
    else:
        row.introduced_at, row.retired_at = at, None
    session.flush()
    tell(session, actor, "ledger.key_introduced", {"key": key.id, "public": key.text, "at": at})


def public_keys(session: Session) -> list[KeyRow]:
    """Every key that ever signed, oldest first."""
    return list(session.scalars(select(KeyRow).order_by(KeyRow.introduced_at, KeyRow.id)))


def _put(file: Path, key: SigningKey, *, replace: bool) -> None:
    """Write the file whole or not at all, readable by its owner only."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = file.with_name(f"{file.name}.{os.getpid()}.new")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(key.secret_text() + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        if replace:
            scratch.replace(file)
        else:
            os.link(scratch, file)
    finally:
        scratch.unlink(missing_ok=True)
