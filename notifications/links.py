"""Action links: they prove who was addressed and about which task, never who holds them.

Whoever opens one must be logged in as that person or confirm with a one-time code; opening decides nothing.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadSignature, Signer

from core.errors import NotFound
from core.settings import settings

GOOD_FOR = timedelta(days=30)
_FORM = struct.Struct(">16s16sII")
_OLDER = struct.Struct(">16s16sI")
"""Of links that were mailed before they told a version."""


class BadLink(NotFound):
    """This link is not valid, or it is too old. Nothing was changed: log in, and find the task in your
    inbox."""


@dataclass(frozen=True, slots=True)
class Link:
    """Whose link it is, to which task, when it was made, and which version of the case its mail spoke of."""

    task_id: UUID
    person_id: UUID
    made_at: datetime
    version: int = 0
    """0 where the mail did not say."""


def task_link(task_id: UUID, person_id: UUID, now: datetime, version: int = 0) -> str:
    """The address under which the person finds the task; good for 30 days."""
    packed = _FORM.pack(task_id.bytes, person_id.bytes, int(now.timestamp()), version)
    token = _signer().sign(urlsafe_b64encode(packed)).decode()
    return f"{settings().public_url}/link/{token}"


def read_link(token: str, now: datetime) -> Link:
    """What a link says, once its signature and age are found good. Raises BadLink."""
    try:
        packed = urlsafe_b64decode(_signer().unsign(token))
        form = _OLDER if len(packed) == _OLDER.size else _FORM
        task, person, seconds, *version = form.unpack(packed)
    except (BadSignature, ValueError, struct.error) as exc:
        raise BadLink from exc
    made_at = datetime.fromtimestamp(seconds, UTC)
    link = Link(UUID(bytes=task), UUID(bytes=person), made_at, *version)
    if now - link.made_at > GOOD_FOR:
        raise BadLink
    return link


def off_link(person_id: UUID, topic: str) -> str:
    """The address by which a mail's reader ends a topic with one click (RFC 8058); it does not grow old."""
    packed = urlsafe_b64encode(person_id.bytes + topic.encode())
    return f"{settings().public_url}/mail/off/{_signer('mail-off').sign(packed).decode()}"


def read_off_link(token: str) -> tuple[UUID, str]:
    """Whose mail about what is to end. Raises BadLink."""
    try:
        packed = urlsafe_b64decode(_signer("mail-off").unsign(token))
        return UUID(bytes=packed[:16]), packed[16:].decode()
    except (BadSignature, ValueError) as exc:
        raise BadLink from exc


def wishes_link() -> str:
    """Where people choose how often mail comes."""
    return f"{settings().public_url}/my/mail"


def _signer(what: str = "task-link") -> Signer:
    return Signer(secret(), salt=f"mufakat.{what}", key_derivation="hmac", digest_method=sha256)


def secret() -> str:
    """The installation's secret. Raises RuntimeError when there is none: nothing may be signed with it."""
    value = settings().secret.get_secret_value()
    if not value:
        raise RuntimeError("MUFAKAT_SECRET is not set; `mufakat up` makes one")
    return value
