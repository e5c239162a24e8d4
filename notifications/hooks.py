"""Reports that a mail service posts, signed by the Standard Webhooks scheme; pure, the clock passed in."""

import binascii
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from core.errors import Invalid, NotAllowed
from notifications.reports import Kind, Report, named, read

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"


class BadSignature(NotAllowed):
    """This report's signature is not ours, or it is too old; nothing was taken in."""


class BadReport(Invalid):
    """This report can't be read: {why}. Nothing was taken in."""


def signature(secret: str, id_: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the proof that whoever knows the secret sent this body under this id at this time."""
    try:
        key = (
            b64decode(secret.removeprefix(PREFIX), validate=True)
            if secret.startswith(PREFIX)
            else secret.encode()
        )
    except binascii.Error:
        key = secret.encode()
    return "v1," + b64encode(hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, "sha256")).decode()


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a report that is proved to be fresh and the service's. Raises BadSignature."""
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (secret and id_ and timestamp.isdecimal()):
        raise BadSignature
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise BadSignature
    right = signature(secret, id_, timestamp, body)
    if not any(
        hmac.compare_digest(said.encode(), right.encode())
        for said in headers.get("webhook-signature", "").split(" ")
    ):
        raise BadSignature
    return id_


def reports_of(id_: str, kind: str, body: bytes) -> list[Report]:
    """What a body reports: a mail as it came back (message/rfc822), or JSON `events`. Raises BadReport."""
    if kind.startswith("message/"):
        return read(body)
    try:
        said: Any = json.loads(body)
        events = cast("list[dict[str, Any]]", said["events"])
        return [_report(f"{id_}:{nth}", event) for nth, event in enumerate(events)]
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise BadReport(why=f"{type(exc).__name__}: {exc}") from exc


def _report(key: str, event: Mapping[str, Any]) -> Report:
    return Report(
        key=key,
        kind=Kind(event["kind"]),
        message_id=named(str(event["message"])),
        proved=True,  # the service told us, and signed it
        address=str(event.get("address", "")).strip().lower(),
        status=str(event.get("status", "")),
        detail=str(event.get("detail", ""))[:300],
    )
