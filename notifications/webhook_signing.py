"""Signatures of webhooks, by the Standard Webhooks scheme (v1: HMAC-SHA256 over id, moment and body).

An endpoint's secret is derived from its id, the number of its renewal and the installation's secret: the
database tells it to nobody, and a copy of it forges nothing.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from core.settings import settings

MARK = "whsec_"


def secret(endpoint_id: UUID, generation: int) -> str:
    """The secret that an endpoint checks by, as it is written into its configuration."""
    return MARK + b64encode(_key(endpoint_id, generation)).decode()


def signature(key: bytes, message_id: str, moment: int, body: str) -> str:
    """One signature: `v1,` and the MAC in base64."""
    said = f"{message_id}.{moment}.{body}".encode()
    return "v1," + b64encode(hmac.digest(key, said, sha256)).decode()


def headers(
    endpoint_id: UUID, generations: Sequence[int], message_id: UUID, moment: int, body: str
) -> dict[str, str]:
    """What goes with a delivery; during a renewal it is signed by the old secret too."""
    said = f"msg_{message_id.hex}"
    signed = [signature(_key(endpoint_id, g), said, moment, body) for g in generations]
    return {
        "webhook-id": said,
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(signed),
    }


def _key(endpoint_id: UUID, generation: int) -> bytes:
    installation = settings().secret.get_secret_value().encode()
    return hmac.digest(installation, f"webhook:{endpoint_id}:{generation}".encode(), sha256)
