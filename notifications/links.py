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
_FORM = struct.Struct(">16s16sI")


class BadLink(NotFound):
    """This link is not valid, or it is too old. Nothing was changed: log in, and find the task in your
    inbox."""


@dataclass(frozen=True, slots=True)
class Link:
    """Whose link it is, to which task, and when it was made."""

    task_id: UUID
    person_id: UUID
    made_at: datetime


def task_link(task_id: UUID, person_id: UUID, now: datetime) -> str:
    """The address under which the person finds the task; good for 30 days."""
    packed = _FORM.pack(task_id.bytes, person_id.bytes, int(now.timestamp()))
    token = _signer().sign(urlsafe_b64encode(packed)).decode()
    return f"{settings().public_url}/link/{token}"


def read_link(token: str, now: datetime) -> Link:
    """What a link says, once its signature and age are found good. Raises BadLink."""
    try:
        packed = urlsafe_b64decode(_signer().unsign(token))
        task, person, seconds = _FORM.unpack(packed)
    except (BadSignature, ValueError, struct.error) as exc:
        raise BadLink from exc
    link = Link(UUID(bytes=task), UUID(bytes=person), datetime.fromtimestamp(seconds, UTC))
    if now - link.made_at > GOOD_FOR:
        raise BadLink
    return link


def _signer() -> Signer:
    return Signer(secret(), salt="mufakat.task-link", key_derivation="hmac", digest_method=sha256)


def secret() -> str:
    """The installation's secret. Raises RuntimeError when there is none: nothing may be signed with it."""
    value = settings().secret.get_secret_value()
    if not value:
        raise RuntimeError("MUFAKAT_SECRET is not set; `mufakat up` makes one")
    return value
