"""What comes back about a letter: delivery reports (RFC 3464) and complaints (RFC 5965). Pure, but for the
proof in a returning address."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default
from enum import StrEnum
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from notifications.tokens import message_of

LARGEST = 1_000_000
"""Bytes of a report that are read; what it returns of a letter comes last, and its head is enough."""
QUOTED = 300
CAME_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "Original-Envelope-Id")
PASSING = re.compile(r"4\.|5\.2\.2|5\.4\.|5\.7\.")
"""Statuses that say nothing against an address: for now, a full mailbox, a route, a policy."""
_ID = re.compile(r"<?([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})(?:@|>|$)", re.IGNORECASE)


class Kind(StrEnum):
    HARD = "hard"
    """The address takes no mail."""
    SOFT = "soft"
    """It took this one not, for the time being."""
    DELAY = "delay"
    """It is still tried."""
    COMPLAINT = "complaint"
    """Its reader called it unwanted."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is said of one letter."""

    key: str
    kind: Kind
    message_id: UUID | None
    proved: bool
    """Whether it came to the address that only we and that letter's servers knew."""
    address: str
    status: str
    detail: str


def read(raw: bytes) -> list[Report]:
    """What a mail reports, by recipient; nothing where it is no report, such as an answer from holidays."""
    try:
        return _reports(raw)
    except (MessageError, LookupError, ValueError, TypeError, AttributeError):
        # the library's parser stumbles over some spoilt fields: whoever wrote those reports nothing
        return []


def _reports(raw: bytes) -> list[Report]:
    mail = BytesParser(EmailMessage, policy=default).parsebytes(raw[:LARGEST])
    proof = next((found for said in _came_to(mail) if (found := message_of(said))), None)
    message_id = proof or _returned(mail)
    digest = sha256(raw).hexdigest()
    return [
        Report(f"{digest}:{nth}", kind, message_id, proof is not None, address, status, detail[:QUOTED])
        for nth, (kind, address, status, detail) in enumerate(_said(mail))
    ]


def named(said: str) -> UUID | None:
    """The message that a Message-ID of ours, or an id alone, names."""
    found = _ID.search(said)
    return UUID(found[1]) if found else None


Said = tuple[Kind, str, str, str]


def _said(mail: EmailMessage) -> Iterator[Said]:
    if mail.get_content_type() == "multipart/report":
        for part in mail.iter_parts():
            if part.get_content_type() == "message/delivery-status":
                yield from _delivery(_blocks(part))
            elif part.get_content_type() == "message/feedback-report":
                yield from _complaint(_blocks(part))
    elif failed := mail.get("X-Failed-Recipients"):
        # how Exim says it, where it sends no report that machines read
        for address in str(failed).split(","):
            yield Kind.HARD, address.strip().lower(), "5.0.0", str(mail.get("Subject", ""))


def _blocks(part: Message) -> list[Message]:
    """The groups of fields in a report's part."""
    payload: Any = part.get_payload()
    return [block for block in cast("list[Any]", payload) if isinstance(block, Message)]


def _delivery(blocks: list[Message]) -> Iterator[Said]:
    for block in blocks:
        action, status = _field(block, "Action").lower(), _field(block, "Status") or "5.0.0"
        address = _field(block, "Final-Recipient") or _field(block, "Original-Recipient")
        if not address or action not in ("failed", "delayed"):
            continue
        kind = Kind.DELAY if action == "delayed" else Kind.SOFT if PASSING.match(status) else Kind.HARD
        detail = " ".join(_field(block, "Diagnostic-Code").split())
        yield kind, address.rpartition(";")[2].strip().strip("<>").lower(), status.split()[0], detail


def _complaint(blocks: list[Message]) -> Iterator[Said]:
    fields: Mapping[str, str] = {name.lower(): str(said) for b in blocks for name, said in b.items()}
    if fields.get("feedback-type", "").lower() in ("abuse", "fraud", "other", "virus"):
        address = fields.get("original-rcpt-to", "").rpartition(";")[2].strip().strip("<>").lower()
        yield Kind.COMPLAINT, address, "", fields.get("feedback-type", "")


def _field(block: Message, name: str) -> str:
    return str(block.get(name) or "").strip()


def _came_to(mail: EmailMessage) -> Iterator[str]:
    for name in CAME_TO:
        yield from map(str, mail.get_all(name, []))
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in _blocks(part):
                yield from (str(block.get(name) or "") for name in ("Original-Envelope-Id",))


def _returned(mail: EmailMessage) -> UUID | None:
    """The message whose letter, or its head, is returned with the report."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            inner: Message = BytesParser(policy=default).parsebytes(
                cast("bytes", part.get_payload(decode=True)), headersonly=True
            )
        elif kind == "message/rfc822" and (blocks := _blocks(part)):
            inner = blocks[0]
        else:
            continue
        for name in ("X-Mufakat-Message", "Message-ID"):
            if found := named(str(inner.get(name) or "")):
                return found
    return None
