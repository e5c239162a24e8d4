"""The address that a letter comes back to: it names the message, and only we can have made it."""

import hmac
import re
from base64 import b32decode, b32encode
from uuid import UUID

from core.settings import settings
from notifications.links import secret

_PROOF = 10
_TOKEN = re.compile(r"\+([a-z2-7]{42})@", re.IGNORECASE)
"""26 characters of the message's id and 16 of the proof: whatever a server does to its case, it stays."""


def returning_to(message_id: UUID) -> str | None:
    """Where servers send what they say of this message; None when no such address is set."""
    name, at, domain = settings().mail.return_address.partition("@")
    return f"{name}+{token_of(message_id)}@{domain}" if at else None


def token_of(message_id: UUID) -> str:
    """A message's id and its proof, in letters and digits that every server passes on."""
    packed = message_id.bytes + _proof(message_id)
    return b32encode(packed).decode().rstrip("=").lower()


def message_of(address: str) -> UUID | None:
    """The message that a returning address names; None when it is none of ours."""
    found = _TOKEN.search(address)
    if not found:
        return None
    said = found[1].upper()
    packed = b32decode(said + "=" * (-len(said) % 8))
    id_ = UUID(bytes=packed[:16])
    return id_ if hmac.compare_digest(packed[16:], _proof(id_)) else None


def _proof(message_id: UUID) -> bytes:
    return hmac.digest(f"mufakat.return:{secret()}".encode(), message_id.bytes, "sha256")[:_PROOF]
