"""A rendered mail as it travels: a message with a text and an HTML part, and a date where one is meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parseaddr
from functools import lru_cache
from uuid import UUID

from core.errors import Invalid
from core.settings import settings
from notifications import invitations, wire
from notifications.catalogue import MAILS, topic_of
from notifications.digests import topic_that_ends
from notifications.links import off_link, wishes_link
from notifications.models import Message
from notifications.render import Rendered
from notifications.tokens import returning_to
from notifications.wire import Part


class BadAddress(Invalid):
    """The address {address} is not an email address; the message can't be sent to it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it travels, in its envelope."""

    id: UUID
    """The message's: the same at every sending."""
    sender: str
    recipient: str
    content: bytes

    def read(self) -> EmailMessage:
        """Its headers and parts, as the other side reads them."""
        return BytesParser(EmailMessage, policy=default).parsebytes(self.content)


def compose(message: Message, rendered: Rendered, now: datetime) -> Letter:
    """The letter for one message. Its Message-ID comes from the message's id, so that a second sending of
    the same is known as the same. Raises BadAddress."""
    sender = _sender(settings().mail.sender)
    recipient = _address(message.name, message.address)
    headers = [
        ("From", wire.address_of("From", sender.display_name, sender.addr_spec)),
        ("To", wire.address_of("To", recipient.display_name, recipient.addr_spec)),
        ("Subject", wire.text_of("Subject", _line(rendered.subject))),
        ("Date", wire.date_of(now.astimezone(settings().zone))),
        ("Message-ID", f"<{message.id}@{sender.domain}>"),
        *_thread(message, sender.domain),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("List-Id", f"Mufakat <mufakat.{sender.domain}>"),
        *_ways_to_end(message),
        ("X-Mufakat-Message", str(message.id)),
        ("Content-Language", message.language),
    ]
    parts = [Part("text/plain", rendered.text), Part("text/html", rendered.html)]
    if fact := message.facts.get("invitation"):
        parts.append(invitations.part(fact, sender, recipient, now))
    content = wire.written(headers, parts, f"=_{message.id.hex}")
    return Letter(message.id, returning_to(message.id) or sender.addr_spec, recipient.addr_spec, content)


def _thread(message: Message, domain: str) -> Iterator[tuple[str, str]]:
    """What mails about the same are shown under, as one conversation."""
    if thread := message.facts.get(MAILS[message.template].thread):
        yield "References", f"<{thread}@{domain}>"


def _ways_to_end(message: Message) -> Iterator[tuple[str, str]]:
    """One click ends what its reader may end (RFC 8058); for other mail that they may shape, where to."""
    if topic := topic_that_ends(message.template, message.facts):
        yield "List-Unsubscribe", f"<{off_link(message.recipient_id, topic)}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    elif topic_of(message.template, message.facts):
        yield "List-Unsubscribe", f"<{wishes_link()}>"


@lru_cache
def _sender(said: str) -> Address:
    return _address(*parseaddr(said))


def _address(name: str, address: str) -> Address:
    try:
        made = Address(_line(name), addr_spec=address.strip())
    except (MessageError, ValueError, IndexError) as exc:
        raise BadAddress(address=address) from exc
    if not (made.username and made.domain and made.addr_spec.isascii()):
        raise BadAddress(address=address)
    return made


def _line(said: str) -> str:
    """One line without control characters: what a name holds can never become a header."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]", " ", said).split())
